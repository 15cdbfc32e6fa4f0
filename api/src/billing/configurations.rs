//! What is billed for a company, and onto which agreement.

mod check;
pub mod copy;
mod entries;

use check::Candidate;
pub use check::ItemDraft;

use std::collections::HashMap;

use psa_entities::{
    Exact, ProviderScope, YearMonth, agreement,
    audit_entry::AuditAction,
    billing_configuration::{self, Column, Entity, Model},
    billing_item,
    company_mapping::{self, MappingState},
    console_company,
    ids::{AgreementId, BillingConfigurationId, BillingItemId, ConsoleCompanyId, IntegrationId, PsaProductId},
    integration, psa_company, psa_product,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder,
};
use serde_json::Value;

use super::{calendar, prices, scale, settings};
use crate::{
    app::App,
    audit::Stamp,
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
    integrations,
};

/// A billing configuration as somebody wants it.
#[derive(Debug)]
pub struct Draft {
    /// The integration.
    pub integration: IntegrationId,
    /// The configuration to change; `None` makes a new one.
    pub id: Option<BillingConfigurationId>,
    /// The console company whose usage is billed.
    pub company: ConsoleCompanyId,
    /// The agreement that it is billed on.
    pub agreement: AgreementId,
    /// The first month that is billed.
    pub start_month: YearMonth,
    /// Whether runs take it in.
    pub enabled: bool,
    /// What is billed.
    pub items: Vec<ItemDraft>,
    /// The version that was read; `None` changes whatever is there.
    pub expected_version: Option<i32>,
}

/// Makes or changes a billing configuration, with all of its items. Asking for what is there already changes nothing.
///
/// # Errors
/// Every rule that the draft breaks, at its field; `CONFLICT`; `ALREADY_EXISTS` when the company has another
/// configuration on that agreement.
pub async fn save(app: &App, stamp: Stamp<'_>, draft: Draft) -> Outcome<Model> {
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, stamp.scope, draft.integration).await?;
    let saved = save_in(&transaction, app, stamp, &integration, draft).await?;
    transaction.commit().await?;
    Ok(saved)
}

/// Saves within a transaction that holds the integration.
async fn save_in(
    transaction: &DatabaseTransaction,
    app: &App,
    stamp: Stamp<'_>,
    integration: &integration::Model,
    draft: Draft,
) -> Outcome<Model> {
    let scope = stamp.scope;
    let found = match draft.id {
        Some(id) => Some(find(transaction, scope, id).await?),
        None => None,
    };
    if found
        .as_ref()
        .is_some_and(|found| found.integration_id != draft.integration)
    {
        return Err(Failure::refused(UserError::not_found("id", "billing configuration")));
    }
    if let Some(found) = &found {
        settings::check_version(draft.expected_version, found.version, "billing configuration")?;
    }
    let descriptor = app.registry.descriptor(&integration.connector_kind);
    let descriptor = descriptor.map_err(|error| Fault::Inconsistent(error.to_string()))?;
    let scales = scale::of_items(transaction, scope, integration.id, descriptor, &draft.items).await?;
    let mut errors = check::items(&draft.items, &scales);
    errors.extend(reference_errors(transaction, scope, &draft).await?);
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let existing = match found {
        Some(found) => Some(found),
        None => same_place(transaction, scope, &draft).await?,
    };
    let wanted = wanted(stamp, &draft, existing.as_ref());
    let mut before = Value::Null;
    if let Some(existing) = &existing {
        let items = items_of(transaction, scope, existing.id).await?;
        before = entries::shown(existing, &items);
        if *existing == wanted && items == draft.items {
            return Ok(wanted);
        }
        if draft.id.is_none() {
            let error = UserError::new(
                ErrorCode::AlreadyExists,
                "The company is billed on this agreement already.",
            );
            return Err(Failure::refused(
                error
                    .at("agreementId")
                    .with_remedy("Change that configuration: name its id."),
            ));
        }
    }
    if let Some(other) = same_place(transaction, scope, &draft).await?
        && other.id != wanted.id
    {
        let error = UserError::new(
            ErrorCode::AlreadyExists,
            "Another configuration bills the company on this agreement.",
        );
        return Err(Failure::refused(
            error
                .at("agreementId")
                .with_remedy("Change that configuration, or delete it first."),
        ));
    }
    let saved = store(transaction, stamp, wanted, existing.is_some(), &draft.items).await?;
    let after = entries::shown(&saved, &draft.items);
    let entry = entries::entry(transaction, scope, AuditAction::BillingConfigurationSaved, &saved).await?;
    stamp.record(transaction, vec![entry.changing(&before, &after)]).await?;
    Ok(saved)
}

/// Deletes a billing configuration. What the agreement holds in the PSA stays as it is.
///
/// # Errors
/// `NOT_FOUND`; `CONFLICT`.
pub async fn delete(
    app: &App,
    stamp: Stamp<'_>,
    id: BillingConfigurationId,
    expected_version: Option<i32>,
) -> Outcome<()> {
    let scope = stamp.scope;
    let transaction = app.db.begin().await?;
    let found = find(&transaction, scope, id).await?;
    integrations::hold(&transaction, scope, found.integration_id).await?;
    let found = find(&transaction, scope, id).await?;
    settings::check_version(expected_version, found.version, "billing configuration")?;
    let before = entries::shown(&found, &items_of(&transaction, scope, id).await?);
    let entry = entries::entry(&transaction, scope, AuditAction::BillingConfigurationDeleted, &found).await?;
    stamp
        .record(&transaction, vec![entry.changing(&before, &Value::Null)])
        .await?;
    scope
        .delete_many::<Entity>()
        .filter(Column::Id.eq(id))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn find(db: &impl ConnectionTrait, scope: ProviderScope, id: BillingConfigurationId) -> Outcome<Model> {
    let found = scope.find::<Entity>().filter(Column::Id.eq(id)).one(db).await?;
    found.ok_or_else(|| Failure::refused(UserError::not_found("id", "billing configuration")))
}

/// The configuration of the same company on the same agreement.
async fn same_place(db: &impl ConnectionTrait, scope: ProviderScope, draft: &Draft) -> Outcome<Option<Model>> {
    let select = scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(draft.integration))
        .filter(Column::CompanyId.eq(draft.company))
        .filter(Column::AgreementId.eq(draft.agreement));
    Ok(select.one(db).await?)
}

/// What is wrong with the records that the draft names.
async fn reference_errors(db: &impl ConnectionTrait, scope: ProviderScope, draft: &Draft) -> Outcome<Vec<UserError>> {
    let mut errors = Vec::new();
    let psa_company = match mapped_to(db, scope, draft).await? {
        Ok(psa_company) => Some(psa_company),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let own = scope
        .find::<agreement::Entity>()
        .filter(agreement::Column::IntegrationId.eq(draft.integration));
    let agreement = own.filter(agreement::Column::Id.eq(draft.agreement)).one(db).await?;
    let currency = calendar::provider(db, scope).await?.currency;
    let parent = match agreement
        .as_ref()
        .and_then(|agreement| agreement.parent_external_id.as_deref())
    {
        None => None,
        Some(parent) => {
            scope
                .find::<agreement::Entity>()
                .filter(agreement::Column::IntegrationId.eq(draft.integration))
                .filter(agreement::Column::ExternalId.eq(parent))
                .one(db)
                .await?
        }
    };
    let candidate = Candidate {
        agreement: agreement.as_ref(),
        parent: parent.as_ref(),
        currency: &currency,
    };
    errors.extend(check::agreement(candidate, psa_company.as_ref(), draft.enabled));
    let products = draft.items.iter().map(|item| &item.product);
    let gone = prices::unknown(db, scope, products).await?;
    let named = draft.items.iter().filter_map(|item| item.psa_product);
    let catalogue: HashMap<PsaProductId, psa_product::Model> = scope
        .find::<psa_product::Entity>()
        .filter(psa_product::Column::IntegrationId.eq(draft.integration))
        .filter(psa_product::Column::Id.is_in(named))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for (index, item) in draft.items.iter().enumerate() {
        if gone.contains(&item.product) {
            errors.push(UserError::not_found(
                &format!("items.{index}.productId"),
                "billable product",
            ));
        }
        let field = format!("items.{index}.psaProductId");
        errors.extend(
            item.psa_product
                .and_then(|id| check::psa_product(&field, catalogue.get(&id))),
        );
    }
    Ok(errors)
}

/// The PSA company that the draft's company is mapped to, or why there is none.
async fn mapped_to(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    draft: &Draft,
) -> Outcome<Result<psa_company::Model, UserError>> {
    let company = scope
        .find::<console_company::Entity>()
        .filter(console_company::Column::Id.eq(draft.company));
    if company.count(db).await? == 0 {
        return Ok(Err(UserError::not_found("companyId", "company")));
    }
    let mapping = scope
        .find::<company_mapping::Entity>()
        .filter(company_mapping::Column::IntegrationId.eq(draft.integration))
        .filter(company_mapping::Column::CompanyId.eq(draft.company))
        .one(db)
        .await?;
    let refuse = |message: &str, remedy: &str| {
        Ok(Err(UserError::new(ErrorCode::CompanyNotMapped, message)
            .at("companyId")
            .with_remedy(remedy)))
    };
    let psa_company = match mapping {
        None => None,
        Some(mapping) if mapping.state == MappingState::Excluded => {
            return refuse(
                "The company is excluded from this integration.",
                "Map it with bindCompanies to bill it.",
            );
        }
        Some(mapping) => mapping.psa_company_id,
    };
    let Some(psa_company) = psa_company else {
        return refuse(
            "The company is not mapped to a company in the PSA.",
            "Map it with bindCompanies first.",
        );
    };
    match scope
        .find::<psa_company::Entity>()
        .filter(psa_company::Column::Id.eq(psa_company))
        .one(db)
        .await?
    {
        Some(row) if !row.deleted => Ok(Ok(row)),
        _ => refuse(
            "The PSA company that the company is mapped to does not exist any more.",
            "Map it to another one with bindCompanies.",
        ),
    }
}

/// The row that the draft asks for, with the version that is there now.
fn wanted(stamp: Stamp<'_>, draft: &Draft, existing: Option<&Model>) -> Model {
    let now = stamp.at;
    Model {
        id: existing.map_or_else(|| BillingConfigurationId::at(now), |row| row.id),
        provider_id: stamp.scope.provider_id(),
        integration_id: draft.integration,
        company_id: draft.company,
        agreement_id: draft.agreement,
        start_month: draft.start_month,
        enabled: draft.enabled,
        version: existing.map_or(0, |row| row.version),
        created_at: existing.map_or(now, |row| row.created_at),
        updated_at: existing.map_or(now, |row| row.updated_at),
    }
}

async fn items_of(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    id: BillingConfigurationId,
) -> Outcome<Vec<ItemDraft>> {
    let rows = scope
        .find::<billing_item::Entity>()
        .filter(billing_item::Column::ConfigurationId.eq(id));
    let rows = rows.order_by_asc(billing_item::Column::Position).all(db).await?;
    rows.iter()
        .map(|row| ItemDraft::of(row).map_err(Failure::from))
        .collect()
}

async fn store(
    transaction: &DatabaseTransaction,
    stamp: Stamp<'_>,
    wanted: Model,
    exists: bool,
    items: &[ItemDraft],
) -> Outcome<Model> {
    let saved = Model {
        version: wanted.version + 1,
        updated_at: stamp.at,
        ..wanted
    };
    let row = billing_configuration::ActiveModel::from(saved.clone()).reset_all();
    if exists {
        row.update(transaction).await?;
        let old = stamp.scope.delete_many::<billing_item::Entity>();
        old.filter(billing_item::Column::ConfigurationId.eq(saved.id))
            .exec(transaction)
            .await?;
    } else {
        row.insert(transaction).await?;
    }
    let rows = items.iter().enumerate().map(|(index, item)| {
        let row = billing_item::Model {
            id: BillingItemId::at(stamp.at),
            provider_id: stamp.scope.provider_id(),
            configuration_id: saved.id,
            position: i32::try_from(index).unwrap_or(i32::MAX),
            product_key: item.product.to_string(),
            psa_product_id: item.psa_product,
            unit_price: item.unit_price.map(Exact),
            unit_cost: item.unit_cost.map(Exact),
            unit: item.unit,
            rounding: item.rounding,
            decimals: i16::try_from(item.decimals).unwrap_or(i16::MAX),
            minimum: item.minimum.map(Exact),
            included: Exact(item.included),
            mode: item.mode,
            zero: item.zero,
        };
        row.into_active_model().reset_all()
    });
    billing_item::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(saved)
}
