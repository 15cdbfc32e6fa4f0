//! What can be billed.

use async_graphql::{Context, Enum, ID, Object, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::console::{StorageAccount, StorageLimit};
use crate::{
    billing::{breakdown, product},
    failure::UserError,
    graphql::request::{Request, internal},
};

/// What the global id of a product begins with, before it is encoded.
const PREFIX: &str = "BillableProduct:";

/// The global id of a billable product.
pub fn product_id(key: &product::BillableProduct) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{PREFIX}{key}")))
}

/// The billable product of a global id.
///
/// # Errors
/// `NOT_FOUND` at `field`: it is not the id of a billable product.
pub fn product_key(id: &ID, field: &str) -> Result<product::BillableProduct, UserError> {
    let text = URL_SAFE_NO_PAD
        .decode(id.as_bytes())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    text.as_deref()
        .and_then(|text| text.strip_prefix(PREFIX))
        .and_then(|key| key.parse().ok())
        .ok_or_else(|| UserError::not_found(field, "billable product"))
}

/// The billable product of a global id, when what it measures is the caller's.
pub async fn find_product(ctx: &Context<'_>, id: &ID) -> Result<Option<BillableProduct>> {
    let Ok(product) = product_key(id, "id").map(BillableProduct) else {
        return Ok(None);
    };
    let is_there = match (product.0.account(), product.0.limit()) {
        (Some(_), _) => product.account(ctx).await?.is_some(),
        (_, Some(_)) => product.limit(ctx).await?.is_some(),
        (None, None) => true,
    };
    Ok(is_there.then_some(product))
}

/// A billable product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillableProduct(pub product::BillableProduct);

/// What the console counts and the PSA bills: a licence type, one metric of a storage account, or a storage limit.
#[Object]
impl BillableProduct {
    /// The global id.
    pub async fn id(&self) -> ID {
        product_id(&self.0)
    }

    /// Whether licences are counted, bytes are measured or storage limits are counted.
    async fn kind(&self) -> BillableKind {
        breakdown::Kind::of(&self.0).into()
    }

    /// The name for people, with that of the storage account or the storage limit where there is one.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        let name = self.0.display_name();
        let of = match self.limit(ctx).await? {
            Some(limit) => Some(limit.0.name),
            None => self.account(ctx).await?.map(|account| account.0.name),
        };
        Ok(of.map_or_else(|| name.to_owned(), |of| format!("{name}, {of}")))
    }

    /// The licence type by the name the console shows; null for anything else.
    async fn license_type(&self) -> Option<&str> {
        match &self.0 {
            product::BillableProduct::License(kind) => Some(kind.display_name()),
            product::BillableProduct::Storage { .. } | product::BillableProduct::StorageLimit(_) => None,
        }
    }

    /// The storage account; null for anything else than what is stored or restored.
    async fn storage_account(&self, ctx: &Context<'_>) -> Result<Option<StorageAccount>> {
        self.account(ctx).await
    }

    /// The storage limit; null for anything else.
    async fn storage_limit(&self, ctx: &Context<'_>) -> Result<Option<StorageLimit>> {
        self.limit(ctx).await
    }

    /// What of the storage account is billed; null for anything else.
    async fn metric(&self) -> Option<StorageMetric> {
        match &self.0 {
            product::BillableProduct::Storage { metric, .. } => Some((*metric).into()),
            product::BillableProduct::License(_) | product::BillableProduct::StorageLimit(_) => None,
        }
    }
}

impl BillableProduct {
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<StorageAccount>> {
        let Some(account) = self.0.account() else {
            return Ok(None);
        };
        let found = ctx.rows()?.load_one(account).await.map_err(internal)?;
        Ok(found.map(StorageAccount))
    }

    async fn limit(&self, ctx: &Context<'_>) -> Result<Option<StorageLimit>> {
        let Some(limit) = self.0.limit() else { return Ok(None) };
        let found = ctx.rows()?.load_one(limit).await.map_err(internal)?;
        Ok(found.map(StorageLimit))
    }
}

/// What sort of thing is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "breakdown::Kind")]
pub enum BillableKind {
    /// Licences of one type, counted.
    License,
    /// One metric of a storage account, measured in bytes.
    Storage,
    /// A storage limit, counted for everybody who has it.
    StorageLimit,
}

/// What of a storage account is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "product::StorageMetric")]
pub enum StorageMetric {
    /// The month's average of what is stored.
    BackupAverage,
    /// The sum of what was restored in the month.
    Restored,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::ids::NodeKind;
    use psa_entities::ids::StorageAccountId;
    use uuid::Uuid;

    #[test]
    fn ids_round_trip() {
        let account = StorageAccountId::from_uuid(Uuid::from_u128(7));
        for product in [
            product::BillableProduct::License(product::LicenseType::SqlServerAndExchange),
            product::BillableProduct::License(product::LicenseType::Other("Größe / 2: neu".into())),
            product::BillableProduct::StorageLimit(psa_entities::StorageLimitId::from_uuid(Uuid::from_u128(8))),
            product::BillableProduct::Storage {
                account,
                metric: product::StorageMetric::Restored,
            },
        ] {
            assert_eq!(product_key(&product_id(&product), "productId").unwrap(), product);
        }
    }

    #[test]
    fn other_ids_are_not_there() {
        for id in [
            ID::from(""),
            ID::from("%%%"),
            ID::from("license:Server"),
            NodeKind::PsaProduct.id(Uuid::from_u128(7)),
        ] {
            assert_eq!(product_key(&id, "productId").unwrap_err().field, ["productId"]);
        }
    }
}
