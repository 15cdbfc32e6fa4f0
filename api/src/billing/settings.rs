//! How an integration bills: the text of its invoice lines and its policies.

mod check;

use psa_entities::{
    Exact, ProviderScope, YearMonth,
    audit_entry::AuditAction,
    billing_settings::{
        Approval, BillingPeriod, Column, Entity, InvoiceDescription, LicenseMoment, Model, UnsetPrice, ZeroPolicy,
    },
    ids::IntegrationId,
    integration,
};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict,
};
use serde_json::{Value, json};

use super::{
    describe::{self, InvoiceText},
    guard::Guard,
};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
    integrations,
};

/// A change of the text on invoice lines.
#[derive(Debug)]
pub struct InvoiceChange {
    /// Where the text comes from.
    pub mode: InvoiceDescription,
    /// The template; `None` keeps the stored one.
    pub template: Option<String>,
    /// The version that was read; `None` changes whatever is there.
    pub expected_version: Option<i32>,
}

/// A change of the policies. `None` leaves a policy as it is.
#[derive(Debug, Default)]
pub struct PolicyChange {
    /// What to do with a line that no rule prices.
    pub unset_price: Option<UnsetPrice>,
    /// What to do at quantity zero.
    pub zero: Option<ZeroPolicy>,
    /// From which period on a month's lines count.
    pub period: Option<BillingPeriod>,
    /// Who approves a plan.
    pub approval: Option<Approval>,
    /// The guard's limit in percent; the inner `None` takes the limit away.
    pub guard_percent: Option<Option<Decimal>>,
    /// The guard's limit in money; the inner `None` takes the limit away.
    pub guard_amount: Option<Option<Decimal>>,
    /// The version that was read; `None` changes whatever is there.
    pub expected_version: Option<i32>,
}

/// A change of when a month is billed. `None` leaves a value as it is.
#[derive(Debug, Default)]
pub struct ScheduleChange {
    /// The day of the month on which the month before is billed.
    pub billing_day: Option<i32>,
    /// The moment as of which licences are counted.
    pub license_moment: Option<LicenseMoment>,
    /// The version that was read; `None` changes whatever is there.
    pub expected_version: Option<i32>,
}

/// The settings of an integration. What nobody has changed yet has version 0.
///
/// # Errors
/// Only of the database.
pub async fn load(db: &impl ConnectionTrait, scope: ProviderScope, integration: &integration::Model) -> Outcome<Model> {
    let stored = scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(integration.id))
        .one(db)
        .await?;
    Ok(stored.unwrap_or_else(|| proposed(integration)))
}

/// Changes the text of invoice lines.
///
/// # Errors
/// A template with an unknown variable, an open brace or no text; `CONFLICT`.
pub async fn update_invoice(app: &App, stamp: Stamp<'_>, id: IntegrationId, change: InvoiceChange) -> Outcome<Model> {
    let action = AuditAction::InvoiceSettingsChanged;
    save(app, stamp, action, id, change.expected_version, |settings| {
        settings.invoice_description = change.mode;
        if let Some(template) = change.template {
            settings.template = Some(template);
        }
        check::template(settings)
    })
    .await
}

/// Changes the policies.
///
/// # Errors
/// A guard below zero or beyond belief; `CONFLICT`.
pub async fn update_policy(app: &App, stamp: Stamp<'_>, id: IntegrationId, change: PolicyChange) -> Outcome<Model> {
    let errors = check::policy(&change);
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let action = AuditAction::BillingPolicyChanged;
    save(app, stamp, action, id, change.expected_version, |settings| {
        settings.unset_price = change.unset_price.unwrap_or(settings.unset_price);
        settings.zero = change.zero.unwrap_or(settings.zero);
        settings.period = change.period.unwrap_or(settings.period);
        settings.approval = change.approval.unwrap_or(settings.approval);
        settings.guard_percent = change
            .guard_percent
            .map_or(settings.guard_percent, |limit| limit.map(Exact));
        settings.guard_amount = change
            .guard_amount
            .map_or(settings.guard_amount, |limit| limit.map(Exact));
        Vec::new()
    })
    .await
}

/// Changes when a month is billed.
///
/// # Errors
/// A billing day that no month has; `CONFLICT`.
pub async fn update_schedule(app: &App, stamp: Stamp<'_>, id: IntegrationId, change: ScheduleChange) -> Outcome<Model> {
    if let Some(error) = check::billing_day(change.billing_day) {
        return Err(Failure::refused(error));
    }
    let action = AuditAction::BillingScheduleChanged;
    save(app, stamp, action, id, change.expected_version, |settings| {
        let day = change.billing_day.and_then(|day| i16::try_from(day).ok());
        settings.billing_day = day.unwrap_or(settings.billing_day);
        settings.license_moment = change.license_moment.unwrap_or(settings.license_moment);
        Vec::new()
    })
    .await
}

/// Where the text of the lines comes from.
///
/// # Errors
/// The stored template is none: nothing else but ours can have written it.
pub fn invoice_text(settings: &Model) -> Result<InvoiceText, Fault> {
    match settings.invoice_description {
        InvoiceDescription::PsaProduct => Ok(InvoiceText::PsaProduct),
        InvoiceDescription::Template => {
            let template = settings.template.as_deref().unwrap_or(describe::DEFAULT_TEMPLATE);
            let parsed = describe::parse(template);
            parsed
                .map(InvoiceText::Template)
                .map_err(|error| Fault::Inconsistent(format!("invoice template: {error}")))
        }
    }
}

/// An example of the text, as an invoice of `month` shows it; `None` when the PSA's product decides.
///
/// # Errors
/// As [`invoice_text`].
pub fn preview(settings: &Model, month: YearMonth) -> Result<Option<String>, Fault> {
    if settings.invoice_description == InvoiceDescription::PsaProduct {
        return Ok(None);
    }
    let template = settings.template.as_deref().unwrap_or(describe::DEFAULT_TEMPLATE);
    let shown = describe::preview(template, month);
    shown
        .map(Some)
        .map_err(|error| Fault::Inconsistent(format!("invoice template: {error}")))
}

/// The limits of the guard.
pub fn guard(settings: &Model) -> Guard {
    let limit = |limit: Option<Exact>| limit.map(Decimal::from);
    Guard {
        percent: limit(settings.guard_percent),
        amount: limit(settings.guard_amount),
    }
}

/// Refuses when `expected` is given and is not the `actual` version.
pub fn check_version(expected: Option<i32>, actual: i32, what: &str) -> Outcome<()> {
    if expected.is_none_or(|expected| expected == actual) {
        return Ok(());
    }
    let message = format!("The {what} was changed since it was read: it has version {actual} now.");
    let error = UserError::new(ErrorCode::Conflict, message).at("expectedVersion");
    Err(Failure::refused(
        error.with_remedy(format!("Read the {what} again, then decide again.")),
    ))
}

async fn save(
    app: &App,
    stamp: Stamp<'_>,
    action: AuditAction,
    id: IntegrationId,
    expected_version: Option<i32>,
    change: impl FnOnce(&mut Model) -> Vec<UserError>,
) -> Outcome<Model> {
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, stamp.scope, id).await?;
    let found = load(&transaction, stamp.scope, &integration).await?;
    check_version(expected_version, found.version, "settings")?;
    let mut settings = found.clone();
    let errors = change(&mut settings);
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    if settings == found {
        return Ok(found);
    }
    settings.version += 1;
    settings.updated_at = stamp.at;
    let replace = OnConflict::column(Column::IntegrationId)
        .update_columns([
            Column::InvoiceDescription,
            Column::Template,
            Column::UnsetPrice,
            Column::Approval,
            Column::GuardPercent,
            Column::GuardAmount,
            Column::Zero,
            Column::Period,
            Column::BillingDay,
            Column::LicenseMoment,
            Column::Version,
            Column::UpdatedAt,
        ])
        .to_owned();
    let row = settings.clone().into_active_model().reset_all();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(&transaction)
        .await?;
    let entry = Entry::about(action, &integration).changing(&shown(&found), &shown(&settings));
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    Ok(settings)
}

/// What the audit log compares.
fn shown(settings: &Model) -> Value {
    json!({
        "invoiceDescription": settings.invoice_description,
        "template": settings.template,
        "unsetPrice": settings.unset_price,
        "zero": settings.zero,
        "period": settings.period,
        "approval": settings.approval,
        "guardPercent": settings.guard_percent,
        "guardAmount": settings.guard_amount,
        "billingDay": settings.billing_day,
        "licenseMoment": settings.license_moment,
    })
}

/// The settings that an integration begins with.
fn proposed(integration: &integration::Model) -> Model {
    Model {
        integration_id: integration.id,
        provider_id: integration.provider_id,
        invoice_description: InvoiceDescription::PsaProduct,
        template: None,
        unset_price: UnsetPrice::PsaProduct,
        approval: Approval::Manual,
        guard_percent: None,
        guard_amount: None,
        zero: ZeroPolicy::SetZero,
        period: BillingPeriod::OfTheMonth,
        billing_day: 1,
        license_moment: LicenseMoment::MonthEnd,
        version: 0,
        updated_at: integration.created_at,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::DateTime;
    use psa_entities::{ProviderId, integration::IntegrationStatus};

    use super::*;

    pub(super) fn settings(mode: InvoiceDescription, template: Option<&str>) -> Model {
        let integration = integration::Model {
            id: IntegrationId::at(DateTime::UNIX_EPOCH),
            provider_id: ProviderId::at(DateTime::UNIX_EPOCH),
            connector_kind: "connectwise".to_owned(),
            name: "Main".to_owned(),
            status: IntegrationStatus::Active,
            problem: None,
            account: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            activated_at: None,
        };
        Model {
            invoice_description: mode,
            template: template.map(str::to_owned),
            ..proposed(&integration)
        }
    }

    #[test]
    fn previews_follow_the_mode() {
        let month = "2026-11".parse().unwrap();
        assert_eq!(
            preview(&settings(InvoiceDescription::PsaProduct, None), month).unwrap(),
            None
        );
        let shown = preview(&settings(InvoiceDescription::Template, Some("{month} {year}")), month).unwrap();
        assert_eq!(shown.as_deref(), Some("November 2026"));
    }

    #[test]
    fn only_the_version_that_was_read_is_changed() {
        assert!(check_version(None, 3, "settings").is_ok());
        assert!(check_version(Some(3), 3, "settings").is_ok());
        let Err(Failure::Refused(errors)) = check_version(Some(2), 3, "settings") else {
            panic!("accepted")
        };
        assert_eq!(errors[0].code, ErrorCode::Conflict);
    }
}
