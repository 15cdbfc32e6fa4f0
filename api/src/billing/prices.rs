//! What a billable product costs, unless a billing item says otherwise.

use std::collections::{BTreeSet, HashMap, HashSet};

use psa_entities::{
    Exact, ProviderScope,
    audit_entry::{AuditAction, AuditSubject},
    ids::{IntegrationId, ProductMappingId, StorageAccountId, StorageLimitId},
    product_mapping::{Column, Entity, Model},
    storage_account, storage_limit,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict};
use serde_json::json;

use super::product::BillableProduct;
use crate::{
    app::App,
    audit::{Entry, Stamp, Subject},
    console::batch,
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
};

/// The most prices that one call may change.
const LARGEST_BATCH: usize = 1_000;

/// The largest price that is believed, per unit.
const LARGEST_PRICE: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// A change of a product's price. `None` leaves a value as it is; the inner `None` takes it away.
#[derive(Debug)]
pub struct PriceChange {
    /// The product.
    pub product: BillableProduct,
    /// What the customer pays for one unit.
    pub unit_price: Option<Option<Decimal>>,
    /// What one unit costs the provider.
    pub unit_cost: Option<Option<Decimal>>,
}

/// What an integration knows of every product that it knows anything of, in the order of their keys.
///
/// # Errors
/// Only of the database.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Result<Vec<Model>, DbErr> {
    let own = scope.find::<Entity>().filter(Column::IntegrationId.eq(integration));
    own.order_by_asc(Column::ProductKey).all(db).await
}

/// Changes prices, all of them or none. Gives back the changed products, in the order of the call.
///
/// # Errors
/// A product twice, a storage account that does not exist, a price below zero or beyond belief.
pub async fn update(app: &App, stamp: Stamp<'_>, id: IntegrationId, changes: Vec<PriceChange>) -> Outcome<Vec<Model>> {
    let scope = stamp.scope;
    checked(app, scope, &changes).await?;
    let now = stamp.at;
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, scope, id).await?;
    let known: HashMap<String, Model> = list(&transaction, scope, id)
        .await?
        .into_iter()
        .map(|row| (row.product_key.clone(), row))
        .collect();
    let mut rows = Vec::with_capacity(changes.len());
    let mut changed = Vec::new();
    let mut entries = Vec::new();
    for change in changes {
        let key = change.product.to_string();
        let before = known.get(&key);
        let row = Model {
            id: before.map_or_else(|| ProductMappingId::at(now), |row| row.id),
            provider_id: integration.provider_id,
            integration_id: id,
            product_key: key,
            psa_product_id: before.and_then(|row| row.psa_product_id),
            unit_price: change
                .unit_price
                .map_or(before.and_then(|row| row.unit_price), |price| price.map(Exact)),
            unit_cost: change
                .unit_cost
                .map_or(before.and_then(|row| row.unit_cost), |cost| cost.map(Exact)),
            changed_at: now,
            changed_by: stamp.by.name.to_string(),
        };
        match before {
            Some(before) if (before.unit_price, before.unit_cost) == (row.unit_price, row.unit_cost) => {
                rows.push(before.clone());
            }
            _ => {
                entries.push(entry(&change.product, before, &row));
                changed.push(row.clone());
                rows.push(row);
            }
        }
    }
    let replace = OnConflict::columns([Column::IntegrationId, Column::ProductKey])
        .update_columns([
            Column::UnitPrice,
            Column::UnitCost,
            Column::ChangedAt,
            Column::ChangedBy,
        ])
        .to_owned();
    batch::store::<Entity>(&transaction, changed, replace).await?;
    stamp.record(&transaction, entries).await?;
    transaction.commit().await?;
    Ok(rows)
}

/// Checks the changes of a call.
///
/// # Errors
/// As [`update`].
pub(super) async fn checked(app: &App, scope: ProviderScope, changes: &[PriceChange]) -> Outcome<()> {
    let mut errors = price_errors(changes);
    let gone = unknown(app.db.read(), scope, changes.iter().map(|change| &change.product)).await?;
    for (index, change) in changes.iter().enumerate() {
        if gone.contains(&change.product) {
            let field = format!("prices.{index}.productId");
            errors.push(UserError::not_found(&field, "billable product"));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Failure::Refused(errors))
    }
}

fn entry(product: &BillableProduct, before: Option<&Model>, after: &Model) -> Entry {
    let view = |row: &Model| json!({ "unitPrice": row.unit_price, "unitCost": row.unit_cost });
    let subject = Subject::new(AuditSubject::BillableProduct, product, product.display_name());
    Entry::new(AuditAction::PriceChanged, subject)
        .within(after.integration_id)
        .changing(&before.map(view).unwrap_or_default(), &view(after))
}

/// Those of `products` whose storage account or storage limit does not exist.
///
/// # Errors
/// Only of the database.
pub(super) async fn unknown<'p>(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    products: impl Iterator<Item = &'p BillableProduct>,
) -> Result<HashSet<BillableProduct>, DbErr> {
    let products: Vec<&BillableProduct> = products.collect();
    let accounts: BTreeSet<StorageAccountId> = products.iter().filter_map(|product| product.account()).collect();
    let limits: BTreeSet<StorageLimitId> = products.iter().filter_map(|product| product.limit()).collect();
    let mut known_accounts = HashSet::new();
    if !accounts.is_empty() {
        let own = scope
            .find::<storage_account::Entity>()
            .filter(storage_account::Column::Id.is_in(accounts));
        let ids = own.select_only().column(storage_account::Column::Id);
        known_accounts.extend(ids.into_tuple::<StorageAccountId>().all(db).await?);
    }
    let mut known_limits = HashSet::new();
    if !limits.is_empty() {
        let own = scope
            .find::<storage_limit::Entity>()
            .filter(storage_limit::Column::Id.is_in(limits));
        let ids = own.select_only().column(storage_limit::Column::Id);
        known_limits.extend(ids.into_tuple::<StorageLimitId>().all(db).await?);
    }
    let is_gone = |product: &&&BillableProduct| {
        product.account().is_some_and(|id| !known_accounts.contains(&id))
            || product.limit().is_some_and(|id| !known_limits.contains(&id))
    };
    Ok(products
        .iter()
        .filter(is_gone)
        .map(|product| (*product).clone())
        .collect())
}

/// Why `price` is none, at `field`.
pub(crate) fn price_error(field: &str, price: Option<Decimal>) -> Option<UserError> {
    let price = price.filter(|price| !(Decimal::ZERO..=LARGEST_PRICE).contains(price))?;
    let message = format!("A price or cost per unit is between 0 and {LARGEST_PRICE}, not {price}.");
    Some(UserError::new(ErrorCode::Invalid, message).at(field))
}

fn price_errors(changes: &[PriceChange]) -> Vec<UserError> {
    if changes.len() > LARGEST_BATCH {
        let message = format!("A call changes at most {LARGEST_BATCH} prices, not {}.", changes.len());
        return vec![
            UserError::new(ErrorCode::Invalid, message)
                .at("prices")
                .with_remedy("Send them in several calls."),
        ];
    }
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, change) in changes.iter().enumerate() {
        if !seen.insert(&change.product) {
            let error = UserError::new(ErrorCode::Invalid, "The product is in this call already.");
            errors.push(
                error
                    .at(&format!("prices.{index}.productId"))
                    .with_remedy("Send every product once."),
            );
        }
        errors.extend(price_error(
            &format!("prices.{index}.unitPrice"),
            change.unit_price.flatten(),
        ));
        errors.extend(price_error(
            &format!("prices.{index}.unitCost"),
            change.unit_cost.flatten(),
        ));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(product: &str, price: Option<Option<Decimal>>, cost: Option<Option<Decimal>>) -> PriceChange {
        PriceChange {
            product: product.parse().unwrap(),
            unit_price: price,
            unit_cost: cost,
        }
    }

    #[test]
    fn every_wrong_price_is_named() {
        let negative = Some(Some(Decimal::NEGATIVE_ONE));
        let changes = [
            change("license:Server", Some(Some(Decimal::TEN)), Some(None)),
            change("license:Desktop", negative, negative),
            change("license:server", None, Some(Some(LARGEST_PRICE + Decimal::ONE))),
        ];
        let paths: Vec<String> = price_errors(&changes)
            .iter()
            .map(|error| error.field.join("."))
            .collect();
        assert_eq!(
            paths,
            [
                "prices.1.unitPrice",
                "prices.1.unitCost",
                "prices.2.productId",
                "prices.2.unitCost"
            ]
        );
    }

    #[test]
    fn the_largest_batch_is_accepted_and_one_more_is_not() {
        let batch = |size: usize| {
            (0..size)
                .map(|n| change(&format!("license:Type {n}"), None, None))
                .collect::<Vec<_>>()
        };
        assert_eq!(price_errors(&batch(LARGEST_BATCH)), []);
        assert_eq!(price_errors(&batch(LARGEST_BATCH + 1)).len(), 1);
    }
}
