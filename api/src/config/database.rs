//! Where the data is.

use std::{convert::Infallible, fmt, str::FromStr};

use confique::Config as Layered;
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

use super::error::{ConfigError, in_range};

/// Where the data is.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct DatabaseConfig {
    /// `sqlite://<path>` or `postgres://<user>:<password>@<host>/<database>`.
    #[config(env = "PSA_DATABASE_URL", default = "sqlite://psa-bridge.db")]
    pub url: DatabaseUrl,

    /// Connections to PostgreSQL. SQLite always has one for writing and four for reading.
    #[config(env = "PSA_DATABASE_MAX_CONNECTIONS", default = 8)]
    pub max_connections: u32,

    /// Whether the schema of a PostgreSQL database is brought up to date at start. SQLite's always is.
    #[config(env = "PSA_DATABASE_MIGRATE", default = false)]
    pub migrate: bool,
}

impl DatabaseConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("PSA_DATABASE_MAX_CONNECTIONS", self.max_connections, 2..=1_000, 8)?;
        let example = "sqlite://psa-bridge.db";
        match self.url.expose() {
            url if url.contains(":memory:") || url.contains("mode=memory") => Err(ConfigError::value(
                "PSA_DATABASE_URL",
                "must name a file: a database in memory cannot be shared by several connections",
                example,
            )),
            url if url.starts_with("sqlite:") || self.url.is_postgres() => Ok(()),
            _ => Err(ConfigError::value(
                "PSA_DATABASE_URL",
                "must begin with sqlite:// or postgres://",
                example,
            )),
        }
    }
}

/// The address of a database. It may hold a password, so only [`DatabaseUrl::expose`] shows all of it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address with its password: for the driver alone.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it leads to PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.0.starts_with("postgres://") || self.0.starts_with("postgresql://")
    }
}

impl<S: Into<String>> From<S> for DatabaseUrl {
    fn from(url: S) -> Self {
        Self(url.into())
    }
}

impl FromStr for DatabaseUrl {
    type Err = Infallible;

    /// Takes any text: whether the address can be used is a rule of the configuration.
    fn from_str(url: &str) -> Result<Self, Self::Err> {
        Ok(Self(url.to_owned()))
    }
}

/// Without password and parameters, which may hold one too.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_postgres() {
            return f.write_str(&self.0);
        }
        match Url::parse(&self.0) {
            Ok(mut url) => {
                url.set_query(None);
                if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
                    return f.write_str("postgres://(hidden)");
                }
                write!(f, "{url}")
            }
            Err(_) => f.write_str("postgres://(hidden)"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let url = DatabaseUrl::from("postgres://psa:s3cret@db.example/psa?sslmode=require&password=s3cret");
        assert_eq!(url.to_string(), "postgres://psa:hidden@db.example/psa");
        assert!(!format!("{url:?}").contains("s3cret"));
        assert_eq!(
            DatabaseUrl::from("postgres://psa:s3cret@[::").to_string(),
            "postgres://(hidden)"
        );
    }

    #[test]
    fn other_databases_and_memory_are_refused() {
        let mut config = DatabaseConfig {
            url: "mysql://localhost/psa".into(),
            max_connections: 8,
            migrate: false,
        };
        assert!(
            config
                .check()
                .unwrap_err()
                .to_string()
                .starts_with("PSA_DATABASE_URL must begin with")
        );
        config.url = "sqlite::memory:".into();
        assert!(config.check().unwrap_err().to_string().contains("must name a file"));
    }
}
