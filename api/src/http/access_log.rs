//! The id of every request, and its one line in the log. Bodies and tokens are never logged, tokens in a path neither.

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use psa_entities::ProviderId;
use tokio::time::Instant;
use tracing::Instrument;

use crate::{app::App, integrations::webhooks::address};

/// The header that carries the id, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken over from the caller.
const MAX_ID: usize = 64;

/// The id of a request: the caller's, when it sent a usable one, else ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// What the handler adds to the line of its request.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// The name of the GraphQL operation.
    pub operation: Option<String>,
    /// The tenant.
    pub provider: Option<ProviderId>,
    /// Whether the answer has errors.
    pub errors: usize,
}

/// Gives the request its id, logs it once when it is answered, and sends the id back.
///
/// # Errors
/// Those of the handler.
pub async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = shown(request.path()).to_owned();
    let span = tracing::info_span!("request", request.id = id);
    async move {
        let mut response = next.call(request).await?;
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let details = response
            .request()
            .extensions()
            .get::<Details>()
            .cloned()
            .unwrap_or_default();
        let status = response.status().as_u16();
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if is_probe(&path) {
            tracing::debug!(%method, path, status, duration_ms = milliseconds, "answered");
        } else {
            tracing::info!(
                %method,
                path,
                status,
                duration_ms = milliseconds,
                operation = details.operation,
                provider.id = details.provider.map(tracing::field::display),
                errors = details.errors,
                "answered"
            );
        }
        Ok(response)
    }
    .instrument(span)
    .await
}

/// A path as it may be logged. That of a PSA holds a secret, also where somebody misspelt it or a proxy has rewritten it;
/// so only the paths that there are show themselves.
fn shown(path: &str) -> &str {
    match path {
        "/graphql" | "/graphiql" | "/healthz" | "/readyz" => path,
        _ if path.to_ascii_lowercase().contains(address::PATH) => "/webhooks/…",
        _ => "/…",
    }
}

/// Probes come every few seconds and say nothing.
fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

fn request_id(request: &ServiceRequest) -> String {
    let given = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_usable(id));
    match (given, request.app_data::<web::Data<App>>()) {
        (Some(id), _) => id.to_owned(),
        (None, Some(app)) => new_id(app),
        (None, None) => String::from("unknown"),
    }
}

/// An id that can stand in a log line and a header without harm.
fn is_usable(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn new_id(app: &App) -> String {
    let mut bytes = [0; 16];
    match app.platform.entropy.fill(&mut bytes) {
        Ok(()) => uuid::Builder::from_random_bytes(bytes).into_uuid().to_string(),
        // An id only helps to find a line; the time finds it as well.
        Err(_) => app.now().timestamp_micros().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_a_path_is_not_shown() {
        assert_eq!(shown("/graphql"), "/graphql");
        for path in [
            "/webhooks/0190/hush",
            "//webhooks/0190/hush",
            "/WebHooks/hush",
            "/psa/webhooks/0190/hush/",
        ] {
            assert_eq!(shown(path), "/webhooks/…");
        }
        for path in ["/hooks/0190/hush", "/hush", "/webhook/0190/hush"] {
            assert_eq!(shown(path), "/…");
        }
    }

    #[test]
    fn only_harmless_ids_are_taken_over() {
        assert!(is_usable("0190-ab_C.9"));
        for id in ["", "a b", "a\nb", "ä", "a\"b", &"x".repeat(65)] {
            assert!(!is_usable(id), "{id:?}");
        }
    }
}
