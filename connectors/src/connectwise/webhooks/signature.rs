//! Signatures of deliveries.
//!
//! `x-content-signature` is the Base64 of HMAC-SHA256 over the raw body; its key is the SHA-256 of the signing key, which
//! the PSA gives out at an address that the body names. The body is not believed yet, so that address is used only when
//! it is the PSA's own key endpoint, for our own company: otherwise anyone could name a key of theirs, or make us send a
//! request to wherever they like.

use std::sync::{Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::delivery::OPERATION;
use crate::{
    connectwise::{call::Call, client::Client, config::Config, error::unreadable},
    error::{Error, ErrorKind, Result},
    record::InboundDelivery,
};

/// How many signing keys are remembered. A PSA has one at a time.
const MOST: usize = 8;

/// The signing keys that were fetched, by their ids, the oldest first.
#[derive(Debug, Default)]
pub(in crate::connectwise) struct Keys(Mutex<Vec<(String, SecretString)>>);

impl Keys {
    fn get(&self, id: &str) -> Option<SecretString> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| known == id).map(|(_, key)| key.clone())
    }

    fn keep(&self, id: String, key: SecretString) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(known, _)| *known != id);
        if known.len() >= MOST {
            known.remove(0);
        }
        known.push((id, key));
    }
}

/// The answer of the key endpoint; not to be shown.
#[derive(Deserialize)]
struct SigningKey {
    signing_key: String,
}

/// Checks the signature of a delivery.
pub(super) async fn verify(
    client: &Client,
    keys: &Keys,
    key_url: Option<&str>,
    delivery: InboundDelivery<'_>,
) -> Result<()> {
    let refused = |message: &str| Error::invalid("signature", message);
    let signature = delivery
        .header("x-content-signature")
        .ok_or_else(|| refused("the delivery bears no signature"))?;
    let signature = STANDARD
        .decode(signature.trim())
        .map_err(|error| refused("the signature is no Base64").with_source(error))?;
    let address = key_url
        .and_then(|url| KeyAddress::of(url, &client.config))
        .ok_or_else(|| refused("the delivery names no signing key of this PSA"))?;
    let key = match keys.get(&address.id) {
        Some(key) => key,
        None => {
            let fetched = client.fetch(OPERATION, address.url).await;
            let response = fetched.map_err(|error| match error.kind() {
                // The id of the key comes from the delivery: what the PSA does not know was made up.
                ErrorKind::NotFound | ErrorKind::Invalid { .. } => {
                    refused("the delivery names no signing key of this PSA").with_source(error)
                }
                _ => error,
            })?;
            let context = client.context(&Call::get(OPERATION, None, ""));
            let SigningKey { signing_key } = response.json().map_err(|error| unreadable(context, error))?;
            SecretString::from(signing_key)
        }
    };
    if !is_signed(&key, delivery.body, &signature) {
        return Err(refused("the signature is not that of this body"));
    }
    // Only a key that has signed something is remembered, so that made-up ids cannot push it out.
    keys.keep(address.id, key);
    Ok(())
}

fn is_signed(key: &SecretString, body: &[u8], signature: &[u8]) -> bool {
    let key = Sha256::digest(key.expose_secret().as_bytes());
    // A key of any length is taken; if this one were not, nothing would be signed.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

/// The address of a signing key, found to be the PSA's own.
#[derive(Debug, PartialEq, Eq)]
struct KeyAddress {
    url: Url,
    id: String,
}

impl KeyAddress {
    /// Takes an address that a delivery names: on the site's own host or the API's, under the key endpoint of a codebase,
    /// for our company.
    fn of(text: &str, config: &Config) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
        let [codebase, "system", "callbackkey", "index.rails"] = parts.as_slice() else {
            return None;
        };
        let plain = codebase.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let is_own = url.scheme() == config.site.scheme()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && config.is_own_host(&url);
        let query = |name: &str| {
            let mut pairs = url.query_pairs().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            let (_, value) = pairs.next()?;
            // Two of a name could mean one thing to us and another to the PSA.
            pairs.next().is_none().then(|| value.into_owned())
        };
        let company = query("companyName")?;
        let id = query("id").filter(|id| !id.is_empty() && id.len() <= 64)?;
        (plain && is_own && company.eq_ignore_ascii_case(&config.company)).then_some(Self { url, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_endpoint_of_our_company_is_asked() {
        let config = Config::testing();
        let id = |url: &str| KeyAddress::of(url, &config).map(|address| address.id);
        for url in [
            "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1",
            "https://api-na.myconnectwise.net/v4_6_release/system/callbackkey/index.rails?id=k-1&companyName=ACME",
        ] {
            assert_eq!(id(url).as_deref(), Some("k-1"), "{url}");
        }
        for url in [
            "",
            "not an address",
            "http://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1",
            "https://eu.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1",
            "https://na.myconnectwise.net.evil.example/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1",
            "https://na.myconnectwise.net:8443/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1",
            "https://x@na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1",
            "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1#x",
            "https://na.myconnectwise.net/v2025_1//system/callbackkey/../x/index.rails?companyName=acme&id=k-1",
            "https://na.myconnectwise.net/v2025_1/system/other/index.rails?companyName=acme&id=k-1",
            "https://na.myconnectwise.net/a.b/system/callbackkey/index.rails?companyName=acme&id=k-1",
            "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=other&id=k-1",
            "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&companyName=other&id=k-1",
            "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=",
            "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme",
            "https://169.254.169.254/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1",
        ] {
            assert_eq!(id(url), None, "{url}");
        }
    }

    fn sign(key: &str, body: &[u8]) -> String {
        let key = Sha256::digest(key.as_bytes());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
        mac.update(body);
        STANDARD.encode(mac.finalize().into_bytes())
    }

    const BODY: &[u8] = b"{\r\n  \"a\" : 1 }";
    const KEY_URL: &str =
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k-1";

    async fn checked(client: &Client, keys: &Keys, signature: &str, body: &[u8]) -> Result<()> {
        let headers = [("X-Content-Signature".to_owned(), signature.to_owned())];
        let delivery = InboundDelivery {
            headers: &headers,
            body,
        };
        verify(client, keys, Some(KEY_URL), delivery).await
    }

    #[tokio::test]
    async fn a_signature_is_checked_over_the_raw_bytes_and_its_key_is_fetched_once() {
        let key = r#"{"signing_key":"hush"}"#;
        // `Client::testing` answers discovery first, which a key does not need.
        let (client, server) = Client::testing(&[(200, key), (200, key)]);
        let keys = Keys::default();
        let first = checked(&client, &keys, &sign("hush", BODY), BODY).await;
        assert!(first.is_err(), "the answer of discovery is no key");
        checked(&client, &keys, &sign("hush", BODY), BODY)
            .await
            .expect("signed");
        checked(&client, &keys, &sign("hush", BODY), BODY)
            .await
            .expect("known by now");
        for (signature, body) in [
            (sign("hush", BODY), b"{\"a\":1}".as_slice()),
            (sign("other", BODY), BODY),
            ("?".to_owned(), BODY),
            (String::new(), BODY),
        ] {
            let error = checked(&client, &keys, &signature, body).await.expect_err("not signed");
            assert!(
                error.context().is_empty() && !format!("{error:?}").contains("hush"),
                "{error:?}"
            );
        }
        assert_eq!(server.sent(), 2);
        assert!(
            server
                .requests()
                .iter()
                .all(|sent| !sent.headers.contains_key("authorization"))
        );
    }

    #[tokio::test]
    async fn our_keys_are_sent_only_when_they_are_asked_for() {
        let (client, server) = Client::testing(&[(401, ""), (200, r#"{"signing_key":"hush"}"#)]);
        let keys = Keys::default();
        drop(
            checked(&client, &keys, &sign("hush", BODY), BODY)
                .await
                .expect_err("discovery's answer"),
        );
        checked(&client, &keys, &sign("hush", BODY), BODY)
            .await
            .expect("signed");
        let sent = server.requests();
        assert!(!sent[1].headers.contains_key("authorization") && sent[2].headers["authorization"].is_sensitive());
    }
}
