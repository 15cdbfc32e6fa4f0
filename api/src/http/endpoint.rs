//! The GraphQL endpoint: from a request to an answer, and nothing a browser could be tricked into sending.

use std::{panic::AssertUnwindSafe, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::AUTHORIZATION,
    web::{self, Bytes, Payload},
};
use async_graphql::{Executor, Request, Response, ServerResult, parser::types::OperationType};
use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use super::{
    answer::{self, Refusal, note},
    negotiation::{self, MediaType},
    operation::Operation,
    request::{self, Incoming},
    socket::Patience,
    throttle::Throttle,
};
use crate::{
    app::App,
    auth::{self, AuthError, Viewer},
    failure::RequestCode,
    graphql::{limits::Limits, request::attach},
};

/// What the handlers share.
pub struct Endpoint<E> {
    pub(super) app: Arc<App>,
    pub(super) schema: E,
    pub(super) limits: Limits,
    pub(super) throttle: Throttle,
    /// How long sockets wait for what.
    pub(super) patience: Patience,
    /// Told when the server stops.
    pub(super) shutdown: CancellationToken,
}

impl<E: Executor> Endpoint<E> {
    /// An endpoint for `schema` that closes its sockets at `shutdown`.
    pub(super) fn new(app: Arc<App>, schema: E, patience: Patience, shutdown: CancellationToken) -> Self {
        Self {
            limits: Limits::new(&app.config.limits),
            throttle: Throttle::new(&app.config.limits),
            app,
            schema,
            patience,
            shutdown,
        }
    }

    /// Carries the request out, in the time that it has.
    async fn answer(&self, http: &HttpRequest, media: MediaType, body: Option<Payload>) -> HttpResponse {
        let timeout = self.app.config.server.request_timeout();
        let work = AssertUnwindSafe(self.execute(http, body)).catch_unwind();
        let refusal = match tokio::time::timeout(timeout, work).await {
            Ok(Ok(Ok(response))) => return answer::graphql(http, media, response),
            Ok(Ok(Err(refusal))) => refusal,
            Ok(Err(_)) => {
                tracing::error!("a request panicked");
                answer::internal()
            }
            Err(_) => answer::timed_out(timeout),
        };
        refusal.respond(http, media)
    }

    async fn execute(&self, http: &HttpRequest, body: Option<Payload>) -> Result<Response, Refusal> {
        let viewer = self.viewer(http).await?;
        note(http, |details| details.provider = Some(viewer.provider.provider_id()));
        self.throttle.admit(&viewer).map_err(answer::throttled)?;
        let is_get = body.is_none();
        let incoming = match body {
            Some(body) => request::from_body(&self.read(body).await?),
            None => request::from_parameters(http.query_string()),
        };
        let incoming = incoming.map_err(|error| Refusal::new(RequestCode::BadRequest, sentence(&error.to_string())))?;
        let mut request = match self.measured(incoming) {
            Ok(request) => request,
            Err(error) => return Ok(Response::from_errors(vec![error])),
        };
        let operation = Operation::of(&mut request);
        note(http, |details| details.operation = operation.name.clone());
        if is_get && operation.ty == Some(OperationType::Mutation) {
            let message = "A mutation must be sent by POST.";
            return Err(Refusal::new(RequestCode::MutationByGet, message));
        }
        Ok(self.schema.execute(attach(request, &self.app, Some(viewer))).await)
    }

    /// The request with its document, which is within the limits.
    ///
    /// # Errors
    /// It names a document that is not stored, or its own is not trusted or beyond a limit.
    pub(super) fn measured(&self, incoming: Incoming) -> ServerResult<Request> {
        let Incoming { mut request, document } = incoming;
        self.app.documents.resolve(&mut request, document.as_deref())?;
        self.limits.check(&mut request)?;
        Ok(request)
    }

    async fn viewer(&self, http: &HttpRequest) -> Result<Viewer, Refusal> {
        let refuse = |reason: &str| {
            let remedy = "Send a token of the console or an API token in the Authorization header: `Bearer …`.";
            let message = format!("{reason} {remedy}");
            Refusal::new(RequestCode::Unauthenticated, message)
        };
        let header = http.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(bearer).ok_or_else(|| refuse("There is no token."))?;
        auth::authenticate(&self.app, token).await.map_err(|error| match error {
            AuthError::Token(error) => refuse(&sentence(&error.to_string())),
            AuthError::ApiToken(error) => refuse(&sentence(&error.to_string())),
            AuthError::Database(error) => {
                tracing::error!(%error, "the viewer of a request cannot be made out");
                answer::internal()
            }
        })
    }

    async fn read(&self, body: Payload) -> Result<Bytes, Refusal> {
        let limit = self.app.config.server.max_body_bytes;
        match body.to_bytes_limited(limit).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(_)) => Err(Refusal::new(RequestCode::BadRequest, "The body broke off.")),
            Err(_) => {
                let message = format!("The body is longer than {limit} bytes. Send fewer records at a time.");
                Err(Refusal::new(RequestCode::PayloadTooLarge, message))
            }
        }
    }
}

/// `POST /graphql`.
pub async fn post<E: Executor>(http: HttpRequest, body: Payload, endpoint: web::Data<Endpoint<E>>) -> HttpResponse {
    // Any web page may send the other types without asking the browser's leave.
    if !negotiation::is_json(&http) {
        let message = "The body must have the type application/json, in UTF-8.";
        return Refusal::new(RequestCode::UnsupportedMediaType, message).respond(&http, MediaType::Json);
    }
    match negotiation::accepted(&http) {
        Some(media) => endpoint.answer(&http, media, Some(body)).await,
        None => not_acceptable(&http),
    }
}

/// `GET /graphql`, for queries.
pub async fn get<E: Executor>(http: HttpRequest, endpoint: web::Data<Endpoint<E>>) -> HttpResponse {
    match negotiation::accepted(&http) {
        Some(media) => endpoint.answer(&http, media, None).await,
        None => not_acceptable(&http),
    }
}

fn not_acceptable(http: &HttpRequest) -> HttpResponse {
    let message = "Accept application/graphql-response+json or application/json.";
    Refusal::new(RequestCode::NotAcceptable, message).respond(http, MediaType::Json)
}

/// The token in a value of the header `Authorization`.
pub(super) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// An error's text as a sentence of its own.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), characters.as_str())
    })
}
