//! The HTTP server.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use confique::Config as Layered;
use serde::Serialize;
use url::Url;

use super::{
    error::{ConfigError, in_range},
    list,
};

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

    /// Whether `/graphiql` serves a page for trying queries, GraphiQL, whose scripts come from cdn.jsdelivr.net.
    #[config(env = "PSA_SERVER_GRAPHIQL", default = false)]
    pub graphiql: bool,

    /// Whether the schema can be asked for by a query.
    #[config(env = "PSA_SERVER_INTROSPECTION", default = true)]
    pub introspection: bool,

    /// Origins whose web pages may use the API, separated by commas, such as `https://console.example.com`; `*` for all.
    #[config(env = "PSA_SERVER_CORS_ORIGINS", parse_env = list::texts, default = [])]
    pub cors_origins: Vec<String>,

    /// The JSON file of the documents that requests may name by their id: an object from ids to documents, or a manifest
    /// of Apollo. It is read at start.
    #[config(env = "PSA_SERVER_DOCUMENTS_FILE")]
    pub documents_file: Option<PathBuf>,

    /// Whether only the documents of that file are answered.
    #[config(env = "PSA_SERVER_DOCUMENTS_ONLY", default = false)]
    pub documents_only: bool,

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
        self.cors_origins.iter().try_for_each(|origin| check_origin(origin))?;
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

/// A browser sends an origin without path, and compares it letter by letter.
fn check_origin(origin: &str) -> Result<(), ConfigError> {
    let is_origin = || Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == origin);
    if origin == "*" || is_origin() {
        return Ok(());
    }
    Err(ConfigError::value(
        "PSA_SERVER_CORS_ORIGINS",
        format!(
            "must list origins, each a scheme and a host in small letters with nothing behind (`{origin}` is none)"
        ),
        "https://console.example.com",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_no_path_and_no_capitals() {
        for good in ["*", "https://console.example.com", "http://localhost:5173"] {
            assert!(check_origin(good).is_ok(), "{good}");
        }
        for bad in [
            "console.example.com",
            "https://console.example.com/",
            "https://Console.example.com",
            "https://console.example.com:443",
            "null",
        ] {
            assert!(check_origin(bad).is_err(), "{bad}");
        }
    }
}
