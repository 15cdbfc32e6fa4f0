//! Reading an announcement.
//!
//! It is signed with the secret that was given when the webhook was made: `X-Hook-Signature: sha1=` and the Base64 of
//! HMAC-SHA1 over the raw body.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use serde::Deserialize;
use sha1::Sha1;

use super::KINDS;
use crate::{
    error::{Error, Result},
    record::{Hint, InboundDelivery, RecordChange, WebhookEndpoint},
};

/// The body of a delivery, as far as it is used. What it says of the record itself is not believed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    action: String,
    guid: Option<String>,
    entity_type: String,
    id: i64,
    sequence_number: Option<i64>,
}

/// Checks a delivery and says what may have changed.
pub(in crate::autotask) fn open(endpoint: &WebhookEndpoint, delivery: InboundDelivery<'_>) -> Result<Vec<Hint>> {
    verify(endpoint, delivery)?;
    let body: Body = serde_json::from_slice(delivery.body)
        .map_err(|error| Error::invalid("body", "this is no delivery of Autotask PSA").with_source(error))?;
    Ok(hint(&body).into_iter().collect())
}

fn verify(endpoint: &WebhookEndpoint, delivery: InboundDelivery<'_>) -> Result<()> {
    let refused = |message: &str| Error::invalid("signature", message);
    let signature = delivery
        .header("x-hook-signature")
        .ok_or_else(|| refused("the delivery bears no signature"))?;
    let signature = signature
        .trim()
        .strip_prefix("sha1=")
        .ok_or_else(|| refused("the signature is of another kind"))?;
    let signature = STANDARD
        .decode(signature)
        .map_err(|error| refused("the signature is no Base64").with_source(error))?;
    let mut mac = Hmac::<Sha1>::new_from_slice(endpoint.secret.expose_secret().as_bytes())
        .map_err(|error| refused("the secret cannot be used").with_source(error))?;
    mac.update(delivery.body);
    // Takes the same time whatever differs.
    mac.verify_slice(&signature)
        .map_err(|error| refused("the signature is wrong").with_source(error))
}

/// What a delivery hints at; nothing when it is about something that we do not follow.
fn hint(body: &Body) -> Option<Hint> {
    let named = |name: &&str| body.entity_type.eq_ignore_ascii_case(name);
    let kind = KINDS.iter().find(|kind| kind.names.iter().any(named))?;
    let change = match body.action.to_ascii_lowercase().as_str() {
        "create" => RecordChange::Added,
        "update" => RecordChange::Changed,
        "delete" => RecordChange::Deleted,
        // Such as that the webhook was switched off: the daily look revives it.
        _ => return None,
    };
    let delivery = body.guid.as_deref().zip(body.sequence_number);
    Some(Hint {
        topic: kind.topic,
        record: body.id.to_string(),
        change,
        delivery: delivery.map(|(guid, number)| format!("{guid}:{number}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, record::Topic};

    const BODY: &str =
        r#"{"Action":"Update","Guid":"g-1","EntityType":"Account","Id":7,"Fields":{},"SequenceNumber":3}"#;

    fn opened(body: &str, sign: impl Fn(&str) -> Option<String>) -> Result<Vec<Hint>> {
        let endpoint = WebhookEndpoint {
            url: "https://bridge.example/w".parse().expect("an address"),
            secret: "key".into(),
            topics: vec![Topic::Companies],
        };
        let mut mac = Hmac::<Sha1>::new_from_slice(b"key").expect("any length");
        mac.update(body.as_bytes());
        let right = format!("sha1={}", STANDARD.encode(mac.finalize().into_bytes()));
        let headers: Vec<_> = sign(&right)
            .map(|value| ("X-Hook-Signature".to_owned(), value))
            .into_iter()
            .collect();
        open(
            &endpoint,
            InboundDelivery {
                headers: &headers,
                body: body.as_bytes(),
            },
        )
    }

    fn signed(body: &str) -> Vec<Hint> {
        opened(body, |right| Some(right.to_owned())).expect("genuine")
    }

    #[test]
    fn the_signature_is_the_one_that_everybody_computes() {
        // RFC 2202, test case 2: effcdf6ae5eb2fa2d27416d5f184df9c259a7c79.
        let mut mac = Hmac::<Sha1>::new_from_slice(b"Jefe").expect("any length");
        mac.update(b"what do ya want for nothing?");
        assert_eq!(
            STANDARD.encode(mac.finalize().into_bytes()),
            "7/zfauXrL6LSdBbV8YTfnCWafHk="
        );
    }

    #[test]
    fn a_change_is_a_hint() {
        let hint = Hint {
            topic: Topic::Companies,
            record: "7".to_owned(),
            change: RecordChange::Changed,
            delivery: Some("g-1:3".to_owned()),
        };
        assert_eq!(signed(BODY), [hint]);
        for (part, other) in [("Account", "ConfigurationItem"), ("Update", "Deactivated")] {
            assert_eq!(signed(&BODY.replace(part, other)), []);
        }
    }

    #[test]
    fn nothing_is_believed_without_its_signature() {
        let signs: [fn(&str) -> Option<String>; 6] = [
            |_| None,
            |_| Some(String::new()),
            |_| Some("sha1=".to_owned()),
            |right| right.strip_prefix("sha1=").map(str::to_owned),
            |right| Some(right.replace("sha1=", "sha256=")),
            |right| Some(right.to_lowercase()),
        ];
        for sign in signs {
            let error = opened(BODY, sign).expect_err("forged");
            assert!(matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == "signature"));
        }
        let error = opened("no JSON", |right| Some(right.to_owned())).expect_err("no delivery");
        assert!(matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == "body"));
    }
}
