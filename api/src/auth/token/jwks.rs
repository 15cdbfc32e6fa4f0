//! A JSON Web Key Set (RFC 7517) as the keys of one signature algorithm. Nothing here reads anything.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;

use super::TokenError;
use crate::config::Algorithm;

/// Least length of an RSA modulus in bytes (RFC 7518, section 3.3).
const MIN_MODULUS_BYTES: usize = 256;

/// Length of a coordinate on P-256 and of an Ed25519 key in bytes.
const COORDINATE_BYTES: usize = 32;

/// The keys of a set that fit the configured algorithm.
pub(super) struct KeySet {
    keys: Vec<(Option<String>, DecodingKey)>,
}

/// Why a text is no key set. Quotes nothing of it: it may be a private key by mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    /// It is not the JSON of a set.
    #[error("it is no JSON Web Key Set, an object with the list `keys` (line {line}, column {column})")]
    NoSet {
        /// Where reading stopped.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// A token could mean either.
    #[error("two of its keys have the same `kid`")]
    Twice,
}

impl KeySet {
    /// Reads a set. Keys that are not for checking signatures of this algorithm are left out, as are those that this
    /// server does not understand: a set may hold keys for other software.
    ///
    /// # Errors
    /// It is no set, or two fitting keys have one name.
    pub(super) fn parse(text: &[u8], algorithm: Algorithm) -> Result<Self, Malformed> {
        let set: Set = serde_json::from_slice(text).map_err(|error| Malformed::NoSet {
            line: error.line(),
            column: error.column(),
        })?;
        let known = set
            .keys
            .into_iter()
            .filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let mut keys: Vec<(Option<String>, DecodingKey)> = Vec::new();
        for jwk in known.filter(|jwk| jwk.is_for(algorithm)) {
            let Some(key) = jwk.key(algorithm) else { continue };
            if jwk.kid.is_some() && keys.iter().any(|(kid, _)| *kid == jwk.kid) {
                return Err(Malformed::Twice);
            }
            keys.push((jwk.kid, key));
        }
        Ok(Self { keys })
    }

    /// How many keys fit.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The key that a token's header names; without a name the only one there is.
    ///
    /// # Errors
    /// There is no key of this name, or none is named and there are several.
    pub(super) fn choose(&self, kid: Option<&str>) -> Result<&DecodingKey, TokenError> {
        match (kid, self.keys.as_slice()) {
            (None, [(_, key)]) => Ok(key),
            (None, _) => Err(TokenError::KeyNotNamed),
            (Some(kid), keys) => keys
                .iter()
                .find(|(name, _)| name.as_deref() == Some(kid))
                .map(|(_, key)| key)
                .ok_or(TokenError::UnknownKey),
        }
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// The members that matter here. What leads elsewhere, such as `x5u`, is not even read.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwk {
    /// Whether it says that it checks signatures of this algorithm; where it says nothing it may.
    fn is_for(&self, algorithm: Algorithm) -> bool {
        let named = self.alg.as_ref().is_none_or(|alg| *alg == algorithm.to_string());
        let signs = self.purpose.as_ref().is_none_or(|purpose| purpose == "sig");
        let verifies = self
            .key_ops
            .as_ref()
            .is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
        named && signs && verifies
    }

    /// The key, if it is one of this algorithm and complete.
    fn key(&self, algorithm: Algorithm) -> Option<DecodingKey> {
        match (algorithm, self.kty.as_str(), self.crv.as_deref()) {
            (Algorithm::Rs256, "RSA", _) => {
                let (modulus, exponent) = (bytes(&self.n)?, bytes(&self.e)?);
                let strong = modulus.iter().skip_while(|byte| **byte == 0).count() >= MIN_MODULUS_BYTES;
                strong.then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
            }
            (Algorithm::Es256, "EC", Some("P-256")) => {
                let (x, y) = (coordinate(&self.x)?, coordinate(&self.y)?);
                DecodingKey::from_ec_components(x, y).ok()
            }
            (Algorithm::EdDsa, "OKP", Some("Ed25519")) => DecodingKey::from_ed_components(coordinate(&self.x)?).ok(),
            _ => None,
        }
    }
}

fn bytes(member: &Option<String>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(member.as_ref()?).ok()
}

/// A member that is as long as it has to be.
fn coordinate(member: &Option<String>) -> Option<&str> {
    bytes(member)
        .filter(|bytes| bytes.len() == COORDINATE_BYTES)
        .and(member.as_deref())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::auth::token::testing::Signer;

    fn set(keys: &[Value], algorithm: Algorithm) -> Result<usize, Malformed> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), algorithm).map(|set| set.len())
    }

    #[test]
    fn only_keys_of_the_algorithm_are_taken() {
        let algorithms = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];
        let mut keys: Vec<_> = algorithms
            .iter()
            .map(|algorithm| Signer::new(*algorithm, "k").jwk())
            .collect();
        keys.push(json!({ "kty": "oct", "kid": "k", "k": "c2VjcmV0" }));
        keys.push(json!({ "kty": "AKP", "kid": "k", "pub": "x" }));
        keys.push(json!({ "kid": "k" }));
        keys.push(json!("k"));
        for algorithm in algorithms {
            assert_eq!(set(&keys, algorithm), Ok(1), "{algorithm}");
        }
        assert_eq!(set(&keys, Algorithm::Hs256), Ok(0), "a secret is no public key");
    }

    #[test]
    fn a_key_that_is_for_something_else_is_left_out() {
        let signer = Signer::new(Algorithm::Es256, "k");
        let with = |name: &str, value: Value| {
            let mut key = signer.jwk();
            key[name] = value;
            set(&[key], Algorithm::Es256)
        };
        assert_eq!(with("use", json!("sig")), Ok(1));
        assert_eq!(with("alg", json!("ES256")), Ok(1));
        assert_eq!(with("key_ops", json!(["verify"])), Ok(1));
        for (name, value) in [
            ("use", json!("enc")),
            ("alg", json!("ES384")),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("key_ops", json!(["sign"])),
            ("kty", json!("RSA")),
            ("kty", json!("oct")),
            ("crv", json!("P-384")),
            ("crv", json!("Ed25519")),
            ("x", json!("AA")),
            ("y", json!("not base64!")),
            ("y", Value::Null),
        ] {
            assert_eq!(with(name, value.clone()), Ok(0), "{name}: {value}");
        }
    }

    #[test]
    fn a_short_rsa_key_is_left_out() {
        let mut key = Signer::new(Algorithm::Rs256, "k").jwk();
        key["n"] = json!(URL_SAFE_NO_PAD.encode([0xc3; 128]));
        assert_eq!(set(&[key.clone()], Algorithm::Rs256), Ok(0));
        let mut padded = vec![0; 200];
        padded.extend([0xc3; 128]);
        key["n"] = json!(URL_SAFE_NO_PAD.encode(padded));
        assert_eq!(set(&[key], Algorithm::Rs256), Ok(0), "zeros in front do not count");
    }

    #[test]
    fn a_name_must_be_clear() {
        let [one, two] = ["a", "b"].map(|kid| Signer::new(Algorithm::EdDsa, kid).jwk());
        assert_eq!(set(&[one.clone(), two.clone()], Algorithm::EdDsa), Ok(2));
        let mut same = two.clone();
        same["kid"] = json!("a");
        assert_eq!(set(&[one.clone(), same], Algorithm::EdDsa), Err(Malformed::Twice));
        // One for other software may have it too.
        let other = Signer::new(Algorithm::Es256, "a").jwk();
        assert_eq!(set(&[one, other, two], Algorithm::EdDsa), Ok(2));
    }

    #[test]
    fn what_is_no_set_is_refused_without_being_quoted() {
        for text in [
            "",
            "canary",
            "[]",
            "{}",
            r#"{"keys": "canary"}"#,
            r#"{"keys": [}"#,
            "{\"keys\": []} canary",
        ] {
            let error = KeySet::parse(text.as_bytes(), Algorithm::Es256).err().expect(text);
            assert!(matches!(error, Malformed::NoSet { .. }), "{text}: {error}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
        assert_eq!(set(&[], Algorithm::Es256), Ok(0), "an empty set is one");
    }

    #[test]
    fn without_a_name_there_must_be_one_key() {
        let keys = ["a", "b"].map(|kid| Signer::new(Algorithm::EdDsa, kid).jwk());
        let parse = |keys: &[Value]| {
            let text = json!({ "keys": keys }).to_string();
            KeySet::parse(text.as_bytes(), Algorithm::EdDsa).unwrap()
        };
        let (none, one, two) = (parse(&[]), parse(&keys[..1]), parse(&keys));
        assert!(one.choose(None).is_ok() && one.choose(Some("a")).is_ok());
        assert_eq!(none.choose(None).err(), Some(TokenError::KeyNotNamed));
        assert_eq!(two.choose(None).err(), Some(TokenError::KeyNotNamed));
        for kid in ["c", "", "A", "../../dev/null", "a\0"] {
            assert_eq!(two.choose(Some(kid)).err(), Some(TokenError::UnknownKey), "{kid:?}");
        }
    }
}
