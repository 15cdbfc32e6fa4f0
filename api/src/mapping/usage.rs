//! What is billed by the product that a billable product is bound to: what its binding is needed for.

use std::collections::HashMap;

use psa_entities::{ProviderScope, billing_configuration, billing_item, ids::IntegrationId};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, JoinType, QueryFilter, QuerySelect, RelationTrait};

/// A billable product, by its key, in one integration.
pub type Key = (IntegrationId, String);

/// Counts the items of billing configurations that are billed by the binding of each product; items with a PSA product of
/// their own do not need it. Products that nothing is billed by are left out.
///
/// # Errors
/// Only of the database.
pub async fn count(db: &impl ConnectionTrait, scope: ProviderScope, keys: &[Key]) -> Result<HashMap<Key, u64>, DbErr> {
    let counted = scope
        .find::<billing_item::Entity>()
        .join(JoinType::InnerJoin, billing_item::Relation::Configuration.def())
        .filter(billing_item::Column::PsaProductId.is_null())
        .filter(billing_item::Column::ProductKey.is_in(keys.iter().map(|key| key.1.as_str())))
        .filter(billing_configuration::Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
        .select_only()
        .column(billing_configuration::Column::IntegrationId)
        .column(billing_item::Column::ProductKey)
        .column_as(billing_item::Column::Id.count(), "items")
        .group_by(billing_configuration::Column::IntegrationId)
        .group_by(billing_item::Column::ProductKey)
        .into_tuple::<(IntegrationId, String, i64)>()
        .all(db)
        .await?;
    let counted = counted.into_iter();
    Ok(counted
        .map(|(integration, product, items)| ((integration, product), u64::try_from(items).unwrap_or(0)))
        .collect())
}
