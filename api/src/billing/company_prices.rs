//! What products cost one company, where its agreement says otherwise than the price list.

use std::collections::HashMap;

use psa_entities::{
    Exact, ProviderScope,
    audit_entry::{AuditAction, AuditSubject},
    company_price::{Column, Entity, Model},
    console_company,
    ids::{CompanyPriceId, ConsoleCompanyId, IntegrationId},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::OnConflict,
};
use serde_json::json;

use super::{
    prices::{PriceChange, checked},
    product::BillableProduct,
};
use crate::{
    app::App,
    audit::{Entry, Stamp, Subject},
    failure::{Failure, Outcome, UserError},
    integrations,
};

/// Changes what products cost one company, all of them or none.
///
/// Gives back every price of the company, in the order of the products' keys; a product that has neither price nor cost any
/// more is not among them.
///
/// # Errors
/// As the prices of products; `NOT_FOUND` at `companyId`.
pub async fn update(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    company: ConsoleCompanyId,
    changes: Vec<PriceChange>,
) -> Outcome<Vec<Model>> {
    let scope = stamp.scope;
    checked(app, scope, &changes).await?;
    let transaction = app.db.begin().await?;
    integrations::hold(&transaction, scope, id).await?;
    let found = scope
        .find_by_id::<console_company::Entity>(company)
        .one(&transaction)
        .await?;
    let found = found.ok_or_else(|| Failure::refused(UserError::not_found("companyId", "company")))?;
    let own = || of(scope, id, company);
    let known: HashMap<String, Model> = own()
        .all(&transaction)
        .await?
        .into_iter()
        .map(|row| (row.product_key.clone(), row))
        .collect();
    let mut entries = Vec::new();
    for change in changes {
        let key = change.product.to_string();
        let before = known.get(&key);
        let row = Model {
            id: before.map_or_else(|| CompanyPriceId::at(stamp.at), |row| row.id),
            provider_id: scope.provider_id(),
            integration_id: id,
            company_id: company,
            product_key: key,
            unit_price: after(change.unit_price, before.and_then(|row| row.unit_price)),
            unit_cost: after(change.unit_cost, before.and_then(|row| row.unit_cost)),
            changed_at: stamp.at,
            changed_by: stamp.by.name.to_string(),
        };
        let was = before.map(|row| (row.unit_price, row.unit_cost)).unwrap_or_default();
        if was == (row.unit_price, row.unit_cost) {
            continue;
        }
        entries.push(entry(&found, &change.product, before, &row));
        if (row.unit_price, row.unit_cost) == (None, None) {
            let gone = scope.delete_many::<Entity>().filter(Column::Id.eq(row.id));
            gone.exec(&transaction).await?;
            continue;
        }
        let replace = OnConflict::columns([Column::IntegrationId, Column::CompanyId, Column::ProductKey])
            .update_columns([
                Column::UnitPrice,
                Column::UnitCost,
                Column::ChangedAt,
                Column::ChangedBy,
            ])
            .to_owned();
        Entity::insert(row.into_active_model().reset_all())
            .on_conflict(replace)
            .exec_without_returning(&transaction)
            .await?;
    }
    stamp.record(&transaction, entries).await?;
    let rows = own().order_by_asc(Column::ProductKey).all(&transaction).await?;
    transaction.commit().await?;
    Ok(rows)
}

fn of(scope: ProviderScope, id: IntegrationId, company: ConsoleCompanyId) -> sea_orm::Select<Entity> {
    scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(id))
        .filter(Column::CompanyId.eq(company))
}

fn after(change: Option<Option<rust_decimal::Decimal>>, before: Option<Exact>) -> Option<Exact> {
    change.map_or(before, |value| value.map(Exact))
}

fn entry(company: &console_company::Model, product: &BillableProduct, before: Option<&Model>, after: &Model) -> Entry {
    let view = |row: &Model| {
        let product = product.to_string();
        json!({ product: { "unitPrice": row.unit_price, "unitCost": row.unit_cost } })
    };
    let subject = Subject::new(AuditSubject::ConsoleCompany, &company.id, company.name.as_str());
    Entry::new(AuditAction::CompanyPriceChanged, subject)
        .within(after.integration_id)
        .changing(&before.map(view).unwrap_or_default(), &view(after))
}
