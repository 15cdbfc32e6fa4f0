//! The console's tokens: JSON Web Tokens of one issuer, one audience and one signature algorithm.
//!
//! The algorithm is pinned by the configuration; what the token's header says is compared with it and never followed.
//! A header may name one of our own keys (`kid`); keys that it brings along or points to (`jwk`, `jku`, `x5c`, `x5u`) are
//! not looked at. Times are compared with the passed-in clock: the library would ask the machine.

mod console_keys;
mod jwks;
mod key_file;
#[cfg(test)]
pub(crate) mod testing;

use std::{fmt, sync::Once};

use chrono::{DateTime, Utc};
use jsonwebtoken::{Validation, decode, decode_header, errors::ErrorKind};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Number;

use self::console_keys::ConsoleKeys;
use super::permission::{Permission, PermissionSet};
use crate::config::{Algorithm, AuthConfig, ConfigError};

/// Longest accepted token in bytes. Anything longer is not one of ours, and is not worth a signature check.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Least length of the shared secret in bytes: that of the hash (RFC 7518, section 3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// What a valid token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Claim `sub`: the person or script.
    pub subject: String,
    /// Claim `provider`: the tenant's lasting key at the issuer.
    pub provider: String,
    /// Claim `provider_name`: what people call the tenant.
    pub provider_name: Option<String>,
    /// Claim `permissions`: those known here; a newer issuer may know more.
    pub permissions: PermissionSet,
}

/// Why a token is not accepted. Says nothing about its content beyond the name of a claim.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token.
    #[error("the token is malformed")]
    Malformed,
    /// It is signed with another algorithm than the configured one.
    #[error("the token is signed with another algorithm than {0}")]
    Algorithm(Algorithm),
    /// Its header says that something must be understood that is not understood here.
    #[error("the token's header has critical extensions (`crit`), which are not supported")]
    Critical,
    /// It is signed with a key that the console does not have, or not any more.
    #[error("the token is signed with a key (`kid`) that is not one of the console's")]
    UnknownKey,
    /// It does not say with which of several keys it is signed.
    #[error("the token does not say which of the console's keys it is signed with (`kid`)")]
    KeyNotNamed,
    /// The signature is not the issuer's.
    #[error("the token's signature is not valid")]
    Signature,
    /// It is too old.
    #[error("the token has expired")]
    Expired,
    /// It is for later.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Somebody else issued it.
    #[error("the token's issuer is not accepted")]
    Issuer,
    /// It is for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// A claim is missing or has the wrong type.
    #[error("the token lacks the claim `{0}`")]
    Claim(&'static str),
}

/// Checks tokens.
pub struct TokenVerifier {
    keys: ConsoleKeys,
    validation: Validation,
    algorithm: Algorithm,
    leeway_seconds: i64,
}

impl TokenVerifier {
    /// Takes the key from the configuration.
    ///
    /// # Errors
    /// The secret or the key file that the algorithm needs is missing or no key, or there is one too many.
    pub fn new(config: &AuthConfig) -> Result<Self, ConfigError> {
        install_cryptography();
        let mut validation = Validation::new(library(config.algorithm));
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[&config.audience]);
        validation.set_required_spec_claims(&["iss", "aud"]);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            keys: ConsoleKeys::new(config)?,
            validation,
            algorithm: config.algorithm,
            leeway_seconds: config.leeway_seconds.into(),
        })
    }

    /// What the token says, if it is accepted at `now` with the keys that the console has then.
    ///
    /// # Errors
    /// It is not.
    pub async fn accept(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let ConsoleKeys::File(file) = &self.keys else {
            return self.verify(token, now);
        };
        file.follow(now).await;
        match self.verify(token, now) {
            Err(TokenError::UnknownKey) => {
                file.read_for_unknown(now).await;
                self.verify(token, now)
            }
            verdict => verdict,
        }
    }

    /// What the token says, if it is accepted at `now` with the keys that are known.
    ///
    /// # Errors
    /// It is not.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let refuse = |error: jsonwebtoken::errors::Error| self.refusal(error.kind());
        let header = decode_header(token).map_err(refuse)?;
        if header.alg != library(self.algorithm) {
            return Err(TokenError::Algorithm(self.algorithm));
        }
        if header.crit.is_some() {
            return Err(TokenError::Critical);
        }
        let decoded = self.keys.with(header.kid.as_deref(), |key| {
            decode::<Wire>(token, key, &self.validation)
        })?;
        let wire = decoded.map_err(refuse)?.claims;
        let expires = seconds(wire.exp.as_ref()).ok_or(TokenError::Claim("exp"))?;
        let begins = seconds(wire.nbf.as_ref()).ok_or(TokenError::Claim("nbf"))?;
        if expires.saturating_add(self.leeway_seconds) <= now.timestamp() {
            return Err(TokenError::Expired);
        }
        if begins.saturating_sub(self.leeway_seconds) > now.timestamp() {
            return Err(TokenError::NotYetValid);
        }
        Ok(Claims {
            subject: text(wire.sub).ok_or(TokenError::Claim("sub"))?,
            provider: text(wire.provider).ok_or(TokenError::Claim("provider"))?,
            provider_name: text(wire.provider_name),
            permissions: wire
                .permissions
                .iter()
                .filter_map(|name| name.parse::<Permission>().ok())
                .collect(),
        })
    }

    fn refusal(&self, kind: &ErrorKind) -> TokenError {
        match kind {
            // An unknown algorithm, `none` among them, is already refused while the header is read.
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => TokenError::Algorithm(self.algorithm),
            ErrorKind::InvalidSignature => TokenError::Signature,
            ErrorKind::InvalidIssuer => TokenError::Issuer,
            ErrorKind::InvalidAudience => TokenError::Audience,
            ErrorKind::MissingRequiredClaim(claim) if claim == "aud" => TokenError::Claim("aud"),
            ErrorKind::MissingRequiredClaim(_) => TokenError::Claim("iss"),
            _ => TokenError::Malformed,
        }
    }
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Chooses the cryptography behind the tokens. Without this the library chooses by cargo features, and panics at the
/// first token when some crate of the build turns on a second one.
pub(super) fn install_cryptography() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER
            .install_default()
            .is_err()
        {
            tracing::debug!("token cryptography was chosen before");
        }
    });
}

/// The library's name for an algorithm.
pub(super) fn library(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    }
}

/// The shared secret, long enough.
///
/// # Errors
/// It is missing or too short.
pub(super) fn shared_secret(config: &AuthConfig) -> Result<&[u8], ConfigError> {
    let rule = "must be set to the secret that the console signs its tokens with, at least 32 characters; \
                `psa-bridge keys generate` makes one";
    match &config.secret {
        Some(secret) if secret.expose_secret().len() >= MIN_SECRET_BYTES => Ok(secret.expose_secret().as_bytes()),
        _ => Err(ConfigError::value(
            "PSA_AUTH_SECRET",
            rule,
            "<output of psa-bridge keys generate>",
        )),
    }
}

/// The claims as they travel. All are optional here, so that the error can name the one that is missing.
#[derive(Deserialize)]
struct Wire {
    exp: Option<Number>,
    nbf: Option<Number>,
    sub: Option<String>,
    provider: Option<String>,
    provider_name: Option<String>,
    #[serde(default)]
    permissions: Vec<String>,
}

/// A time claim in whole seconds; a fraction is cut off.
fn seconds(number: Option<&Number>) -> Option<i64> {
    let number = number?;
    number.as_i64().or_else(|| {
        number
            .to_string()
            .split('.')
            .next()
            .and_then(|whole| whole.parse().ok())
    })
}

fn text(claim: Option<String>) -> Option<String> {
    claim.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
