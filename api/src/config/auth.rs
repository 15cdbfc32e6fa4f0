//! Whose tokens are accepted.

use std::{fmt, path::PathBuf};

use confique::Config as Layered;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{
    error::{ConfigError, in_range},
    secret,
};

/// Whose tokens are accepted.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct AuthConfig {
    /// The claim `iss` that a token must have.
    #[config(env = "PSA_AUTH_ISSUER", default = "management-console")]
    pub issuer: String,

    /// The claim `aud` that a token must have.
    #[config(env = "PSA_AUTH_AUDIENCE", default = "psa-bridge")]
    pub audience: String,

    /// The one signature algorithm that is accepted: `HS256`, `RS256`, `ES256` or `EdDSA`.
    #[config(env = "PSA_AUTH_ALGORITHM", default = "HS256")]
    pub algorithm: Algorithm,

    /// The shared secret of `HS256`, at least 32 characters. `psa-bridge keys generate` makes one.
    #[config(env = "PSA_AUTH_SECRET", deserialize_with = secret::read)]
    #[serde(serialize_with = "secret::hide")]
    pub secret: Option<SecretString>,

    /// The PEM file with the public key of the other algorithms, when it is one that stays.
    #[config(env = "PSA_AUTH_PUBLIC_KEY_FILE")]
    pub public_key_file: Option<PathBuf>,

    /// Instead of the PEM file: the JSON Web Key Set with the public keys of the other algorithms, of which a token names
    /// its own (`kid`). It is read again when it changes, so keys are changed without a restart.
    #[config(env = "PSA_AUTH_JWKS_FILE")]
    pub jwks_file: Option<PathBuf>,

    /// Seconds by which the clocks of issuer and server may differ.
    #[config(env = "PSA_AUTH_LEEWAY_SECONDS", default = 30)]
    pub leeway_seconds: u32,
}

impl AuthConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("PSA_AUTH_LEEWAY_SECONDS", self.leeway_seconds, 0..=60, 30)?;
        for (variable, value, example) in [
            ("PSA_AUTH_ISSUER", &self.issuer, "management-console"),
            ("PSA_AUTH_AUDIENCE", &self.audience, "psa-bridge"),
        ] {
            if value.trim().is_empty() {
                return Err(ConfigError::value(variable, "must not be empty", example));
            }
        }
        Ok(())
    }
}

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// HMAC with SHA-256 and a shared secret.
    #[serde(rename = "HS256")]
    Hs256,
    /// RSA with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        })
    }
}
