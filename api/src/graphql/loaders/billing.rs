//! Loaders of what agreements hold at this moment, read from the PSA.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use psa_connectors::{PsaConnector, record};
use psa_entities::{
    agreement,
    ids::{AgreementId, IntegrationId},
};
use sea_orm::{ColumnTrait, QueryFilter};

use super::Rows;
use crate::{
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
    integrations,
};

/// What an agreement holds. It is read once in a request, however many lines ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AdditionsOf(pub AgreementId);

/// The additions, or why they cannot be read.
type Additions = Result<Arc<Vec<record::Addition>>, UserError>;

impl Loader<AdditionsOf> for Rows {
    type Value = Additions;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[AdditionsOf]) -> Result<HashMap<AdditionsOf, Additions>, Self::Error> {
        let select = self
            .scope
            .find::<agreement::Entity>()
            .filter(agreement::Column::Id.is_in(keys.iter().map(|key| key.0)));
        let rows = select
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(Fault::from(error)))?;
        let mut agreements: HashMap<IntegrationId, Vec<agreement::Model>> = HashMap::new();
        for row in rows {
            agreements.entry(row.integration_id).or_default().push(row);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (integration, agreements) in agreements {
            match self.connector(integration).await {
                Ok(connector) => found.extend(read(connector.as_ref(), agreements).await),
                Err(Failure::Internal(fault)) => return Err(Arc::new(fault)),
                Err(Failure::Refused(errors)) => {
                    let error = errors
                        .into_iter()
                        .next()
                        .unwrap_or_else(|| UserError::not_found("integrationId", "integration"));
                    found.extend(agreements.iter().map(|row| (AdditionsOf(row.id), Err(error.clone()))));
                }
            }
        }
        Ok(found)
    }
}

impl Rows {
    async fn connector(&self, id: IntegrationId) -> Outcome<Arc<dyn PsaConnector>> {
        let integration = integrations::find(self.app.db.read(), self.scope, id).await?;
        self.app.connections.get(&self.app, self.scope, &integration).await
    }
}

async fn read(connector: &dyn PsaConnector, agreements: Vec<agreement::Model>) -> Vec<(AdditionsOf, Additions)> {
    let external = |row: &agreement::Model| record::AgreementId::new(row.external_id.clone());
    let ids: Vec<_> = agreements.iter().map(external).collect();
    let mut read = connector.additions_of(&ids).await;
    let mut additions = |row: &agreement::Model| match &mut read {
        Ok(holdings) => match holdings.remove(&external(row)) {
            Some(additions) => Ok(Arc::new(additions)),
            None => Err(UserError::new(
                ErrorCode::NotFound,
                format!("The PSA no longer has the agreement “{}”.", row.name),
            )),
        },
        Err(error) => Err(UserError::from(&*error)),
    };
    agreements
        .iter()
        .map(|row| (AdditionsOf(row.id), additions(row)))
        .collect()
}
