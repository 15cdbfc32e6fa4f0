//! What the operator decides: one section struct per concern, read once from a file and the environment.
//!
//! Every value has a default, a description and the name of its environment variable, `PSA_<SECTION>_<FIELD>`. The
//! environment overrides the file, the file overrides the defaults. [`reference`] makes `.env.example` and the table of
//! the README from the same descriptions; [`effective`] prints what is in force, with secrets hidden.

pub mod auth;
pub mod connectors;
pub mod database;
pub mod effective;
pub mod error;
pub mod limits;
mod list;
pub mod log;
pub mod reference;
pub mod secret;
pub mod server;
pub mod vault;
pub mod work;

use std::path::Path;

use confique::Config as Layered;
use serde::Serialize;

pub use auth::{Algorithm, AuthConfig};
pub use connectors::ConnectorsConfig;
pub use database::{DatabaseConfig, DatabaseUrl};
pub use error::ConfigError;
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use server::ServerConfig;
pub use vault::VaultConfig;
pub use work::{JobsConfig, TicketsConfig};

/// The file that is read when no other is named and it exists.
pub const DEFAULT_FILE: &str = "psa-bridge.toml";

/// Everything that the operator decides.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct Config {
    /// The HTTP server.
    #[config(nested)]
    pub server: ServerConfig,
    /// Where the data is.
    #[config(nested)]
    pub database: DatabaseConfig,
    /// Whose tokens are accepted.
    #[config(nested)]
    pub auth: AuthConfig,
    /// The keys that seal stored credentials.
    #[config(nested)]
    pub vault: VaultConfig,
    /// The PSAs that may be spoken to.
    #[config(nested)]
    pub connectors: ConnectorsConfig,
    /// What is logged.
    #[config(nested)]
    pub log: LogConfig,
    /// How large a request may be, and how many there may be.
    #[config(nested)]
    pub limits: LimitsConfig,
    /// The delivery of tickets.
    #[config(nested)]
    pub tickets: TicketsConfig,
    /// Background jobs.
    #[config(nested)]
    pub jobs: JobsConfig,
}

impl Config {
    /// Reads the configuration from the environment, then the file, then the defaults. Without `file`,
    /// [`DEFAULT_FILE`] is read if it exists.
    ///
    /// # Errors
    /// The named file does not exist, or a value breaks its rule; the error names the variable, the rule and an example.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let source = confique::File::with_format(path, confique::FileFormat::Toml);
        let source = if file.is_some() { source.required() } else { source };
        let from_file = source.load().map_err(|error| ConfigError::source(&error))?;
        let config = Self::builder()
            .env()
            .preloaded(from_file)
            .load()
            .map_err(|error| ConfigError::source(&error))?;
        config.check()?;
        Ok(config)
    }

    /// The defaults alone, without file or environment: for tests and the demonstration.
    ///
    /// # Errors
    /// A default breaks its own rule.
    pub fn defaults() -> Result<Self, ConfigError> {
        let config = Self::builder().load().map_err(|error| ConfigError::source(&error))?;
        config.check()?;
        Ok(config)
    }

    /// Checks the rules that a type cannot express. Secrets are checked where they are used, because only `serve` and
    /// `worker` need them.
    fn check(&self) -> Result<(), ConfigError> {
        self.server.check()?;
        self.database.check()?;
        self.auth.check()?;
        self.connectors.check()?;
        self.log.check()?;
        self.limits.check()?;
        self.tickets.check()?;
        self.jobs.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_toml(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::load(Some(file.path()))
    }

    #[test]
    fn defaults_obey_their_own_rules() {
        let config = Config::defaults().unwrap();
        assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.database.url.expose(), "sqlite://psa-bridge.db");
        assert_eq!(config.limits.depth, 15);
        assert!(config.auth.secret.is_none());
    }

    #[test]
    fn a_file_overrides_defaults() {
        let config = from_toml(
            "[server]\nlisten = \"0.0.0.0:9000\"\n[connectors]\nextra_hosts = [\"psa.example\"]\n[connectors.settings]\n\"connectwise.client_id\" = \"abc\"\n",
        )
        .unwrap();
        assert_eq!(config.server.listen.port(), 9000);
        assert_eq!(config.connectors.extra_hosts, ["psa.example"]);
        assert_eq!(
            config
                .connectors
                .settings
                .get("connectwise.client_id")
                .map(String::as_str),
            Some("abc")
        );
    }

    #[test]
    fn a_broken_rule_names_variable_rule_and_example() {
        let error = from_toml("[jobs]\nlease_seconds = 0\n").unwrap_err().to_string();
        assert_eq!(
            error,
            "PSA_JOBS_LEASE_SECONDS must be between 5 and 3600 (it is 0), for example PSA_JOBS_LEASE_SECONDS=60"
        );
    }

    #[test]
    fn a_misspelt_name_is_refused() {
        let error = from_toml("[server]\nlisten_on = \"0.0.0.0:9000\"\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("unknown field `listen_on`"), "{error}");
    }

    #[test]
    fn a_missing_file_is_refused_only_when_it_was_named() {
        let error = Config::load(Some(Path::new("/nonexistent/psa-bridge.toml")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("/nonexistent/psa-bridge.toml"), "{error}");
    }

    #[test]
    fn an_error_in_the_file_does_not_quote_it() {
        let error = from_toml("[auth]\nsecret = canary-secret-value\n")
            .unwrap_err()
            .to_string();
        assert!(!error.contains("canary"), "{error}");
        assert!(error.contains("line 2"), "{error}");
    }

    #[test]
    fn secrets_are_not_in_debug_output() {
        let mut config = Config::defaults().unwrap();
        config.auth.secret = Some("canary-one".into());
        config.vault.keys = Some("id:canary-two".into());
        config.database.url = "postgres://psa:canary-three@localhost/psa".into();
        assert!(!format!("{config:?}").contains("canary"), "{config:?}");
    }
}
