//! Where the console's keys come from: a shared secret, a PEM file, or a file with a key set.

use std::path::Path;

use jsonwebtoken::DecodingKey;

use super::{
    TokenError,
    key_file::{self, KeyFile},
    shared_secret,
};
use crate::config::{Algorithm, AuthConfig, ConfigError};

const PEM_FILE: &str = "PSA_AUTH_PUBLIC_KEY_FILE";
const PEM_EXAMPLE: &str = "/etc/psa-bridge/console.pem";
const JWKS_EXAMPLE: &str = "/etc/psa-bridge/console.jwks.json";

/// The keys that the console signs with.
pub(super) enum ConsoleKeys {
    /// One for as long as the server runs. A name in a token's header is not looked at.
    One(DecodingKey),
    /// Those of a file, as they change. A token names its key.
    File(KeyFile),
}

impl ConsoleKeys {
    /// Takes the keys from where the configuration says.
    ///
    /// # Errors
    /// What the algorithm needs is missing or no key, or there is one too many.
    pub(super) fn new(config: &AuthConfig) -> Result<Self, ConfigError> {
        let algorithm = config.algorithm;
        match (algorithm, &config.public_key_file, &config.jwks_file) {
            (_, Some(_), Some(_)) => Err(ConfigError::value(
                key_file::VARIABLE,
                format!("must not be set beside {PEM_FILE}: the console's keys are in one of the two files"),
                JWKS_EXAMPLE,
            )),
            (Algorithm::Hs256, None, None) => shared_secret(config).map(DecodingKey::from_secret).map(Self::One),
            (Algorithm::Hs256, pem, _) => {
                let variable = if pem.is_some() { PEM_FILE } else { key_file::VARIABLE };
                let rule = format!(
                    "is HS256, whose key is PSA_AUTH_SECRET, but {variable} is set: name the algorithm of the keys \
                     in the file, or remove {variable}"
                );
                Err(ConfigError::value("PSA_AUTH_ALGORITHM", rule, "ES256"))
            }
            (_, None, None) => Err(ConfigError::value(
                PEM_FILE,
                format!(
                    "must name the PEM file of the console's public key, or {} the file with its key set, \
                     because the algorithm is {algorithm}",
                    key_file::VARIABLE
                ),
                PEM_EXAMPLE,
            )),
            (_, Some(pem), None) => of_pem(algorithm, pem).map(Self::One),
            (_, None, Some(set)) => of_set(algorithm, set).map(Self::File),
        }
    }

    /// Does something with the key that a token's header names.
    ///
    /// # Errors
    /// There is no such key, or none is named and there are several.
    pub(super) fn with<T>(&self, kid: Option<&str>, check: impl FnOnce(&DecodingKey) -> T) -> Result<T, TokenError> {
        match self {
            Self::One(key) => Ok(check(key)),
            Self::File(file) => Ok(check(file.keys().choose(kid)?)),
        }
    }
}

fn of_pem(algorithm: Algorithm, file: &Path) -> Result<DecodingKey, ConfigError> {
    let refuse = |rule: String| ConfigError::value(PEM_FILE, rule, PEM_EXAMPLE);
    let pem = std::fs::read(file)
        .map_err(|error| refuse(format!("must name a readable file ({}: {error})", file.display())))?;
    let key = match algorithm {
        Algorithm::Hs256 => Ok(DecodingKey::from_secret(&pem)),
        Algorithm::Rs256 => DecodingKey::from_rsa_pem(&pem),
        Algorithm::Es256 => DecodingKey::from_ec_pem(&pem),
        Algorithm::EdDsa => DecodingKey::from_ed_pem(&pem),
    };
    key.map_err(|_| {
        refuse(format!(
            "must name a PEM file with a public key for {algorithm} ({} is none)",
            file.display()
        ))
    })
}

fn of_set(algorithm: Algorithm, file: &Path) -> Result<KeyFile, ConfigError> {
    let refuse = |reason: String| {
        let rule = format!(
            "must name a JSON Web Key Set with a key for {algorithm} ({}: {reason})",
            file.display()
        );
        ConfigError::value(key_file::VARIABLE, rule, JWKS_EXAMPLE)
    };
    let set = KeyFile::open(file, algorithm).map_err(|error| refuse(error.to_string()))?;
    match set.keys().len() {
        0 => Err(refuse("none of its keys is one".to_owned())),
        _ => Ok(set),
    }
}
