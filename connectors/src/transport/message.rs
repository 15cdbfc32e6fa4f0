//! What goes through a transport: requests, responses, and the error of having no response.

use std::{fmt, time::Duration};

use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::BoxError;

/// Whether a request can change anything at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It changes nothing, so it may be repeated.
    Read,
    /// It may change something: it is repeated only when it certainly was not sent.
    Write,
}

/// One HTTP request. Its `Debug` form shows neither headers nor query nor body.
#[derive(Clone)]
pub struct Request {
    /// The operation it belongs to, for logs and errors.
    pub operation: &'static str,
    /// The endpoint whose places it takes, for a PSA that limits what is in flight to each of them.
    pub endpoint: Option<&'static str>,
    /// The HTTP method.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Its headers. Those that hold secrets are marked sensitive.
    pub headers: HeaderMap,
    /// Its JSON body.
    pub body: Option<serde_json::Value>,
    /// Whether it can change anything.
    pub effect: Effect,
}

impl Request {
    /// A `GET`, which changes nothing.
    pub fn get(operation: &'static str, url: Url) -> Self {
        Self {
            operation,
            endpoint: None,
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: None,
            effect: Effect::Read,
        }
    }

    /// A request that may change something.
    pub fn write(operation: &'static str, method: Method, url: Url, body: serde_json::Value) -> Self {
        Self {
            operation,
            endpoint: None,
            method,
            url,
            headers: HeaderMap::new(),
            body: Some(body),
            effect: Effect::Write,
        }
    }

    /// The same request with one more header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .field("path", &self.url.path())
            .field("effect", &self.effect)
            .finish_non_exhaustive()
    }
}

/// One HTTP response with its whole body.
#[derive(Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// How many times the request was sent until this answer came; at least 1.
    pub attempts: u32,
}

impl Response {
    /// The body as JSON.
    ///
    /// # Errors
    /// It is not JSON, or not of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// A header's value, when it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The other end's own id of this request, under whichever of the usual names it gives one.
    pub fn request_id(&self) -> Option<&str> {
        ["x-request-id", "x-correlation-id", "request-id", "cf-ray"]
            .into_iter()
            .find_map(|name| self.header(name))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// Why there is no response, seen from what the request can have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// The network policy forbids the request; nothing was sent.
    Refused,
    /// No connection came about; nothing was sent.
    NotSent,
    /// The PSA asked for a pause that is longer than a request may wait; nothing was sent.
    Paused(Duration),
    /// The request may have arrived: a time-out, a reset, a truncated body.
    MayHaveBeenSent,
    /// The answer is larger than [`BODY_LIMIT`](super::BODY_LIMIT).
    TooLarge,
}

/// There is no response.
#[derive(Debug)]
pub struct TransportError {
    /// What the request can have done.
    pub kind: TransportErrorKind,
    /// What happened.
    pub source: BoxError,
    /// How many times the request was sent or tried to be sent; at least 1.
    pub attempts: u32,
}

impl TransportError {
    /// An error of the first attempt.
    pub fn new(kind: TransportErrorKind, source: impl Into<BoxError>) -> Self {
        Self {
            kind,
            source: source.into(),
            attempts: 1,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Refused => "the network policy forbids the request",
            TransportErrorKind::NotSent => "no connection could be made",
            TransportErrorKind::Paused(_) => "the PSA asked for a pause",
            TransportErrorKind::MayHaveBeenSent => "the connection failed before the answer was complete",
            TransportErrorKind::TooLarge => "the answer is too large",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + 'static) = self.source.as_ref();
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::AUTHORIZATION;

    use super::*;

    #[test]
    fn debug_shows_no_secret_and_no_content() {
        let url = Url::parse("https://h.example/path?conditions=secret").expect("url");
        let mut authorization = HeaderValue::from_static("Basic c2VjcmV0");
        authorization.set_sensitive(true);
        let body = serde_json::json!({ "text": "secret" });
        let request = Request::write("op", Method::POST, url, body).header(AUTHORIZATION, authorization);
        let shown = format!("{request:?} {:?}", request.headers);
        assert!(
            shown.contains("/path") && !shown.contains("secret") && !shown.contains("c2Vj"),
            "{shown}"
        );
    }
}
