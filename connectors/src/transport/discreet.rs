//! Takes the secrets that a request bore out of its response. What a PSA says of a mistake is shown to people, stored and
//! logged, and some servers and proxies say what they were sent.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::{Request, Response, Transport, TransportError};

/// What stands in the place of a secret.
const INSTEAD: &str = "[secret]";

/// The shortest text that is taken for a secret: a shorter one is part of common words.
const LEAST_BYTES: usize = 8;

/// A transport whose responses do not repeat the secrets of their requests.
#[derive(Debug)]
pub struct Discreet {
    inner: Arc<dyn Transport>,
}

impl Discreet {
    /// Wraps a transport.
    pub fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Transport for Discreet {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let secrets = secrets(&request.headers);
        let mut response = self.inner.send(request).await?;
        conceal(&secrets, &mut response);
        Ok(response)
    }
}

/// What the headers that are marked sensitive hold: their values, the credentials in them, and of a name with a password
/// (RFC 7617) the password. The longest first, so that none is left in part.
fn secrets(headers: &HeaderMap) -> Vec<String> {
    let mut secrets = Vec::new();
    for value in headers.values().filter(|value| value.is_sensitive()) {
        let Ok(value) = value.to_str() else { continue };
        secrets.push(value.to_owned());
        let Some((scheme, credentials)) = value.split_once(' ') else {
            continue;
        };
        secrets.push(credentials.to_owned());
        secrets.push(credentials.trim_end_matches('=').to_owned());
        let pair = STANDARD
            .decode(credentials)
            .ok()
            .and_then(|pair| String::from_utf8(pair).ok());
        if let Some(pair) = pair.filter(|_| scheme.eq_ignore_ascii_case("basic")) {
            secrets.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
            secrets.push(pair);
        }
    }
    secrets.retain(|secret| secret.len() >= LEAST_BYTES);
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets
}

/// Takes secrets out of a response. In JSON they are found however they are escaped; of an answer to a request that
/// succeeded, which may be large, only when it repeats one as it is.
fn conceal(secrets: &[String], response: &mut Response) {
    for value in response.headers.values_mut() {
        let concealed = value.to_str().ok().and_then(|text| without(secrets, text));
        if let Some(concealed) = concealed {
            *value = HeaderValue::from_str(&concealed).unwrap_or(HeaderValue::from_static(INSTEAD));
        }
    }
    let text = String::from_utf8_lossy(&response.body);
    let repeats = secrets.iter().any(|secret| text.contains(secret.as_str()));
    if !repeats && (response.status.is_success() || secrets.is_empty()) {
        return;
    }
    let concealed = match serde_json::from_str::<Value>(&text) {
        Ok(mut value) => conceal_in(secrets, &mut value).then(|| value.to_string()),
        Err(_) => without(secrets, &text),
    };
    if let Some(concealed) = concealed {
        response.body = concealed.into_bytes();
    }
}

/// Takes secrets out of every text of a JSON value. Says whether there was one.
fn conceal_in(secrets: &[String], value: &mut Value) -> bool {
    match value {
        Value::String(text) => match without(secrets, text) {
            Some(concealed) => {
                *text = concealed;
                true
            }
            None => false,
        },
        Value::Array(items) => {
            let mut any = false;
            for item in items {
                any |= conceal_in(secrets, item);
            }
            any
        }
        Value::Object(members) => {
            let (mut any, mut kept) = (false, serde_json::Map::new());
            for (name, mut member) in std::mem::take(members) {
                any |= conceal_in(secrets, &mut member);
                let concealed = without(secrets, &name);
                any |= concealed.is_some();
                kept.insert(concealed.unwrap_or(name), member);
            }
            *members = kept;
            any
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The text without the secrets, if it has any.
fn without(secrets: &[String], text: &str) -> Option<String> {
    let found = secrets.iter().filter(|secret| text.contains(secret.as_str()));
    found.fold(None, |concealed: Option<String>, secret| {
        Some(concealed.as_deref().unwrap_or(text).replace(secret.as_str(), INSTEAD))
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AUTHORIZATION, HeaderName};
    use url::Url;

    use super::*;
    use crate::transport::scripted::{Scripted, answer};

    const PAIR: &str = "acme+public-key:pri>vate?key/0";

    async fn answered(status: u16, body: &str, header: Option<&str>) -> Response {
        let mut response = answer(status, body);
        if let Some(header) = header {
            let value = HeaderValue::from_str(header).expect("a header");
            response.headers.insert(HeaderName::from_static("x-request-id"), value);
        }
        let transport = Discreet::new(Scripted::new([Ok(response)]));
        let mut authorization = HeaderValue::from_str(&basic()).expect("a header");
        authorization.set_sensitive(true);
        let url = Url::parse("https://h.example/").expect("url");
        let request = Request::get("test", url).header(AUTHORIZATION, authorization);
        transport.send(request).await.expect("answered")
    }

    fn basic() -> String {
        format!("Basic {}", STANDARD.encode(PAIR))
    }

    fn text(response: &Response) -> String {
        String::from_utf8(response.body.clone()).expect("text")
    }

    #[tokio::test]
    async fn what_was_sent_is_not_repeated_in_any_form() {
        let basic = basic();
        let credentials = basic.strip_prefix("Basic ").expect("basic");
        // As serialisers write it that escape what HTML would.
        let escaped = format!(
            r#"{{"message":"{}"}}"#,
            credentials.replace('/', "\\/").replace('+', "\\u002B")
        );
        for body in [
            format!("You sent {basic}."),
            format!("You sent {}.", credentials.trim_end_matches('=')),
            format!("{PAIR} is unknown"),
            "the password pri>vate?key/0 is wrong".to_owned(),
            format!(r#"{{"errors":[{{"message":"got {basic}","{credentials}":1}}]}}"#),
            escaped,
        ] {
            for status in [400, 401, 500] {
                let shown = text(&answered(status, &body, None).await);
                assert!(shown.contains(INSTEAD), "{body}: {shown}");
                for secret in [credentials, "pri>vate?key", "cHJpPnZhdGU"] {
                    assert!(!shown.contains(secret), "{body}: {shown}");
                }
            }
        }
        let shown = text(&answered(200, &format!(r#"[{{"name":"{basic}","id":7}}]"#), None).await);
        assert_eq!(shown, r#"[{"id":7,"name":"[secret]"}]"#);
    }

    #[tokio::test]
    async fn a_header_does_not_repeat_it_either() {
        let response = answered(500, "", Some(&format!("a-{}-b", basic()))).await;
        assert_eq!(response.header("x-request-id"), Some("a-[secret]-b"));
    }

    #[tokio::test]
    async fn everything_else_stays_as_it_was_byte_for_byte() {
        for body in [
            r#"{ "message" : "no such company" , "n":1.50 }"#,
            "plain public-key",
            "",
            "\u{fffd}",
        ] {
            for status in [200, 400] {
                assert_eq!(text(&answered(status, body, Some("id-1")).await), body);
            }
        }
        assert_eq!(
            answered(200, "", Some("id-1")).await.header("x-request-id"),
            Some("id-1")
        );
    }

    #[test]
    fn a_header_that_is_not_marked_or_short_holds_no_secret() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "clientid",
            HeaderValue::from_static("11111111-2222-3333-4444-555555555555"),
        );
        let mut short = HeaderValue::from_static("Key abc");
        short.set_sensitive(true);
        headers.insert(AUTHORIZATION, short);
        assert_eq!(secrets(&headers), Vec::<String>::new());
    }
}
