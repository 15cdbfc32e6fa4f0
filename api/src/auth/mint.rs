//! Tokens made here, with the shared secret of the console: for development, tests and the operator's scripts.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsonwebtoken::{EncodingKey, Header, encode};
use secrecy::SecretString;
use serde::Serialize;

use super::{
    permission::{Permission, PermissionSet},
    token::{install_cryptography, library, shared_secret},
};
use crate::config::{Algorithm, AuthConfig, ConfigError};

/// Makes a token for `subject` of the provider that the issuer calls `provider`. The result is a secret: whoever has
/// it may do what it says until `ttl` has passed.
///
/// # Errors
/// The configured algorithm is not `HS256`, or its secret is missing.
pub fn mint(
    config: &AuthConfig,
    subject: &str,
    provider: &str,
    permissions: PermissionSet,
    ttl: Duration,
    now: DateTime<Utc>,
) -> Result<SecretString, ConfigError> {
    if config.algorithm != Algorithm::Hs256 {
        let rule = "must be HS256 to make tokens here: with the other algorithms only the console has the key";
        return Err(ConfigError::value("PSA_AUTH_ALGORITHM", rule, "HS256"));
    }
    install_cryptography();
    let issued = now.timestamp();
    let claims = Minted {
        iss: &config.issuer,
        aud: &config.audience,
        sub: subject,
        iat: issued,
        nbf: issued,
        exp: issued.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX)),
        provider,
        permissions: permissions.iter().map(Permission::name).collect(),
    };
    encode(
        &Header::new(library(config.algorithm)),
        &claims,
        &EncodingKey::from_secret(shared_secret(config)?),
    )
    .map(SecretString::from)
    .map_err(|error| ConfigError::Source(format!("the token cannot be signed: {error}")))
}

#[derive(Serialize)]
struct Minted<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    provider: &'a str,
    permissions: Vec<&'static str>,
}
