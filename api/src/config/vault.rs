//! The keys that seal stored credentials.

use confique::Config as Layered;
use secrecy::SecretString;
use serde::Serialize;

use super::secret;

/// The keys that seal stored credentials.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct VaultConfig {
    /// Keys as `<id>:<base64 of 32 bytes>`, separated by commas. The first seals, the others only open what they sealed
    /// before. `psa-bridge keys generate` makes one.
    #[config(env = "PSA_VAULT_KEYS", deserialize_with = secret::read)]
    #[serde(serialize_with = "secret::hide")]
    pub keys: Option<SecretString>,
}
