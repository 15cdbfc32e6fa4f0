//! Additions of an imported agreement.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use psa_entities::{addition, ids::IntegrationId};

use super::PsaProduct;
use crate::graphql::{
    loaders::psa::ProductInPsa,
    request::{Request, internal},
    scalars::{Date, Decimal},
};

/// An addition, with the integration that its product is looked for in.
#[derive(Debug, Clone)]
pub struct Addition {
    pub(super) row: addition::Model,
    pub(super) integration: IntegrationId,
}

/// A billed line of an agreement, as the last import saw it.
#[Object]
impl Addition {
    /// The id in the PSA.
    async fn external_id(&self) -> &str {
        &self.row.external_id
    }

    /// The product that it bills; null when that was not imported.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<PsaProduct>> {
        let key = ProductInPsa(self.integration, self.row.product_external_id.clone());
        Ok(ctx.rows()?.load_one(key).await.map_err(internal)?.map(PsaProduct))
    }

    /// How many units are billed.
    async fn quantity(&self) -> Decimal {
        Decimal(self.row.quantity.into())
    }

    /// The price of a unit; null when the PSA does not say.
    async fn unit_price(&self) -> Option<Decimal> {
        self.row.unit_price.map(|price| Decimal(price.into()))
    }

    /// The cost of a unit; null when the PSA does not say.
    async fn unit_cost(&self) -> Option<Decimal> {
        self.row.unit_cost.map(|cost| Decimal(cost.into()))
    }

    /// The text on the invoice; null when there is none.
    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// The first day it is billed for; null when the PSA does not say.
    async fn effective_date(&self) -> Option<Date> {
        self.row.effective_date.map(Date)
    }

    /// The day it ends; null while it is in force.
    async fn cancelled_date(&self) -> Option<Date> {
        self.row.cancelled_date.map(Date)
    }

    /// When it was imported.
    async fn imported_at(&self) -> DateTime<Utc> {
        self.row.imported_at
    }
}
