//! Live connectors: one per integration and process, so that all work of an integration shares one rate budget.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use psa_connectors::{Credentials, PsaConnector};
use psa_entities::{ProviderScope, credential, ids::IntegrationId, integration};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::{
    app::App,
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
    vault::{Binding, Sealed},
};

/// The connectors that are in use, with the instant their keys were set.
#[derive(Debug, Default)]
pub struct Connections(Mutex<HashMap<IntegrationId, Live>>);

#[derive(Debug, Clone)]
struct Live {
    keys_set_at: DateTime<Utc>,
    connector: Arc<dyn PsaConnector>,
}

impl Connections {
    /// The connector of an integration, made anew when its keys have been replaced, also by another process.
    ///
    /// # Errors
    /// `WRONG_STATE` when there are no credentials; otherwise what the connector says of them.
    pub async fn get(
        &self,
        app: &App,
        scope: ProviderScope,
        integration: &integration::Model,
    ) -> Outcome<Arc<dyn PsaConnector>> {
        let rows = scope
            .find::<credential::Entity>()
            .filter(credential::Column::IntegrationId.eq(integration.id))
            .all(app.db.read())
            .await?;
        let Some(keys_set_at) = rows.iter().map(|row| row.set_at).max() else {
            let error = UserError::new(ErrorCode::WrongState, "The integration has no credentials.");
            return Err(Failure::refused(
                error.with_remedy("Enter them with updateCredentials."),
            ));
        };
        if let Some(live) = self.live(integration.id, keys_set_at) {
            return Ok(live);
        }
        let credentials = open(app, integration, rows)?;
        let connector = connect(app, &integration.connector_kind, &credentials)?;
        Ok(self.keep(integration.id, Live { keys_set_at, connector }))
    }

    /// Keeps a connector, unless another task was quicker: then that one's is taken, so that there is one rate budget.
    fn keep(&self, id: IntegrationId, made: Live) -> Arc<dyn PsaConnector> {
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = connections
            .entry(id)
            .and_modify(|known| {
                if known.keys_set_at < made.keys_set_at {
                    *known = made.clone();
                }
            })
            .or_insert(made);
        Arc::clone(&kept.connector)
    }

    /// Drops the connector of an integration that is gone.
    pub fn forget(&self, id: IntegrationId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn live(&self, id: IntegrationId, keys_set_at: DateTime<Utc>) -> Option<Arc<dyn PsaConnector>> {
        let connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connections
            .get(&id)
            .filter(|live| live.keys_set_at == keys_set_at)
            .map(|live| Arc::clone(&live.connector))
    }
}

/// Makes a connector from credentials that are not stored yet.
///
/// # Errors
/// `NOT_FOUND` for an unknown kind; a refused field is named as `credentials.<field>`; `NOT_CONFIGURED` when the operator
/// has not set what the connector needs.
pub fn connect(app: &App, kind: &str, credentials: &Credentials) -> Outcome<Arc<dyn PsaConnector>> {
    match app.registry.connect(kind, credentials, &app.platform) {
        Err(unknown) => {
            let error = UserError::new(ErrorCode::NotFound, unknown.to_string()).at("kind");
            Err(Failure::refused(error.with_remedy(
                "Choose one of the kinds that the connectors query lists.",
            )))
        }
        Ok(Err(error)) => Err(Failure::Refused(super::connect::credential_errors(app, kind, &error))),
        Ok(Ok(connector)) => Ok(connector),
    }
}

fn open(app: &App, integration: &integration::Model, rows: Vec<credential::Model>) -> Result<Credentials, Fault> {
    let values = rows.into_iter().map(|row| {
        let binding = Binding {
            provider: row.provider_id,
            integration: integration.id,
            field: &row.field,
        };
        let sealed = Sealed {
            key_id: row.key_id,
            bytes: row.sealed,
        };
        let secret = app.vault.open(&binding, &sealed)?;
        Ok((row.field, secret))
    });
    Ok(Credentials::new(values.collect::<Result<Vec<_>, Fault>>()?))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use psa_connectors::{Platform, Registry, SystemClock, SystemEntropy, network::NetworkPolicy};
    use secrecy::SecretString;

    use super::*;

    fn made(keys_set_at: DateTime<Utc>) -> Live {
        let fields = ["site", "company_id", "public_key", "private_key"];
        let values = ["na.myconnectwise.net", "acme", "public", "private"];
        let fields = fields.map(str::to_owned).into_iter();
        let credentials = Credentials::new(fields.zip(values.map(SecretString::from)));
        let platform = Platform {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            network: NetworkPolicy::default(),
            settings: [("connectwise.client_id".to_owned(), "x".to_owned())].into(),
        };
        let connector = Registry::builtin().connect("connectwise", &credentials, &platform);
        Live {
            keys_set_at,
            connector: connector.expect("built in").expect("complete"),
        }
    }

    #[test]
    fn tasks_that_start_together_share_one_connector_until_the_keys_change() {
        let connections = Connections::default();
        let at = DateTime::UNIX_EPOCH;
        let id = IntegrationId::at(at);
        let later = at + TimeDelta::seconds(1);
        let first = connections.keep(id, made(at));
        assert!(Arc::ptr_eq(&first, &connections.keep(id, made(at))));
        let new = connections.keep(id, made(later));
        assert!(!Arc::ptr_eq(&first, &new), "new keys need a new connector");
        assert!(
            Arc::ptr_eq(&new, &connections.keep(id, made(at))),
            "old keys do not come back"
        );
        assert!(connections.live(id, later).is_some() && connections.live(id, at).is_none());
    }
}
