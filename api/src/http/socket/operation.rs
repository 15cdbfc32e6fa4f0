//! One operation over a socket: from a request to messages.

use std::panic::AssertUnwindSafe;

use async_graphql::{Executor, Request, Response, ServerError, parser::types::OperationType};
use futures_util::{FutureExt, Stream, StreamExt, stream};
use serde_json::{Map, Value as Json};

use super::protocol::ServerMessage;
use crate::{
    auth::Viewer,
    failure::RequestCode,
    graphql::{limits::with_code, request::attach},
    http::{
        answer::{self, Presented, Refusal},
        endpoint::{Endpoint, sentence},
        operation::Operation,
        request,
    },
};

/// What becomes of a request.
enum Step {
    /// One result; more may follow.
    Result(Response),
    /// It was refused, or broke off.
    Refused(Vec<Json>),
}

/// An operation that is ready to be carried out.
pub(super) struct Prepared {
    /// Its name in its document.
    pub(super) name: Option<String>,
    steps: stream::BoxStream<'static, Step>,
}

impl Prepared {
    /// The operation as messages under the client's name for it; it is carried out as the stream is read.
    pub(super) fn messages(self, id: String) -> impl Stream<Item = ServerMessage> + Send + use<> {
        stream::unfold(Some((self.steps, id)), |state| async {
            let (mut steps, id) = state?;
            Some(match steps.next().await {
                Some(Step::Result(payload)) => {
                    let message = ServerMessage::Next {
                        id: id.clone(),
                        payload,
                    };
                    (message, Some((steps, id)))
                }
                Some(Step::Refused(payload)) => (ServerMessage::Error { id, payload }, None),
                None => (ServerMessage::Complete { id }, None),
            })
        })
    }

    fn refused(name: Option<String>, errors: Vec<Json>) -> Self {
        Self {
            name,
            steps: stream::iter([Step::Refused(errors)]).boxed(),
        }
    }
}

/// Reads and measures a request as over HTTP, and makes it ready.
pub(super) fn prepare<E: Executor>(
    endpoint: &Endpoint<E>,
    viewer: &Viewer,
    payload: Map<String, Json>,
    request_id: &str,
) -> Prepared {
    if let Err(pause) = endpoint.throttle.admit(viewer) {
        return Prepared::refused(None, vec![answer::throttled(pause).error(request_id)]);
    }
    let incoming = match request::from_object(payload) {
        Ok(incoming) => incoming,
        Err(error) => {
            let refusal = Refusal::new(RequestCode::BadRequest, sentence(&error.to_string()));
            return Prepared::refused(None, vec![refusal.error(request_id)]);
        }
    };
    let mut request = match endpoint.measured(incoming) {
        Ok(request) => request,
        Err(error) => return Prepared::refused(None, errors(error, request_id)),
    };
    let operation = Operation::of(&mut request);
    let is_subscription = operation.ty == Some(OperationType::Subscription);
    if is_subscription && !operation.is_one_field {
        let message = "A subscription selects exactly one field, and not by way of a fragment.";
        let error = with_code(ServerError::new(message, None), RequestCode::GraphqlValidationFailed);
        return Prepared::refused(operation.name, errors(error, request_id));
    }
    let request = attach(request, &endpoint.app, Some(viewer.clone()));
    let id = request_id.to_owned();
    let steps = if is_subscription {
        events(&endpoint.schema, request, id).boxed()
    } else {
        once(endpoint, request, id).boxed()
    };
    Prepared {
        name: operation.name,
        steps,
    }
}

/// The events of a subscription. Its first response tells whether there is one: the engine has no other way to say so.
fn events<E: Executor>(schema: &E, request: Request, id: String) -> impl Stream<Item = Step> + Send + use<E> {
    let events = AssertUnwindSafe(schema.execute_stream(request, None)).catch_unwind();
    events.enumerate().map(move |(index, event)| match event {
        Ok(response) => {
            let has_failed = response.data == async_graphql::Value::Null && !response.errors.is_empty();
            step(response, index == 0 && has_failed, &id)
        }
        Err(_) => broken(&id),
    })
}

/// The answer to a query or mutation, in the time that it has over HTTP too.
fn once<E: Executor>(endpoint: &Endpoint<E>, request: Request, id: String) -> impl Stream<Item = Step> + Send + use<E> {
    let schema = endpoint.schema.clone();
    let timeout = endpoint.app.config.server.request_timeout();
    stream::once(async move {
        let work = AssertUnwindSafe(schema.execute(request)).catch_unwind();
        match tokio::time::timeout(timeout, work).await {
            Ok(Ok(response)) => step(response, false, &id),
            Ok(Err(_)) => broken(&id),
            Err(_) => Step::Refused(vec![answer::timed_out(timeout).error(&id)]),
        }
    })
}

fn step(response: Response, is_over: bool, id: &str) -> Step {
    let Presented { is_refused, response } = answer::present(response, id);
    if is_refused || is_over {
        Step::Refused(
            response
                .errors
                .iter()
                .filter_map(|error| serde_json::to_value(error).ok())
                .collect(),
        )
    } else {
        Step::Result(response)
    }
}

fn broken(id: &str) -> Step {
    tracing::error!("an operation panicked");
    Step::Refused(vec![answer::internal().error(id)])
}

fn errors(error: ServerError, id: &str) -> Vec<Json> {
    match step(Response::from_errors(vec![error]), true, id) {
        Step::Refused(errors) => errors,
        Step::Result(_) => Vec::new(),
    }
}
