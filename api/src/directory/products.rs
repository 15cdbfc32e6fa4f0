//! Catalogue products of the PSA.

use async_trait::async_trait;
use psa_connectors::{Page, PsaConnector, ReadQuery, record::Product};
use psa_entities::{
    Exact,
    ids::PsaProductId,
    psa_product::{self, Column, Model},
};
use serde_json::{Value, json};

use super::{
    import::Running,
    upsert::{Columns, Resource},
};

/// Catalogue products.
#[derive(Debug)]
pub struct Products;

#[async_trait]
impl Resource for Products {
    type Record = Product;
    type Entity = psa_product::Entity;
    type Row = Model;
    type Change = psa_product::ActiveModel;
    type Parts = ();

    async fn read(connector: &dyn PsaConnector, query: &ReadQuery) -> psa_connectors::Result<Page<Product>> {
        connector.products(query).await
    }

    fn row(running: &Running<'_>, product: Product) -> Model {
        Model {
            id: PsaProductId::at(running.started_at),
            provider_id: running.scope.provider_id(),
            integration_id: running.integration,
            external_id: product.id.to_string(),
            identifier: product.identifier,
            description: product.description,
            price: product.price.map(Exact::from),
            cost: product.cost.map(Exact::from),
            unit: product.unit,
            active: product.active,
            billable: product.billable,
            quantity_scale: product.quantity.and_then(|kind| i16::try_from(kind.scale()).ok()),
            deleted: false,
            imported_at: running.context.app.now(),
        }
    }

    fn key(row: &Model) -> &str {
        &row.external_id
    }

    fn name(row: &Model) -> &str {
        &row.identifier
    }

    fn is_gone(row: &Model) -> bool {
        row.deleted
    }

    fn content(row: &Model) -> Value {
        json!({
            "identifier": row.identifier,
            "description": row.description,
            "price": row.price,
            "cost": row.cost,
            "unit": row.unit,
            "active": row.active,
            "billable": row.billable,
            "quantityScale": row.quantity_scale,
        })
    }

    fn columns() -> Columns<Self> {
        Columns {
            integration: Column::IntegrationId,
            external: Column::ExternalId,
            deleted: Column::Deleted,
            missing: None,
            seen: Column::ImportedAt,
            content: vec![
                Column::Identifier,
                Column::Description,
                Column::Price,
                Column::Cost,
                Column::Unit,
                Column::Active,
                Column::Billable,
                Column::QuantityScale,
            ],
        }
    }
}
