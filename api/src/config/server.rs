//! The HTTP server.

use std::{net::SocketAddr, time::Duration};

use confique::Config as Layered;
use serde::Serialize;
use url::Url;

use super::error::{ConfigError, in_range};

/// The HTTP server.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct ServerConfig {
    /// Address and port to listen on.
    #[config(env = "PSA_SERVER_LISTEN", default = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address under which the outside reaches this server, such as `https://psa.example.com/`. Links that leave the
    /// server start with it; when it is https, PSAs announce changes of tickets below it, at `/webhooks/`.
    #[config(env = "PSA_SERVER_PUBLIC_URL")]
    pub public_url: Option<Url>,

    /// Whether `serve` also runs background jobs and ticket deliveries.
    #[config(env = "PSA_SERVER_WORKER", default = true)]
    pub worker: bool,

    /// Whether `/graphiql` serves the GraphiQL page.
    #[config(env = "PSA_SERVER_GRAPHIQL", default = true)]
    pub graphiql: bool,

    /// Whether the schema can be asked for by a query.
    #[config(env = "PSA_SERVER_INTROSPECTION", default = true)]
    pub introspection: bool,

    /// Seconds until a request is given up and answered with 504.
    #[config(env = "PSA_SERVER_REQUEST_TIMEOUT_SECONDS", default = 30)]
    pub request_timeout_seconds: u64,

    /// Largest request body in bytes; a larger one is answered with 413.
    #[config(env = "PSA_SERVER_MAX_BODY_BYTES", default = 2_097_152)]
    pub max_body_bytes: usize,
}

impl ServerConfig {
    /// How long a request may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range(
            "PSA_SERVER_REQUEST_TIMEOUT_SECONDS",
            self.request_timeout_seconds,
            1..=600,
            30,
        )?;
        in_range(
            "PSA_SERVER_MAX_BODY_BYTES",
            self.max_body_bytes,
            1_024..=67_108_864,
            2_097_152,
        )?;
        match &self.public_url {
            Some(url) if !matches!(url.scheme(), "http" | "https") => Err(ConfigError::value(
                "PSA_SERVER_PUBLIC_URL",
                format!("must begin with https:// or http:// (it begins with {}:)", url.scheme()),
                "https://psa.example.com/",
            )),
            _ => Ok(()),
        }
    }
}
