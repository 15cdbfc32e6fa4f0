//! Answers: GraphQL responses with their status, and errors that have the same shape wherever they arise.

use std::time::Duration;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use serde_json::json;

use super::{
    access_log::{Details, RequestId},
    negotiation::MediaType,
};
use crate::{
    failure::RequestCode,
    graphql::{
        limits::{mark_limit, with_code},
        written::written,
    },
};

/// A request that is refused before or beside GraphQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: RequestCode,
    message: String,
    /// When asking again makes sense.
    retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal with a code and a sentence.
    pub fn new(code: RequestCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    /// The refusal as a GraphQL error of the request with this id.
    pub fn error(&self, id: &str) -> serde_json::Value {
        json!({ "message": self.message, "extensions": { "code": self.code.as_str(), "requestId": id } })
    }

    /// The answer.
    pub fn respond(&self, request: &HttpRequest, media: MediaType) -> HttpResponse {
        let error = self.error(&request_id(request));
        note(request, |details| details.errors = 1);
        let mut response = HttpResponse::build(self.code.status());
        response.insert_header((CONTENT_TYPE, media.header()));
        if let Some(pause) = self.retry_after {
            response.insert_header((RETRY_AFTER, whole_seconds(pause)));
        }
        match self.code {
            RequestCode::Unauthenticated => response.insert_header((WWW_AUTHENTICATE, "Bearer")),
            RequestCode::MutationByGet => response.insert_header((ALLOW, "POST")),
            RequestCode::MethodNotAllowed => response.insert_header((ALLOW, "GET, POST")),
            _ => &mut response,
        };
        response.body(json!({ "errors": [error] }).to_string())
    }
}

/// What the engine said, as it may leave the server.
#[derive(Debug)]
pub struct Presented {
    /// Whether none of the request was carried out: there are errors without a path, and no data.
    pub is_refused: bool,
    /// The response.
    pub response: Response,
}

/// Makes what the engine said presentable: codes, the request's id, and no text from below.
pub fn present(mut response: Response, id: &str) -> Presented {
    let is_refused = response.data == Value::Null && response.errors.iter().any(|error| error.path.is_empty());
    response.errors = response
        .errors
        .into_iter()
        .map(|error| presentable(error, id))
        .collect();
    Presented { is_refused, response }
}

/// The id of a request.
pub fn request_id(request: &HttpRequest) -> String {
    let extensions = request.extensions();
    extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// The answer of the engine.
///
/// Errors without a path are about the request itself: none of it was carried out, so there is no `data`, and the
/// status says so where the media type lets it.
pub fn graphql(request: &HttpRequest, media: MediaType, response: Response) -> HttpResponse {
    let Presented { is_refused, response } = present(response, &request_id(request));
    note(request, |details| details.errors = response.errors.len());
    let status = if is_refused && media == MediaType::GraphqlResponse {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let body = if is_refused {
        serde_json::to_vec(&json!({ "errors": response.errors }))
    } else {
        written(&response)
    };
    match body {
        Ok(body) => {
            let mut answer = HttpResponse::build(status);
            answer.insert_header((CONTENT_TYPE, media.header()));
            answer.body(body)
        }
        Err(error) => {
            tracing::error!(%error, "an answer has no form in JSON");
            internal().respond(request, media)
        }
    }
}

/// Something broke.
pub fn internal() -> Refusal {
    let message = "Something broke on our side. Quote the request id when you report it.";
    Refusal::new(RequestCode::Internal, message)
}

/// The caller sends more requests than it may; the next is welcome after `pause`.
pub fn throttled(pause: Duration) -> Refusal {
    let message = format!(
        "You send more requests than you may: wait for {} s, and send more records in each.",
        whole_seconds(pause)
    );
    let refusal = Refusal::new(RequestCode::Throttled, message);
    Refusal {
        retry_after: Some(pause),
        ..refusal
    }
}

/// A pause in seconds; one that is followed is never too short.
fn whole_seconds(pause: Duration) -> u64 {
    pause.as_secs() + u64::from(pause.subsec_nanos() > 0)
}

/// The request took longer than it may.
pub fn timed_out(timeout: Duration) -> Refusal {
    let message = format!("The request took longer than {} s.", timeout.as_secs());
    Refusal::new(RequestCode::Timeout, message)
}

/// The answer to a method that `/graphql` does not have.
pub async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    let message = "Use POST, or GET for a query.";
    Refusal::new(RequestCode::MethodNotAllowed, message).respond(&request, MediaType::Json)
}

/// The answer to a path that does not exist.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    let message = "There is nothing here. The API is at /graphql.";
    Refusal::new(RequestCode::NotFound, message).respond(&request, MediaType::Json)
}

/// Adds to the log line of the request.
pub fn note(request: &HttpRequest, change: impl FnOnce(&mut Details)) {
    let mut extensions = request.extensions_mut();
    let mut details = extensions.remove::<Details>().unwrap_or_default();
    change(&mut details);
    extensions.insert(details);
}

/// Gives an error its code and the request id. An error that a resolver passed on from below may quote anything: it is
/// logged, and replaced.
fn presentable(error: ServerError, id: &str) -> ServerError {
    let has_code = error
        .extensions
        .as_ref()
        .is_some_and(|extensions| extensions.get("code").is_some());
    let mut error = if has_code {
        error
    } else if error.source.is_some() {
        tracing::error!(error = error.message, "a resolver failed");
        let message = "Something broke on our side. Quote the request id when you report it.";
        with_code(
            ServerError {
                message: message.to_owned(),
                source: None,
                ..error
            },
            RequestCode::Internal,
        )
    } else if error.path.is_empty() {
        with_code(mark_limit(error), RequestCode::GraphqlValidationFailed)
    } else {
        with_code(error, RequestCode::BadUserInput)
    };
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("requestId", id);
    error
}
