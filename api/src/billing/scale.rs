//! How finely the PSA counts what is billed: as its connector says, unless a product says otherwise.

use std::collections::HashMap;

use psa_connectors::Descriptor;
use psa_entities::{
    ProviderScope,
    ids::{IntegrationId, PsaProductId},
    product_mapping, psa_product,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};

use super::configurations::ItemDraft;

/// How many decimals the quantities of a product keep.
pub fn of_product(product: &psa_product::Model, descriptor: &Descriptor) -> u32 {
    let own = product.quantity_scale.and_then(|scale| u32::try_from(scale).ok());
    own.unwrap_or(descriptor.quantity.scale())
}

/// How many decimals the quantity of each item keeps: those of its product, which is the mapped one unless it names another.
///
/// # Errors
/// Only of the database.
pub async fn of_items(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    descriptor: &Descriptor,
    items: &[ItemDraft],
) -> Result<Vec<u32>, DbErr> {
    let mapped = scope
        .find::<product_mapping::Entity>()
        .filter(product_mapping::Column::IntegrationId.eq(integration))
        .filter(product_mapping::Column::ProductKey.is_in(items.iter().map(|item| item.product.to_string())))
        .all(db)
        .await?;
    let mapped: HashMap<String, Option<PsaProductId>> = mapped
        .into_iter()
        .map(|row| (row.product_key, row.psa_product_id))
        .collect();
    let product_of = |item: &ItemDraft| {
        item.psa_product
            .or_else(|| mapped.get(&item.product.to_string()).copied().flatten())
    };
    let products = scope
        .find::<psa_product::Entity>()
        .filter(psa_product::Column::IntegrationId.eq(integration))
        .filter(psa_product::Column::Id.is_in(items.iter().filter_map(product_of)))
        .all(db)
        .await?;
    let scales: HashMap<PsaProductId, u32> = products
        .iter()
        .map(|product| (product.id, of_product(product, descriptor)))
        .collect();
    let scale = |item: &ItemDraft| product_of(item).and_then(|id| scales.get(&id)).copied();
    Ok(items
        .iter()
        .map(|item| scale(item).unwrap_or(descriptor.quantity.scale()))
        .collect())
}
