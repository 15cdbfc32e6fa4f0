//! Loaders of what the PSA has.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use psa_entities::{ids::IntegrationId, psa_company};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

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
