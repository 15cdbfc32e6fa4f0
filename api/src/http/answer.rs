//! Answers: GraphQL responses with their status, and errors that have the same shape wherever they arise.

use std::time::Duration;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE},
    },
};
use async_graphql::{ErrorExtensionValues, Name, PathSegment, Response, ServerError, Value};
use serde_json::json;

use super::{
    access_log::{Details, RequestId},
    negotiation::MediaType,
};
use crate::graphql::limits::{mark_limit, with_code};

/// A request that is refused before or beside GraphQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    /// A refusal with a status, a code and a sentence.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// The refusal as a GraphQL error of the request with this id.
    pub fn error(&self, id: &str) -> serde_json::Value {
        json!({ "message": self.message, "extensions": { "code": self.code, "requestId": id } })
    }

    /// The answer.
    pub fn respond(&self, request: &HttpRequest, media: MediaType) -> HttpResponse {
        let error = self.error(&request_id(request));
        note(request, |details| details.errors = 1);
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CONTENT_TYPE, media.header()));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                response.insert_header((WWW_AUTHENTICATE, "Bearer"));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                response.insert_header((
                    ALLOW,
                    if self.code == "MUTATION_BY_GET" {
                        "POST"
                    } else {
                        "GET, POST"
                    },
                ));
            }
            _ => {}
        }
        response.body(json!({ "errors": [error] }).to_string())
    }
}

/// What the engine said, as it may leave the server.
#[derive(Debug)]
pub struct Presented {
    /// Whether none of the request was carried out: there are errors without a path, and no data.
    pub is_refused: bool,
    /// The response; it has `null` where a field failed.
    pub response: Response,
}

/// Makes what the engine said presentable: codes, the request's id, and no text from below.
pub fn present(mut response: Response, id: &str) -> Presented {
    let is_refused = response.data == Value::Null && response.errors.iter().any(|error| error.path.is_empty());
    for error in &response.errors {
        fill_with_null(&mut response.data, &error.path);
    }
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
        serde_json::to_vec(&response)
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
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
}

/// The request took longer than it may.
pub fn timed_out(timeout: Duration) -> Refusal {
    let message = format!("The request took longer than {} s.", timeout.as_secs());
    Refusal::new(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", message)
}

/// The answer to a method that `/graphql` does not have.
pub async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    let message = "Use POST, or GET for a query.";
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message).respond(&request, MediaType::Json)
}

/// The answer to a path that does not exist.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    let message = "There is nothing here. The API is at /graphql.";
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message).respond(&request, MediaType::Json)
}

/// Adds to the log line of the request.
pub fn note(request: &HttpRequest, change: impl FnOnce(&mut Details)) {
    let mut extensions = request.extensions_mut();
    let mut details = extensions.remove::<Details>().unwrap_or_default();
    change(&mut details);
    extensions.insert(details);
}

/// Puts `null` where a field failed: the engine leaves the field out, which clients take for a field nobody asked for.
fn fill_with_null(data: &mut Value, path: &[PathSegment]) {
    match (path, data) {
        ([PathSegment::Field(name)], Value::Object(fields)) => {
            fields.entry(Name::new(name)).or_insert(Value::Null);
        }
        ([PathSegment::Field(name), rest @ ..], Value::Object(fields)) => {
            if let Some(value) = fields.get_mut(name.as_str()) {
                fill_with_null(value, rest);
            }
        }
        ([PathSegment::Index(index), rest @ ..], Value::List(items)) => {
            if let Some(item) = items.get_mut(*index) {
                fill_with_null(item, rest);
            }
        }
        _ => {}
    }
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
            "INTERNAL",
        )
    } else if error.path.is_empty() {
        with_code(mark_limit(error), "GRAPHQL_VALIDATION_FAILED")
    } else {
        with_code(error, "BAD_USER_INPUT")
    };
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("requestId", id);
    error
}
