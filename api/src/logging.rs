//! Log output: structured lines on standard error, so that standard output belongs to the commands.

use std::io::{self, IsTerminal};

use tracing_subscriber::{Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{ConfigError, LogConfig, LogFormat};

/// Sends the logs of this process to standard error. A second call changes nothing: the first subscriber stays.
///
/// # Errors
/// The filter is not well-formed.
pub fn start(config: &LogConfig) -> Result<(), ConfigError> {
    let filter = config.env_filter()?;
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match config.format {
        LogFormat::Pretty => tracing_subscriber::fmt::layer()
            .with_ansi(io::stderr().is_terminal())
            .with_writer(io::stderr)
            .with_filter(filter)
            .boxed(),
        LogFormat::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(io::stderr)
            .with_filter(filter)
            .boxed(),
    };
    if tracing_subscriber::registry().with(layer).try_init().is_err() {
        tracing::debug!("logs go to the subscriber that was there before");
    }
    Ok(())
}
