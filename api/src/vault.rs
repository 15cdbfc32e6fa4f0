//! Sealed secrets: what is stored of credentials is useless without the operator's keys, and useless in another row.
//!
//! A secret is sealed with XChaCha20-Poly1305 under the current key. The seal is bound to the provider, the integration,
//! the field and the key: bytes that were copied to another row do not open. Older keys only open, until everything
//! they sealed has been sealed again by [`rotation`].

pub mod keys;
pub mod rotation;

use std::{fmt, sync::Arc};

use chacha20poly1305::{
    XNonce,
    aead::{Aead, Payload},
};
use psa_connectors::Entropy;
use psa_entities::{IntegrationId, ProviderId};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{ConfigError, VaultConfig};
use keys::KeyRing;

/// First byte of every seal: the layout of the rest, should it ever change.
const LAYOUT: u8 = 1;

/// Bytes of a nonce. At this length they may be random without ever meeting.
const NONCE_BYTES: usize = 24;

/// The place that a secret belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The tenant.
    pub provider: ProviderId,
    /// The integration.
    pub integration: IntegrationId,
    /// The credential field.
    pub field: &'a str,
}

impl Binding<'_> {
    /// What the seal is bound to. No key id holds a bar, so no two places share a text.
    fn text(&self, key_id: &str) -> String {
        format!("{}|{}|{}|{key_id}", self.provider, self.integration, self.field)
    }
}

/// A sealed secret as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The key that opens it.
    pub key_id: String,
    /// Layout, nonce and ciphertext.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.key_id, self.bytes.len())
    }
}

/// Why a secret cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key that sealed it is not configured.
    #[error("the key `{key_id}` that sealed this secret is not in PSA_VAULT_KEYS; there are: {known}")]
    UnknownKey {
        /// The key that is missing.
        key_id: String,
        /// The keys there are.
        known: String,
    },
    /// The bytes are not what was sealed for this place.
    #[error("the sealed secret of field `{field}` was changed, or belongs to another place")]
    Refused {
        /// The credential field.
        field: String,
    },
    /// The machine has no randomness to give.
    #[error("no randomness: {0}")]
    Entropy(#[from] std::io::Error),
}

/// Seals and opens secrets.
pub struct Vault {
    keys: KeyRing,
    entropy: Arc<dyn Entropy>,
}

impl Vault {
    /// Takes the keys from the configuration.
    ///
    /// # Errors
    /// There is none, or one is malformed.
    pub fn new(config: &VaultConfig, entropy: Arc<dyn Entropy>) -> Result<Self, ConfigError> {
        Ok(Self {
            keys: KeyRing::parse(config.keys.as_ref())?,
            entropy,
        })
    }

    /// Seals `secret` for one place, under the current key.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn seal(&self, binding: &Binding<'_>, secret: &SecretString) -> Result<Sealed, VaultError> {
        let key = self.keys.current();
        let mut nonce = [0; NONCE_BYTES];
        self.entropy.fill(&mut nonce)?;
        let aad = binding.text(&key.id);
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: aad.as_bytes(),
        };
        let ciphertext = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::Refused {
                field: binding.field.to_owned(),
            })?;
        let mut bytes = Vec::with_capacity(1 + NONCE_BYTES + ciphertext.len());
        bytes.push(LAYOUT);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&ciphertext);
        Ok(Sealed {
            key_id: key.id.clone(),
            bytes,
        })
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// The key is not configured, or the bytes were changed or moved.
    pub fn open(&self, binding: &Binding<'_>, sealed: &Sealed) -> Result<SecretString, VaultError> {
        let key = self.keys.find(&sealed.key_id).ok_or_else(|| VaultError::UnknownKey {
            key_id: sealed.key_id.clone(),
            known: self.keys.ids().collect::<Vec<_>>().join(", "),
        })?;
        let refused = || VaultError::Refused {
            field: binding.field.to_owned(),
        };
        let (layout, rest) = sealed.bytes.split_first().ok_or_else(refused)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(refused)?;
        if *layout != LAYOUT {
            return Err(refused());
        }
        let aad = binding.text(&key.id);
        let payload = Payload {
            msg: ciphertext,
            aad: aad.as_bytes(),
        };
        let plain = key
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| refused())?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| refused())
    }

    /// The key that new seals are made with. What another key sealed is due to be sealed again.
    pub fn current_key_id(&self) -> &str {
        &self.keys.current().id
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("current", &self.current_key_id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use psa_connectors::SystemEntropy;

    use super::*;

    const OLD: &str = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

    fn vault(keys: &str) -> Vault {
        Vault::new(
            &VaultConfig {
                keys: Some(keys.into()),
            },
            Arc::new(SystemEntropy),
        )
        .unwrap()
    }

    fn binding(field: &str) -> Binding<'_> {
        Binding {
            provider: ProviderId::from_uuid(uuid::Uuid::from_u128(1)),
            integration: IntegrationId::from_uuid(uuid::Uuid::from_u128(2)),
            field,
        }
    }

    #[test]
    fn what_was_sealed_opens_and_two_seals_of_one_secret_differ() {
        let vault = vault(NEW);
        let one = vault.seal(&binding("privateKey"), &"s3cret".into()).unwrap();
        let two = vault.seal(&binding("privateKey"), &"s3cret".into()).unwrap();
        assert_ne!(one, two);
        assert_eq!(
            vault.open(&binding("privateKey"), &one).unwrap().expose_secret(),
            "s3cret"
        );
        assert!(!one.bytes.windows(6).any(|bytes| bytes == b"s3cret"));
    }

    #[test]
    fn a_seal_does_not_open_in_another_place() {
        let vault = vault(NEW);
        let here = binding("privateKey");
        let sealed = vault.seal(&here, &"s3cret".into()).unwrap();
        let places = [
            Binding {
                provider: ProviderId::at(DateTime::UNIX_EPOCH),
                ..here
            },
            Binding {
                integration: IntegrationId::at(DateTime::UNIX_EPOCH),
                ..here
            },
            Binding {
                field: "publicKey",
                ..here
            },
        ];
        for place in places {
            assert!(
                matches!(vault.open(&place, &sealed), Err(VaultError::Refused { .. })),
                "{place:?}"
            );
        }
    }

    #[test]
    fn a_changed_seal_does_not_open() {
        let vault = vault(NEW);
        let sealed = vault.seal(&binding("privateKey"), &"s3cret".into()).unwrap();
        for index in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[index] ^= 1;
            assert!(vault.open(&binding("privateKey"), &changed).is_err(), "byte {index}");
        }
        let short = Sealed {
            bytes: vec![LAYOUT; 5],
            ..sealed
        };
        assert!(vault.open(&binding("privateKey"), &short).is_err());
    }

    #[test]
    fn an_older_key_still_opens_and_a_removed_one_is_named() {
        let sealed = vault(OLD).seal(&binding("privateKey"), &"s3cret".into()).unwrap();
        let both = vault(&format!("{NEW}, {OLD}"));
        assert_eq!(both.current_key_id(), "new");
        assert_eq!(
            both.open(&binding("privateKey"), &sealed).unwrap().expose_secret(),
            "s3cret"
        );
        let error = vault(NEW)
            .open(&binding("privateKey"), &sealed)
            .unwrap_err()
            .to_string();
        assert!(error.contains("`old`") && error.contains("there are: new"), "{error}");
    }

    #[test]
    fn no_key_and_no_secret_is_in_debug_output() {
        let vault = vault(NEW);
        let sealed = vault.seal(&binding("privateKey"), &"s3cret".into()).unwrap();
        let text = format!("{vault:?} {sealed:?}");
        assert_eq!(
            text,
            format!(
                "Vault {{ current: \"new\", .. }} Sealed(new, {} bytes)",
                sealed.bytes.len()
            )
        );
    }
}
