//! What an integration imports and how often.

use psa_connectors::Filter;
use psa_entities::{
    ProviderScope,
    audit_entry::AuditAction,
    ids::IntegrationId,
    import_settings::{Column, Entity, FilterValue, FilterValues, Model},
    integration,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};
use serde_json::{Value, json};

use crate::{
    app::App,
    audit::{Entry, Stamp},
    billing::settings::check_version,
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations::{self, health},
};

/// Hours between two refreshes, until somebody decides otherwise.
pub const USUAL_REFRESH_HOURS: i32 = 6;

/// The longest time between two refreshes: a week.
const LONGEST_REFRESH_HOURS: i32 = 168;

/// A change of the settings. What is `None` stays as it is.
#[derive(Debug, Default)]
pub struct SettingsChange {
    /// Only companies of these types, by the PSA's ids; none means all.
    pub company_types: Option<Vec<String>>,
    /// Only companies of these statuses, by the PSA's ids; none means all.
    pub company_statuses: Option<Vec<String>>,
    /// Hours between two refreshes; 0 for none.
    pub refresh_hours: Option<i32>,
    /// The version that was read; `None` changes whatever is there.
    pub expected_version: Option<i32>,
}

/// The settings of an integration. What nobody has changed yet has version 0.
///
/// # Errors
/// Only of the database.
pub async fn load(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: &integration::Model,
) -> Result<Model, DbErr> {
    let own = Column::IntegrationId.eq(integration.id);
    let stored = scope.find::<Entity>().filter(own).one(db).await?;
    Ok(stored.unwrap_or_else(|| Model {
        integration_id: integration.id,
        provider_id: integration.provider_id,
        company_types: FilterValues::default(),
        company_statuses: FilterValues::default(),
        refresh_hours: USUAL_REFRESH_HOURS,
        version: 0,
        updated_at: integration.created_at,
    }))
}

/// Changes what is imported. The next import goes by it.
///
/// # Errors
/// `NOT_FOUND`; `INVALID` at a value that the PSA does not have, or at `refreshHours`; `UNSUPPORTED` where the PSA has no
/// such filter; `CONFLICT`; what the PSA says when it cannot be asked for its values.
pub async fn update(app: &App, stamp: Stamp<'_>, id: IntegrationId, change: SettingsChange) -> Outcome<Model> {
    let integration = integrations::find(app.db.read(), stamp.scope, id).await?;
    let mut errors = refresh_error(change.refresh_hours).into_iter().collect();
    let types = chosen(app, stamp.scope, &integration, TYPES, change.company_types, &mut errors).await?;
    let statuses = chosen(
        app,
        stamp.scope,
        &integration,
        STATUSES,
        change.company_statuses,
        &mut errors,
    )
    .await?;
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, stamp.scope, id).await?;
    let before = load(&transaction, stamp.scope, &integration).await?;
    check_version(change.expected_version, before.version, "settings")?;
    let after = Model {
        company_types: types.unwrap_or_else(|| before.company_types.clone()),
        company_statuses: statuses.unwrap_or_else(|| before.company_statuses.clone()),
        refresh_hours: change.refresh_hours.unwrap_or(before.refresh_hours),
        ..before.clone()
    };
    if after == before {
        return Ok(before);
    }
    let after = Model {
        version: before.version + 1,
        updated_at: stamp.at,
        ..after
    };
    let replace = OnConflict::column(Column::IntegrationId)
        .update_columns([
            Column::CompanyTypes,
            Column::CompanyStatuses,
            Column::RefreshHours,
            Column::Version,
            Column::UpdatedAt,
        ])
        .to_owned();
    Entity::insert(after.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(&transaction)
        .await?;
    let entry = Entry::about(AuditAction::ImportSettingsChanged, &integration);
    let entry = entry.changing(&shown(&before), &shown(&after));
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    Ok(after)
}

/// The values that a filter of the PSA can take now.
///
/// # Errors
/// `UNSUPPORTED` where the PSA has no such filter; what it says when it cannot be asked.
pub async fn values(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
    filter: Filter,
) -> Outcome<Vec<psa_connectors::record::FilterValue>> {
    let connector = app.connections.get(app, scope, integration).await?;
    if !connector.descriptor().filters.contains(&filter) {
        let error = UserError::new(
            ErrorCode::Unsupported,
            "The PSA cannot narrow its companies down by this.",
        );
        return Err(Failure::refused(error.with_remedy("Import all companies.")));
    }
    match connector.filter_values(filter).await {
        Ok(values) => Ok(values),
        Err(error) => {
            health::report(app, scope, integration.id, &error).await?;
            Err(Failure::from(&error))
        }
    }
}

/// A filter with the field of the input that names its values.
type Named = (Filter, &'static str);
const TYPES: Named = (Filter::CompanyType, "companyTypeIds");
const STATUSES: Named = (Filter::CompanyStatus, "companyStatusIds");

/// The chosen values with their names; what the PSA does not have becomes an error.
async fn chosen(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
    (filter, field): Named,
    ids: Option<Vec<String>>,
    errors: &mut Vec<UserError>,
) -> Outcome<Option<FilterValues>> {
    let Some(ids) = ids else { return Ok(None) };
    if ids.is_empty() {
        return Ok(Some(FilterValues::default()));
    }
    let known = values(app, scope, integration, filter).await?;
    let mut found = Vec::new();
    for (index, id) in ids.into_iter().enumerate() {
        match known.iter().find(|value| value.id.to_string() == id) {
            Some(value) => found.push(FilterValue {
                id,
                name: value.name.clone(),
            }),
            None => errors.push(unknown(&format!("{field}.{index}"), &id)),
        }
    }
    found.dedup_by(|one, other| one.id == other.id);
    Ok(Some(FilterValues(found)))
}

fn unknown(field: &str, id: &str) -> UserError {
    let error = UserError::new(ErrorCode::Invalid, format!("The PSA has no value `{id}` here.")).at(field);
    error.with_remedy("Choose one of the values that companyFilterValues lists.")
}

fn refresh_error(hours: Option<i32>) -> Option<UserError> {
    let hours = hours.filter(|hours| !(0..=LONGEST_REFRESH_HOURS).contains(hours))?;
    let message = format!("The hours between two refreshes are between 0 and {LONGEST_REFRESH_HOURS}, not {hours}.");
    let error = UserError::new(ErrorCode::Invalid, message).at("refreshHours");
    Some(error.with_remedy("Send 0 to import only when somebody asks for it."))
}

/// What the audit log compares.
fn shown(settings: &Model) -> Value {
    json!({
        "companyTypes": settings.company_types,
        "companyStatuses": settings.company_statuses,
        "refreshHours": settings.refresh_hours,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_is_at_least_weekly_or_never() {
        for (hours, accepted) in [(0, true), (1, true), (168, true), (169, false), (-1, false)] {
            assert_eq!(refresh_error(Some(hours)).is_none(), accepted, "{hours}");
        }
        assert!(refresh_error(None).is_none());
    }
}
