//! A billable product in one integration.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    super::{product::BillableProduct, psa::PsaProduct},
    product_mapping_id,
};
use crate::{
    graphql::{
        loaders::mapping::UsedBy,
        request::{Request, internal},
        scalars::Decimal,
    },
    mapping::{
        health::{self, MappingHealth},
        products::MappedProduct,
    },
};

/// A billable product with what an integration knows of it.
#[derive(Debug, Clone)]
pub struct ProductMapping(pub MappedProduct);

/// A billable product in one integration: the PSA product that it is billed as, and its price.
#[Object]
impl ProductMapping {
    /// The global id. It stays the same whatever is decided.
    pub async fn id(&self) -> ID {
        product_mapping_id(self.0.integration, &self.0.product)
    }

    /// The product.
    async fn product(&self) -> BillableProduct {
        BillableProduct(self.0.product.clone())
    }

    /// The PSA product that it is billed as, unless a billing configuration says otherwise; null when it is not bound.
    async fn psa_product(&self, ctx: &Context<'_>) -> Result<Option<PsaProduct>> {
        self.bound(ctx).await
    }

    /// The price per unit in the provider's currency; null when none is set.
    async fn unit_price(&self) -> Option<Decimal> {
        self.0
            .mapping
            .as_ref()
            .and_then(|mapping| mapping.unit_price)
            .map(Decimal::from)
    }

    /// The cost per unit in the provider's currency; null when none is set.
    async fn unit_cost(&self) -> Option<Decimal> {
        self.0
            .mapping
            .as_ref()
            .and_then(|mapping| mapping.unit_cost)
            .map(Decimal::from)
    }

    /// Whether the PSA product can still be billed; `OK` when it is not bound.
    async fn health(&self, ctx: &Context<'_>) -> Result<MappingHealth> {
        if self
            .0
            .mapping
            .as_ref()
            .is_none_or(|mapping| mapping.psa_product_id.is_none())
        {
            return Ok(MappingHealth::Ok);
        }
        Ok(health::of_product(
            self.bound(ctx).await?.as_ref().map(|product| &product.0),
        ))
    }

    /// How many items of billing configurations are billed by this binding, because they name no PSA product of their
    /// own.
    #[graphql(complexity = 2)]
    async fn used_by(&self, ctx: &Context<'_>) -> Result<u64> {
        let key = UsedBy(self.0.integration, self.0.product.to_string());
        Ok(ctx.rows()?.load_one(key).await.map_err(internal)?.unwrap_or(0))
    }

    /// When its PSA product or price was last changed; null when neither was ever set.
    async fn changed_at(&self) -> Option<DateTime<Utc>> {
        self.0.mapping.as_ref().map(|mapping| mapping.changed_at)
    }

    /// Who changed it: the name in the token; null when nobody did.
    async fn changed_by(&self) -> Option<&str> {
        self.0.mapping.as_ref().map(|mapping| mapping.changed_by.as_str())
    }
}

impl ProductMapping {
    async fn bound(&self, ctx: &Context<'_>) -> Result<Option<PsaProduct>> {
        let Some(id) = self.0.mapping.as_ref().and_then(|mapping| mapping.psa_product_id) else {
            return Ok(None);
        };
        Ok(ctx.rows()?.load_one(id).await.map_err(internal)?.map(PsaProduct))
    }
}
