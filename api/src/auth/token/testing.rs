//! A console for tests, with keys that are made on the spot.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

use super::{install_cryptography, library};
use crate::config::Algorithm;

/// Somebody with a key pair.
pub(crate) struct Signer {
    algorithm: Algorithm,
    kid: String,
    key: EncodingKey,
    public: Vec<u8>,
    /// The public key as a PEM file has it.
    pub(crate) pem: String,
}

impl Signer {
    /// A new key pair that is called `kid`.
    pub(crate) fn new(algorithm: Algorithm, kid: &str) -> Self {
        install_cryptography();
        let kind = match algorithm {
            Algorithm::Rs256 => &rcgen::PKCS_RSA_SHA256,
            Algorithm::Es256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Algorithm::EdDsa => &rcgen::PKCS_ED25519,
            Algorithm::Hs256 => panic!("a secret is no key pair"),
        };
        let pair = rcgen::KeyPair::generate_for(kind).unwrap();
        let private = pair.serialize_pem();
        let key = match algorithm {
            Algorithm::Rs256 => EncodingKey::from_rsa_pem(private.as_bytes()),
            Algorithm::Es256 => EncodingKey::from_ec_pem(private.as_bytes()),
            _ => EncodingKey::from_ed_pem(private.as_bytes()),
        };
        Self {
            algorithm,
            kid: kid.to_owned(),
            key: key.unwrap(),
            public: pair.public_key_raw().to_vec(),
            pem: pair.public_key_pem(),
        }
    }

    /// What it signs with.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key as a member of a key set.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match self.algorithm {
            // The library takes private keys without the public one only.
            Algorithm::EdDsa => json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(&self.public) }),
            algorithm => {
                let jwk = Jwk::from_encoding_key(&self.key, library(algorithm)).unwrap();
                serde_json::to_value(jwk).unwrap()
            }
        };
        jwk["kid"] = json!(self.kid);
        jwk
    }

    /// A header that names the key.
    pub(crate) fn header(&self) -> Header {
        Header {
            kid: Some(self.kid.clone()),
            ..Header::new(library(self.algorithm))
        }
    }

    /// A token that names the key.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_with(&self.header(), claims)
    }

    /// A token with another header.
    pub(crate) fn sign_with(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).unwrap()
    }
}
