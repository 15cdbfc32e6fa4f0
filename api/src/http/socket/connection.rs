//! One connection: from `connection_init` to its close.

use std::{collections::HashMap, time::Duration};

use actix_web::web;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, ProtocolError, Session};
use async_graphql::Executor;
use futures_util::{
    StreamExt,
    stream::{self, AbortHandle, BoxStream, SelectAll},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json};
use tokio::time::{Instant, MissedTickBehavior};

use super::{
    operation,
    protocol::{self, ClientMessage, Close, ServerMessage},
};
use crate::{
    auth::{self, AuthError, Viewer},
    failure::RequestCode,
    http::{
        answer::Refusal,
        endpoint::{Endpoint, sentence},
    },
};

/// Operations that may be under way on one connection. A page follows a handful of records; what needs more is a loop.
const MOST_OPERATIONS: usize = 100;

/// A connection.
pub(super) struct Connection<E> {
    endpoint: web::Data<Endpoint<E>>,
    /// The id of the request that opened it; errors of its operations quote it.
    id: String,
    /// The token of that request.
    header: Option<SecretString>,
    session: Session,
    messages: AggregatedMessageStream,
    /// Whether the client said anything since the last heartbeat.
    was_heard: bool,
    /// The operations that are under way, by the client's names for them.
    operations: HashMap<String, Running>,
    /// What they say.
    said: SelectAll<BoxStream<'static, ServerMessage>>,
}

/// Who the client is.
struct Client {
    token: SecretString,
    viewer: Viewer,
}

/// An operation that is under way.
struct Running {
    stop: AbortHandle,
    name: Option<String>,
    began: Instant,
    results: usize,
    errors: usize,
}

impl<E: Executor> Connection<E> {
    pub(super) fn new(
        endpoint: web::Data<Endpoint<E>>,
        id: String,
        header: Option<SecretString>,
        session: Session,
        messages: AggregatedMessageStream,
    ) -> Self {
        Self {
            endpoint,
            id,
            header,
            session,
            messages,
            was_heard: true,
            operations: HashMap::new(),
            said: SelectAll::new(),
        }
    }

    /// Serves the client until one of the two has enough of it, then says why.
    pub(super) async fn run(mut self) {
        let began = Instant::now();
        let shutdown = self.endpoint.shutdown.clone();
        let close = tokio::select! {
            close = self.serve() => close,
            () = shutdown.cancelled() => Close::GoingAway,
        };
        let reason = close.reason();
        tracing::info!(
            code = reason.as_ref().map(|reason| u16::from(reason.code)),
            operations = self.operations.len(),
            duration_ms = milliseconds(began),
            "closed"
        );
        if reason.is_some() {
            // Best effort: whether the client hears it changes nothing here.
            let patience = self.endpoint.patience.send;
            tokio::time::timeout(patience, self.session.close(reason)).await.ok();
        }
    }

    async fn serve(&mut self) -> Close {
        let patience = self.endpoint.patience;
        let greeted = tokio::time::timeout(patience.init, self.greet()).await;
        let mut client = match greeted.unwrap_or(Err(Close::InitTimeout)) {
            Ok(client) => client,
            Err(close) => return close,
        };
        let mut heart = tokio::time::interval_at(Instant::now() + patience.heartbeat, patience.heartbeat);
        heart.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                text = next_text(&mut self.messages, &mut self.session, &mut self.was_heard) => match text {
                    Ok(text) => self.hear(&text, &client).await,
                    Err(close) => Err(close),
                },
                Some(message) = self.said.next(), if !self.said.is_empty() => self.pass_on(message).await,
                _ = heart.tick() => self.beat(&mut client).await,
            };
            if let Err(close) = step {
                return close;
            }
        }
    }

    /// Waits for `connection_init` and finds out who it is.
    async fn greet(&mut self) -> Result<Client, Close> {
        let payload = loop {
            let text = next_text(&mut self.messages, &mut self.session, &mut self.was_heard).await?;
            match ClientMessage::read(&text)? {
                ClientMessage::ConnectionInit(payload) => break payload,
                ClientMessage::Subscribe { .. } => return Err(Close::Unauthorized("Unauthorized")),
                ClientMessage::Ping => self.say(&ServerMessage::Pong).await?,
                ClientMessage::Pong | ClientMessage::Complete { .. } => {}
            }
        };
        let header = self.header.as_ref().map(ExposeSecret::expose_secret);
        let token = SecretString::from(protocol::token(&payload, header)?.to_owned());
        let viewer = match self.viewer(&token).await {
            Ok(viewer) => viewer,
            Err(AuthError::Token(error)) => return Err(Close::Forbidden(sentence(&error.to_string()).into())),
            Err(AuthError::ApiToken(error)) => return Err(Close::Forbidden(sentence(&error.to_string()).into())),
            Err(AuthError::Database(error)) => {
                tracing::error!(%error, "the viewer of a connection cannot be made out");
                return Err(Close::TryAgain);
            }
        };
        self.say(&ServerMessage::ConnectionAck).await?;
        tracing::info!(provider.id = %viewer.provider.provider_id(), "connected");
        Ok(Client { token, viewer })
    }

    async fn viewer(&self, token: &SecretString) -> Result<Viewer, AuthError> {
        auth::authenticate(&self.endpoint.app, token.expose_secret()).await
    }

    async fn hear(&mut self, text: &str, client: &Client) -> Result<(), Close> {
        match ClientMessage::read(text)? {
            ClientMessage::ConnectionInit(_) => Err(Close::TooManyInits),
            ClientMessage::Subscribe { id, payload } => self.begin(id, payload, client).await,
            ClientMessage::Complete { id } => {
                if let Some(running) = self.operations.remove(&id) {
                    running.stop.abort();
                    running.log("stopped by the client");
                }
                Ok(())
            }
            ClientMessage::Ping => self.say(&ServerMessage::Pong).await,
            ClientMessage::Pong => Ok(()),
        }
    }

    async fn begin(&mut self, id: String, payload: Map<String, Json>, client: &Client) -> Result<(), Close> {
        if self.operations.contains_key(&id) {
            return Err(Close::Taken(id));
        }
        if self.operations.len() >= MOST_OPERATIONS {
            let payload = vec![too_many().error(&self.id)];
            return self.say(&ServerMessage::Error { id, payload }).await;
        }
        let prepared = operation::prepare(&self.endpoint, &client.viewer, payload, &self.id);
        let name = prepared.name.clone();
        let (messages, stop) = stream::abortable(prepared.messages(id.clone()));
        self.said.push(messages.boxed());
        let running = Running {
            stop,
            name,
            began: Instant::now(),
            results: 0,
            errors: 0,
        };
        self.operations.insert(id, running);
        Ok(())
    }

    /// Passes on what an operation says.
    async fn pass_on(&mut self, message: ServerMessage) -> Result<(), Close> {
        match &message {
            ServerMessage::Next { id, payload } => {
                if let Some(running) = self.operations.get_mut(id) {
                    running.results += 1;
                    running.errors += payload.errors.len();
                }
            }
            ServerMessage::Error { id, payload } => {
                if let Some(mut running) = self.operations.remove(id) {
                    running.errors += payload.len();
                    running.log("refused");
                }
            }
            ServerMessage::Complete { id } => {
                if let Some(running) = self.operations.remove(id) {
                    running.log("answered");
                }
            }
            ServerMessage::ConnectionAck | ServerMessage::Pong => {}
        }
        self.say(&message).await
    }

    /// Whether the client is still there, and still who it was.
    async fn beat(&mut self, client: &mut Client) -> Result<(), Close> {
        if !std::mem::take(&mut self.was_heard) {
            return Err(Close::Lost);
        }
        match self.viewer(&client.token).await {
            Ok(viewer) => client.viewer = viewer,
            Err(AuthError::Token(error)) => return Err(Close::Forbidden(sentence(&error.to_string()).into())),
            Err(AuthError::ApiToken(error)) => return Err(Close::Forbidden(sentence(&error.to_string()).into())),
            Err(AuthError::Database(error)) => tracing::warn!(%error, "a token is checked at the next heartbeat"),
        }
        in_time(self.endpoint.patience.send, self.session.ping(b"")).await
    }

    async fn say(&mut self, message: &ServerMessage) -> Result<(), Close> {
        let text = match serde_json::to_string(message) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "a message has no form in JSON");
                return Err(Close::TryAgain);
            }
        };
        in_time(self.endpoint.patience.send, self.session.text(text)).await
    }
}

impl Running {
    fn log(&self, outcome: &'static str) {
        tracing::info!(
            operation = self.name,
            results = self.results,
            errors = self.errors,
            duration_ms = milliseconds(self.began),
            outcome,
            "operation ended"
        );
    }
}

/// The next text that the client sends; answers its pings on the way.
async fn next_text(
    messages: &mut AggregatedMessageStream,
    session: &mut Session,
    was_heard: &mut bool,
) -> Result<String, Close> {
    loop {
        let message = match messages.recv().await {
            Some(Ok(message)) => message,
            Some(Err(ProtocolError::Overflow)) => return Err(Close::TooBig),
            Some(Err(ProtocolError::Io(_))) | None => return Err(Close::Lost),
            Some(Err(_)) => return Err(Close::Protocol),
        };
        *was_heard = true;
        match message {
            AggregatedMessage::Text(text) => return Ok(text.to_string()),
            AggregatedMessage::Binary(_) => return Err(Close::Malformed("A message must be a text.".into())),
            AggregatedMessage::Ping(content) => session.pong(&content).await.map_err(|_| Close::Lost)?,
            AggregatedMessage::Pong(_) => {}
            AggregatedMessage::Close(reason) => return Err(Close::Goodbye(reason)),
        }
    }
}

/// Lets the client take something in the time that it has.
async fn in_time(patience: Duration, sending: impl Future<Output = Result<(), actix_ws::Closed>>) -> Result<(), Close> {
    match tokio::time::timeout(patience, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Close::Lost),
    }
}

fn too_many() -> Refusal {
    let message = format!("At most {MOST_OPERATIONS} operations may be under way on one connection.");
    Refusal::new(RequestCode::Throttled, message)
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
