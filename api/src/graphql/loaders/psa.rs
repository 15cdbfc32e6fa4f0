//! Loaders of what the PSA has.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use psa_entities::{
    addition,
    ids::{AgreementId, IntegrationId},
    psa_company, psa_product,
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};

use super::Rows;

/// The company that a PSA knows by an id, which is how its other records refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CompanyInPsa(pub IntegrationId, pub String);

impl Loader<CompanyInPsa> for Rows {
    type Value = psa_company::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[CompanyInPsa]) -> Result<HashMap<CompanyInPsa, Self::Value>, Self::Error> {
        use psa_company::Column;
        let rows = self
            .scope
            .find::<psa_company::Entity>()
            .filter(Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
            .filter(Column::ExternalId.is_in(keys.iter().map(|key| key.1.as_str())))
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (CompanyInPsa(row.integration_id, row.external_id.clone()), row))
            .collect())
    }
}

/// The product that a PSA knows by an id, which is how its additions refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProductInPsa(pub IntegrationId, pub String);

impl Loader<ProductInPsa> for Rows {
    type Value = psa_product::Model;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ProductInPsa]) -> Result<HashMap<ProductInPsa, Self::Value>, Self::Error> {
        use psa_product::Column;
        let rows = self
            .scope
            .find::<psa_product::Entity>()
            .filter(Column::IntegrationId.is_in(keys.iter().map(|key| key.0)))
            .filter(Column::ExternalId.is_in(keys.iter().map(|key| key.1.as_str())))
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (ProductInPsa(row.integration_id, row.external_id.clone()), row))
            .collect())
    }
}

/// The imported additions of one agreement, in the order in which they were first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AdditionsOf(pub AgreementId);

impl Loader<AdditionsOf> for Rows {
    type Value = Vec<addition::Model>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[AdditionsOf]) -> Result<HashMap<AdditionsOf, Self::Value>, Self::Error> {
        let rows = self
            .scope
            .find::<addition::Entity>()
            .filter(addition::Column::AgreementId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(addition::Column::Id)
            .all(self.app.db.read())
            .await
            .map_err(Arc::new)?;
        let mut additions: HashMap<AdditionsOf, Vec<_>> = HashMap::new();
        for row in rows {
            additions.entry(AdditionsOf(row.agreement_id)).or_default().push(row);
        }
        Ok(additions)
    }
}
