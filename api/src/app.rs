//! What every part of the server shares.

#[cfg(test)]
pub(crate) mod testing;

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use psa_connectors::{Clock, Entropy, Platform, Registry, network::NetworkPolicy};
use sea_orm::DbErr;
use tokio::sync::Notify;

use crate::{
    auth::{Providers, TokenVerifier},
    config::{Config, ConfigError},
    database::Database,
    graphql::documents::Documents,
    integrations::connections::Connections,
    live::Changes,
    vault::Vault,
};

/// What every part of the server shares. Made once, at start.
pub struct App {
    /// What the operator decided.
    pub config: Config,
    /// The database.
    pub db: Database,
    /// The connectors there are.
    pub registry: Registry,
    /// What connectors are given: the clock, randomness, the network policy, settings.
    pub platform: Platform,
    /// Seals and opens credentials.
    pub vault: Vault,
    /// Checks tokens.
    pub tokens: TokenVerifier,
    /// The documents that requests may name.
    pub documents: Documents,
    /// The tenants that tokens name.
    pub providers: Providers,
    /// The connections to PSAs that are in use.
    pub connections: Connections,
    /// Wakes the workers when there is something to do.
    pub wake: Wake,
    /// Tells those who follow a record that it has changed.
    pub changes: Changes,
}

/// Wakes the workers of this process, so that new work does not wait for their next look.
#[derive(Debug, Default)]
pub struct Wake {
    /// A job became due.
    pub jobs: Notify,
    /// A delivery became due.
    pub deliveries: Notify,
}

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A value of the configuration is missing or breaks its rule.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be opened.
    #[error("the database {url} cannot be opened: {source}")]
    Open {
        /// Where it is, without password.
        url: String,
        /// What it said.
        source: DbErr,
    },
    /// The schema of the database cannot be brought up to date.
    #[error("the schema of the database {url} cannot be brought up to date: {source}")]
    Migrate {
        /// Where it is, without password.
        url: String,
        /// What it said.
        source: DbErr,
    },
}

impl App {
    /// Checks the secrets, opens the database and brings its schema up to date: always on SQLite, on PostgreSQL only
    /// when the configuration says so, because several replicas may start at once.
    ///
    /// # Errors
    /// A secret or a file is missing or malformed, or the database fails.
    pub async fn start(
        config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Arc<Self>, StartError> {
        let tokens = TokenVerifier::new(&config.auth)?;
        let vault = Vault::new(&config.vault, Arc::clone(&entropy))?;
        let documents = Documents::load(&config.server)?;
        let url = config.database.url.to_string();
        let db = match Database::open(&config.database).await {
            Ok(db) => db,
            Err(source) => return Err(StartError::Open { url, source }),
        };
        if (!db.is_postgres() || config.database.migrate)
            && let Err(source) = db.migrate().await
        {
            return Err(StartError::Migrate { url, source });
        }
        let platform = Platform {
            clock,
            entropy,
            network: NetworkPolicy {
                allow_loopback: config.connectors.allow_loopback,
                extra_hosts: config.connectors.extra_hosts.clone(),
            },
            settings: config.connectors.settings.clone(),
        };
        Ok(Arc::new(Self {
            config,
            db,
            registry: Registry::builtin(),
            platform,
            vault,
            tokens,
            documents,
            providers: Providers::default(),
            connections: Connections::default(),
            wake: Wake::default(),
            changes: Changes::default(),
        }))
    }

    /// The time of day.
    pub fn now(&self) -> DateTime<Utc> {
        self.platform.clock.now()
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
