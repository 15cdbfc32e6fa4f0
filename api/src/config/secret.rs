//! Secrets in the configuration: read as text, never written back.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serializer};

/// What stands for a secret wherever the configuration is shown.
pub const HIDDEN: &str = "(hidden)";

/// Reads a secret.
///
/// # Errors
/// The value is no text.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// Writes that there is a secret, not which.
///
/// # Errors
/// Those of the serializer.
pub fn hide<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(_) => serializer.serialize_str(HIDDEN),
        None => serializer.serialize_none(),
    }
}
