//! GraphQL over a WebSocket: the protocol `graphql-transport-ws`, for subscriptions, and for anything else that `/graphql`
//! does.
//!
//! The protocol is written here because the engine's own falls short of it: it closes with 1002 and 1011 where the protocol
//! has codes that clients act on, never gives up on a client that does not introduce itself, replaces an operation whose
//! id is taken, sends no pings, takes the legacy message names, and reads requests past the checks that a body goes through.
//!
//! A connection acts for the token of its `connection_init`, or of the request that opened it. The token is checked again
//! at every heartbeat: a connection outlives its token's expiry by no more than that. There are no cookies, so a page of
//! another origin can open a socket but has no token to send over it; the origin does not matter.
//!
//! Every operation goes through the limits, permissions and clean-up of errors that it goes through over HTTP.

mod connection;
mod operation;
mod protocol;

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    guard::GuardContext,
    http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
    web::{self, Payload},
};
use async_graphql::Executor;
use tracing::Instrument;

use super::{
    answer::{self, Refusal},
    endpoint::{Endpoint, bearer},
    negotiation::MediaType,
};
use crate::failure::RequestCode;
use connection::Connection;

/// The subprotocol that is spoken.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";

/// How long a connection waits for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For `connection_init`.
    pub(super) init: Duration,
    /// Between two heartbeats: a ping and a look at the token. A client that was silent for a whole one is gone.
    pub(super) heartbeat: Duration,
    /// For a client to take a message: one that reads slower than that is cut off, so that nothing piles up for it.
    pub(super) send: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            init: Duration::from_secs(5),
            heartbeat: Duration::from_secs(10),
            send: Duration::from_secs(10),
        }
    }
}

/// Whether a request asks for a WebSocket.
pub(super) fn is_asked_for(context: &GuardContext<'_>) -> bool {
    let upgrade = context.head().headers().get(UPGRADE);
    upgrade.and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value
            .split(',')
            .any(|name| name.trim().eq_ignore_ascii_case("websocket"))
    })
}

/// `GET /graphql` with `Upgrade: websocket`.
pub(super) async fn open<E: Executor>(
    http: HttpRequest,
    body: Payload,
    endpoint: web::Data<Endpoint<E>>,
) -> HttpResponse {
    let refuse = |message: &str| Refusal::new(RequestCode::BadRequest, message).respond(&http, MediaType::Json);
    let asked = http.headers().get_all(SEC_WEBSOCKET_PROTOCOL);
    let asked: Vec<_> = asked.filter_map(|value| value.to_str().ok()).collect();
    if !asked.join(",").split(',').any(|name| name.trim() == SUBPROTOCOL) {
        return refuse("Ask for the WebSocket subprotocol graphql-transport-ws; no other is spoken here.");
    }
    let Ok((response, session, messages)) = actix_ws::handle_with_protocols(&http, body, &[SUBPROTOCOL]) else {
        return refuse("The WebSocket handshake is not valid: see RFC 6455, section 4.1.");
    };
    let limit = endpoint.app.config.server.max_body_bytes;
    let messages = messages
        .max_frame_size(limit)
        .aggregate_continuations()
        .max_continuation_size(limit);
    let header = http.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(bearer).map(str::to_owned).map(Into::into);
    let id = answer::request_id(&http);
    let span = tracing::info_span!("socket", request.id = id);
    let connection = Connection::new(endpoint, id, token, session, messages);
    actix_web::rt::spawn(connection.run().instrument(span));
    response
}
