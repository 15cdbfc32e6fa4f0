//! The operator's keys.

use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use chrono::{DateTime, Utc};
use psa_connectors::Entropy;
use secrecy::{ExposeSecret, SecretString};

use crate::config::ConfigError;

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// The keys in the order of the configuration: the first seals.
pub(super) struct KeyRing {
    current: Key,
    older: Vec<Key>,
}

/// A key with the id that seals name it by.
pub(super) struct Key {
    /// Lower-case letters, digits and hyphens.
    pub(super) id: String,
    /// The cipher with the key in it.
    pub(super) cipher: XChaCha20Poly1305,
}

impl KeyRing {
    /// Reads `id:base64,id:base64`.
    pub(super) fn parse(text: Option<&SecretString>) -> Result<Self, ConfigError> {
        let text = text.map(ExposeSecret::expose_secret).unwrap_or_default();
        let mut keys = Vec::new();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let key = Key::parse(entry)?;
            if keys.iter().any(|other: &Key| other.id == key.id) {
                return Err(refuse(format!("must not name two keys `{}`", key.id)));
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let missing = "must be set to the key that seals credentials; `psa-bridge keys generate` makes one";
        let current = keys.next().ok_or_else(|| refuse(missing.to_owned()))?;
        Ok(Self {
            current,
            older: keys.collect(),
        })
    }

    /// The key that seals.
    pub(super) fn current(&self) -> &Key {
        &self.current
    }

    /// The key of this id.
    pub(super) fn find(&self, id: &str) -> Option<&Key> {
        self.all().find(|key| key.id == id)
    }

    /// The ids of the keys, that of the current one first.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.all().map(|key| key.id.as_str())
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

impl Key {
    /// Errors never quote the entry: it holds the key.
    fn parse(entry: &str) -> Result<Self, ConfigError> {
        let (id, key) = entry
            .split_once(':')
            .ok_or_else(|| refuse("must list keys as `<id>:<base64 of 32 bytes>`".to_owned()))?;
        if id.is_empty()
            || !id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            return Err(refuse(
                "must name keys with lower-case letters, digits and hyphens".to_owned(),
            ));
        }
        let bytes = STANDARD
            .decode(key)
            .ok()
            .and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes).ok());
        let bytes = bytes.ok_or_else(|| refuse(format!("must give the key `{id}` as the base64 of 32 bytes")))?;
        Ok(Self {
            id: id.to_owned(),
            cipher: XChaCha20Poly1305::new(&bytes.into()),
        })
    }
}

/// Makes a new entry for `PSA_VAULT_KEYS`, named after the second in which it was made.
///
/// # Errors
/// There is no randomness.
pub fn generate(entropy: &dyn Entropy, now: DateTime<Utc>) -> std::io::Result<SecretString> {
    Ok(SecretString::from(format!(
        "k{}:{}",
        now.format("%Y%m%d%H%M%S"),
        random_base64(entropy)?
    )))
}

/// 32 random bytes as base64: a vault key, or a secret for signing tokens.
///
/// # Errors
/// There is no randomness.
pub fn random_base64(entropy: &dyn Entropy) -> std::io::Result<String> {
    let mut bytes = [0; KEY_BYTES];
    entropy.fill(&mut bytes)?;
    Ok(STANDARD.encode(bytes))
}

fn refuse(rule: String) -> ConfigError {
    ConfigError::value("PSA_VAULT_KEYS", rule, "<output of psa-bridge keys generate>")
}

#[cfg(test)]
mod tests {
    use psa_connectors::SystemEntropy;

    use super::*;

    fn error(text: &str) -> String {
        KeyRing::parse(Some(&text.into())).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_generated_key_is_accepted() {
        let key = generate(&SystemEntropy, DateTime::UNIX_EPOCH).unwrap();
        let ring = KeyRing::parse(Some(&key)).unwrap();
        assert_eq!(ring.ids().collect::<Vec<_>>(), ["k19700101000000"]);
    }

    #[test]
    fn malformed_keys_are_refused_without_being_quoted() {
        let good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        assert!(
            KeyRing::parse(None)
                .map(|_| ())
                .unwrap_err()
                .to_string()
                .contains("keys generate")
        );
        assert!(error("").contains("must be set"));
        assert!(error("canary").contains("must list keys as"));
        assert!(error(&format!("A|b:{good}")).contains("lower-case"));
        assert!(error(&format!("a:{good},a:{good}")).contains("two keys `a`"));
        assert!(error("a:Y2FuYXJ5").contains("the key `a` as the base64 of 32 bytes"));
        for text in ["canary", "a:canary", "canary!:x"] {
            assert!(!error(text).contains("canary"), "{}", error(text));
        }
    }
}
