//! Billable products of the provider and what an integration knows of each.

use std::collections::HashMap;

use psa_entities::{ProviderScope, ids::IntegrationId, license, product_mapping, storage_account, storage_limit};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    app::App,
    billing::product::{BillableProduct, LicenseType, StorageMetric},
    failure::Outcome,
};

/// A billable product with what an integration knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedProduct {
    /// The integration.
    pub integration: IntegrationId,
    /// The product.
    pub product: BillableProduct,
    /// Its PSA product and price; `None` when neither is set.
    pub mapping: Option<product_mapping::Model>,
}

/// Everything that can be billed: the licence types that are known, those that were reported beyond them, both metrics of
/// every storage account, and every storage limit.
///
/// # Errors
/// Only of the database.
pub async fn catalogue(db: &impl ConnectionTrait, scope: ProviderScope) -> Result<Vec<BillableProduct>, DbErr> {
    let known = LicenseType::KNOWN.iter().map(LicenseType::display_name);
    let others = scope
        .find::<license::Entity>()
        .filter(license::Column::LicenseType.is_not_in(known))
        .select_only()
        .column(license::Column::LicenseType)
        .distinct()
        .order_by_asc(license::Column::LicenseType)
        .into_tuple::<String>()
        .all(db)
        .await?;
    let accounts = scope
        .find::<storage_account::Entity>()
        .order_by_asc(storage_account::Column::Name)
        .order_by_asc(storage_account::Column::Id)
        .all(db)
        .await?;
    let licenses = LicenseType::KNOWN
        .iter()
        .cloned()
        .chain(others.iter().map(|name| LicenseType::from_reported(name)));
    let storage = accounts.iter().flat_map(|account| {
        [StorageMetric::BackupAverage, StorageMetric::Restored].map(|metric| BillableProduct::Storage {
            account: account.id,
            metric,
        })
    });
    let limits = scope
        .find::<storage_limit::Entity>()
        .order_by_asc(storage_limit::Column::Name)
        .order_by_asc(storage_limit::Column::Id)
        .all(db)
        .await?;
    let limits = limits.iter().map(|limit| BillableProduct::StorageLimit(limit.id));
    Ok(licenses
        .map(BillableProduct::License)
        .chain(storage)
        .chain(limits)
        .collect())
}

/// Every billable product with what an integration knows of it. Products that are mapped but can no longer be billed
/// come last.
///
/// # Errors
/// Only of the database.
pub async fn overview(app: &App, scope: ProviderScope, integration: IntegrationId) -> Outcome<Vec<MappedProduct>> {
    let db = app.db.read();
    let products = catalogue(db, scope).await?;
    let mut mappings = mappings(db, scope, integration).await?;
    let mut rows: Vec<_> = products
        .into_iter()
        .map(|product| MappedProduct {
            integration,
            mapping: mappings.remove(&product),
            product,
        })
        .collect();
    let mut rest: Vec<_> = mappings.into_iter().collect();
    rest.sort_by(|(one, _), (other, _)| one.cmp(other));
    rows.extend(rest.into_iter().map(|(product, mapping)| MappedProduct {
        integration,
        product,
        mapping: Some(mapping),
    }));
    Ok(rows)
}

/// One billable product with what an integration knows of it; `None` when there is no such product.
///
/// # Errors
/// Only of the database.
pub async fn find(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    product: &BillableProduct,
) -> Result<Option<MappedProduct>, DbErr> {
    if !catalogue(db, scope).await?.contains(product) {
        return Ok(None);
    }
    let mapping = scope
        .find::<product_mapping::Entity>()
        .filter(product_mapping::Column::IntegrationId.eq(integration))
        .filter(product_mapping::Column::ProductKey.eq(product.to_string()))
        .one(db)
        .await?;
    Ok(Some(MappedProduct {
        integration,
        product: product.clone(),
        mapping,
    }))
}

/// What an integration knows of billable products, by product.
///
/// # Errors
/// Of the database, or a stored key that is none.
pub(super) async fn mappings(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
) -> Result<HashMap<BillableProduct, product_mapping::Model>, DbErr> {
    let own = product_mapping::Column::IntegrationId.eq(integration);
    let rows = scope.find::<product_mapping::Entity>().filter(own).all(db).await?;
    rows.into_iter()
        .map(|row| {
            let product = row
                .product_key
                .parse()
                .map_err(|error| DbErr::Custom(format!("product_mapping {}: {error}", row.id)))?;
            Ok((product, row))
        })
        .collect()
}
