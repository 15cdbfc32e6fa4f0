//! Binding billable products to PSA products, many at a time: each row is answered on its own, one transaction stores
//! what is accepted.

use std::collections::{HashMap, HashSet};

use async_graphql::SimpleObject;
use psa_entities::{
    ProviderScope,
    ids::{IntegrationId, ProductMappingId, PsaProductId},
    product_mapping, psa_product,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, QueryFilter, sea_query::OnConflict};

use super::{
    decide::MappingOutcome,
    entries,
    products::{self, MappedProduct},
    usage,
};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    billing::product::BillableProduct,
    console::batch,
    failure::{ErrorCode, Outcome, UserError},
    integrations,
};

/// A binding that is asked for.
#[derive(Debug, Clone)]
pub struct ProductBinding {
    /// The billable product, or why the id is none.
    pub product: Result<BillableProduct, UserError>,
    /// The PSA product; `None` when the id is not one of a PSA product at all.
    pub psa_product: Option<PsaProductId>,
}

/// The answer to one row.
#[derive(Debug)]
pub struct ProductResult {
    /// What happened.
    pub outcome: MappingOutcome,
    /// The product as it is now; `None` when there is no such product.
    pub row: Option<MappedProduct>,
    /// Why it was rejected.
    pub error: Option<UserError>,
}

/// What depends on bindings of products that are taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, SimpleObject)]
pub struct ProductDependents {
    /// Items of billing configurations that are billed by these bindings: they are blocked until the products are bound
    /// again or the items name a PSA product of their own.
    pub billing_items: u64,
}

/// What unbinding did, or would do.
#[derive(Debug)]
pub struct UnboundProducts {
    /// The answer to each row.
    pub results: Vec<ProductResult>,
    /// What depends on the rows that are unbound.
    pub dependents: ProductDependents,
}

/// Binds billable products to PSA products. Prices stay as they are. Asking again changes nothing.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`; `INVALID` at `bindings`: too many. What is wrong with a row is in its result.
pub async fn bind(
    app: &App,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    bindings: Vec<ProductBinding>,
) -> Outcome<Vec<ProductResult>> {
    batch::check_size("bindings", bindings.len())?;
    let db = app.db.begin().await?;
    integrations::find(&db, stamp.scope, integration).await?;
    let psa = psa_products(
        &db,
        stamp.scope,
        integration,
        bindings.iter().filter_map(|binding| binding.psa_product),
    )
    .await?;
    let wanted = bindings.into_iter().map(|binding| {
        let psa = bindable(binding.psa_product.and_then(|id| psa.get(&id)));
        (binding.product, psa.map(|psa| Some(psa.id)))
    });
    let results = change(&db, stamp, integration, ("bindings", "productId"), wanted.collect()).await?;
    db.commit().await?;
    Ok(results)
}

/// Takes bindings back. Prices stay as they are. A dry run answers the same and changes nothing.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`; `INVALID` at `productIds`: too many. What is wrong with a row is in its result.
pub async fn unbind(
    app: &App,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    products: Vec<Result<BillableProduct, UserError>>,
    dry_run: bool,
) -> Outcome<UnboundProducts> {
    batch::check_size("productIds", products.len())?;
    let db = app.db.begin().await?;
    integrations::find(&db, stamp.scope, integration).await?;
    let wanted = products.into_iter().map(|product| (product, Ok(None))).collect();
    let results = change(&db, stamp, integration, ("productIds", ""), wanted).await?;
    let gone: Vec<_> = results
        .iter()
        .filter(|result| result.outcome == MappingOutcome::Unbound)
        .filter_map(|result| Some((integration, result.row.as_ref()?.product.to_string())))
        .collect();
    let dependents = ProductDependents {
        billing_items: usage::count(&db, stamp.scope, &gone).await?.into_values().sum(),
    };
    if dry_run {
        db.rollback().await?;
    } else {
        db.commit().await?;
    }
    Ok(UnboundProducts { results, dependents })
}

type Wish = (
    Result<BillableProduct, UserError>,
    Result<Option<PsaProductId>, UserError>,
);

async fn change(
    db: &DatabaseTransaction,
    stamp: Stamp<'_>,
    integration: IntegrationId,
    (list, field): (&str, &str),
    wishes: Vec<Wish>,
) -> Result<Vec<ProductResult>, DbErr> {
    let mut known = products::mappings(db, stamp.scope, integration).await?;
    let before: HashMap<_, _> = known
        .iter()
        .filter_map(|(product, mapping)| Some((product.clone(), mapping.psa_product_id?)))
        .collect();
    let billable: HashSet<_> = products::catalogue(db, stamp.scope)
        .await?
        .into_iter()
        .chain(known.keys().cloned())
        .collect();
    let mut seen = HashSet::new();
    let judged = wishes.into_iter().map(|(product, psa)| {
        let product = product?;
        if !billable.contains(&product) {
            return Err(UserError::not_found(field, "billable product"));
        }
        if !seen.insert(product.clone()) {
            let message = format!("“{}” is in this call already.", product.display_name());
            return Err(UserError::new(ErrorCode::Invalid, message)
                .at(field)
                .with_remedy("Name every product once."));
        }
        Ok((product, psa?))
    });
    let results: Vec<_> = judged
        .enumerate()
        .map(|(index, judged)| match judged {
            Ok((product, psa)) => {
                let row = MappedProduct {
                    integration,
                    mapping: known.remove(&product),
                    product,
                };
                let (outcome, row) = decide(row, psa, stamp);
                ProductResult {
                    outcome,
                    row: Some(row),
                    error: None,
                }
            }
            Err(error) => {
                let error = Some(error.in_record(list, index));
                ProductResult {
                    outcome: MappingOutcome::Rejected,
                    row: None,
                    error,
                }
            }
        })
        .collect();
    store(db, &results).await?;
    stamp
        .record(db, log(db, stamp.scope, integration, &results, &before).await?)
        .await?;
    Ok(results)
}

/// Decides about one product: its PSA product changes, its price does not.
fn decide(row: MappedProduct, psa: Option<PsaProductId>, stamp: Stamp<'_>) -> (MappingOutcome, MappedProduct) {
    let before = row.mapping.as_ref().and_then(|mapping| mapping.psa_product_id);
    let outcome = match (before, psa) {
        (before, psa) if before == psa => return (MappingOutcome::Unchanged, row),
        (None, _) => MappingOutcome::Bound,
        (Some(_), Some(_)) => MappingOutcome::Rebound,
        (Some(_), None) => MappingOutcome::Unbound,
    };
    let known = row.mapping;
    let mapping = product_mapping::Model {
        id: known
            .as_ref()
            .map_or_else(|| ProductMappingId::at(stamp.at), |known| known.id),
        provider_id: stamp.scope.provider_id(),
        integration_id: row.integration,
        product_key: row.product.to_string(),
        psa_product_id: psa,
        unit_price: known.as_ref().and_then(|known| known.unit_price),
        unit_cost: known.as_ref().and_then(|known| known.unit_cost),
        changed_at: stamp.at,
        changed_by: stamp.by.name.to_string(),
    };
    (
        outcome,
        MappedProduct {
            mapping: Some(mapping),
            ..row
        },
    )
}

fn bindable(psa: Option<&psa_product::Model>) -> Result<&psa_product::Model, UserError> {
    let psa = psa.ok_or_else(|| UserError::not_found("psaProductId", "PSA product"))?;
    let (state, remedy) = match psa {
        psa if psa.deleted => (
            "is gone in the PSA",
            "Choose another product, or restore it in the PSA and import products again.",
        ),
        psa if !psa.active => (
            "is inactive in the PSA",
            "Choose another product, or activate it in the PSA and import products again.",
        ),
        psa if !psa.billable => (
            "cannot be billed on an agreement",
            "Choose a product that the PSA bills, such as one of the class Agreement or Service.",
        ),
        psa => return Ok(psa),
    };
    let message = format!("The product “{}” {state}.", psa.identifier);
    Err(UserError::new(ErrorCode::WrongState, message)
        .at("psaProductId")
        .with_remedy(remedy))
}

async fn psa_products(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    ids: impl Iterator<Item = PsaProductId>,
) -> Result<HashMap<PsaProductId, psa_product::Model>, DbErr> {
    let found = scope
        .find::<psa_product::Entity>()
        .filter(psa_product::Column::IntegrationId.eq(integration))
        .filter(psa_product::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// What the audit log says of the changed rows.
async fn log(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: IntegrationId,
    results: &[ProductResult],
    before: &HashMap<BillableProduct, PsaProductId>,
) -> Result<Vec<Entry>, DbErr> {
    let changed = results
        .iter()
        .filter(|result| !matches!(result.outcome, MappingOutcome::Unchanged | MappingOutcome::Rejected))
        .filter_map(|result| result.row.as_ref());
    let changed: Vec<_> = changed.map(|row| (before.get(&row.product).copied(), row)).collect();
    let mut named = Vec::new();
    for (was, row) in &changed {
        named.extend(*was);
        named.extend(row.mapping.as_ref().and_then(|mapping| mapping.psa_product_id));
    }
    let identifiers = psa_products(db, scope, integration, named.into_iter())
        .await?
        .into_iter()
        .map(|(id, psa)| (id, psa.identifier))
        .collect();
    let entry = |(was, row): (Option<PsaProductId>, &MappedProduct)| entries::product(was, row, &identifiers);
    Ok(changed.into_iter().map(entry).collect())
}

async fn store(db: &DatabaseTransaction, results: &[ProductResult]) -> Result<(), DbErr> {
    use product_mapping::Column;
    let changed = results
        .iter()
        .filter(|result| result.outcome != MappingOutcome::Unchanged);
    let mut rows: Vec<_> = changed
        .filter_map(|result| result.row.as_ref()?.mapping.clone())
        .collect();
    // One order in every batch, so that two batches that meet wait for each other and never block each other.
    rows.sort_by(|one, other| one.product_key.cmp(&other.product_key));
    let replace = OnConflict::columns([Column::IntegrationId, Column::ProductKey])
        .update_columns([Column::PsaProductId, Column::ChangedAt, Column::ChangedBy])
        .to_owned();
    batch::store::<product_mapping::Entity>(db, rows, replace).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::Actor, billing::product::LicenseType};
    use chrono::{DateTime, Utc};
    use psa_entities::{Exact, ProviderScope, ids::ProviderId};
    use rust_decimal::Decimal;

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn psa() -> psa_product::Model {
        psa_product::Model {
            id: PsaProductId::at(AT),
            provider_id: ProviderId::at(AT),
            integration_id: IntegrationId::at(AT),
            external_id: "7".into(),
            identifier: "BACKUP".into(),
            description: "Backup".into(),
            price: None,
            cost: None,
            unit: None,
            active: true,
            billable: true,
            quantity_scale: None,
            deleted: false,
            imported_at: AT,
        }
    }

    #[test]
    fn only_products_that_can_be_billed_are_bound() {
        assert_eq!(bindable(Some(&psa())).unwrap().identifier, "BACKUP");
        assert_eq!(bindable(None).unwrap_err().code, ErrorCode::NotFound);
        for (refused, word) in [
            (psa_product::Model { deleted: true, ..psa() }, "gone"),
            (psa_product::Model { active: false, ..psa() }, "inactive"),
            (
                psa_product::Model {
                    billable: false,
                    ..psa()
                },
                "billed",
            ),
        ] {
            let error = bindable(Some(&refused)).unwrap_err();
            assert!(error.message.contains(word) && error.remedy.is_some(), "{error:?}");
            assert_eq!(error.field, ["psaProductId"]);
        }
    }

    #[test]
    fn a_price_outlives_its_binding() {
        let stamp = Stamp {
            scope: ProviderScope::new(ProviderId::at(AT)),
            by: &Actor::user("ann".to_owned()),
            at: AT,
        };
        let product = BillableProduct::License(LicenseType::Server);
        let row = MappedProduct {
            integration: IntegrationId::at(AT),
            product,
            mapping: None,
        };
        let (outcome, mut row) = decide(row, Some(psa().id), stamp);
        assert_eq!(outcome, MappingOutcome::Bound);
        let price = Some(Exact::from(Decimal::new(1_250, 2)));
        row.mapping.as_mut().unwrap().unit_price = price;
        let (outcome, row) = decide(row, Some(psa().id), stamp);
        assert_eq!(
            (outcome, row.mapping.as_ref().unwrap().unit_price),
            (MappingOutcome::Rebound, price)
        );
        let (outcome, row) = decide(row, None, stamp);
        assert_eq!(
            (outcome, row.mapping.as_ref().unwrap().unit_price),
            (MappingOutcome::Unbound, price)
        );
        assert_eq!(decide(row, None, stamp).0, MappingOutcome::Unchanged);
    }
}
