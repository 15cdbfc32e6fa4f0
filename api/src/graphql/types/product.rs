//! What can be billed.

use async_graphql::{Context, Enum, ID, Object, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::console::StorageAccount;
use crate::{
    billing::product,
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

/// A billable product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillableProduct(pub product::BillableProduct);

/// What the console counts and the PSA bills: a licence type, or one metric of a storage account.
#[Object]
impl BillableProduct {
    /// The global id.
    pub async fn id(&self) -> ID {
        product_id(&self.0)
    }

    /// Whether licences are counted or bytes are measured.
    async fn kind(&self) -> BillableKind {
        if self.0.is_storage() {
            BillableKind::Storage
        } else {
            BillableKind::License
        }
    }

    /// The name for people, with the storage account where there is one.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        let name = self.0.display_name();
        let account = self.account(ctx).await?;
        Ok(account.map_or_else(|| name.to_owned(), |account| format!("{name}, {}", account.0.name)))
    }

    /// The licence type by the name the console shows; null for storage.
    async fn license_type(&self) -> Option<&str> {
        match &self.0 {
            product::BillableProduct::License(kind) => Some(kind.display_name()),
            product::BillableProduct::Storage { .. } => None,
        }
    }

    /// The storage account; null for licences.
    async fn storage_account(&self, ctx: &Context<'_>) -> Result<Option<StorageAccount>> {
        self.account(ctx).await
    }

    /// What of the storage account is billed; null for licences.
    async fn metric(&self) -> Option<StorageMetric> {
        match &self.0 {
            product::BillableProduct::License(_) => None,
            product::BillableProduct::Storage { metric, .. } => Some((*metric).into()),
        }
    }
}

impl BillableProduct {
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<StorageAccount>> {
        let product::BillableProduct::Storage { account, .. } = &self.0 else {
            return Ok(None);
        };
        Ok(ctx
            .rows()?
            .load_one(*account)
            .await
            .map_err(internal)?
            .map(StorageAccount))
    }
}

/// What sort of thing is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum BillableKind {
    /// Licences of one type, counted.
    License,
    /// One metric of a storage account, measured in bytes.
    Storage,
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
