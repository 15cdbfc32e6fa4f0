//! What is logged.

use confique::Config as Layered;
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use super::error::ConfigError;

/// What libraries say at start and stop, which the server says itself. The operator's filter overrides it.
const QUIET: &str = "actix_server=warn,sea_orm_migration=warn";

/// What is logged, to standard error.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct LogConfig {
    /// `pretty` for people, `json` for machines.
    #[config(env = "PSA_LOG_FORMAT", default = "pretty")]
    pub format: LogFormat,

    /// Least severity, for all or by module: `info`, `warn,psa_bridge::jobs=debug`.
    #[config(env = "PSA_LOG_FILTER", default = "info")]
    pub filter: String,
}

impl LogConfig {
    /// The filter in the form that the subscriber takes.
    ///
    /// # Errors
    /// The filter is not well-formed.
    pub fn env_filter(&self) -> Result<EnvFilter, ConfigError> {
        EnvFilter::try_new(format!("{QUIET},{}", self.filter)).map_err(|error| {
            ConfigError::value(
                "PSA_LOG_FILTER",
                format!("must be a list of levels and modules ({error})"),
                "info,psa_bridge::jobs=debug",
            )
        })
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.env_filter().map(drop)
    }
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Words in columns.
    Pretty,
    /// One JSON object a line.
    Json,
}
