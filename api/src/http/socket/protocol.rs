//! The messages and close codes of `graphql-transport-ws`.
//!
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>

use std::borrow::Cow;

use actix_ws::{CloseCode, CloseReason};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::{graphql::written, http::endpoint::bearer};

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ClientMessage {
    /// It introduces itself.
    ConnectionInit(Map<String, Json>),
    /// It asks for an operation.
    Subscribe {
        /// Its name for the operation.
        id: String,
        /// The request.
        payload: Map<String, Json>,
    },
    /// It does not need an operation any more.
    Complete {
        /// Its name for the operation.
        id: String,
    },
    /// It asks whether anybody is there.
    Ping,
    /// It is there.
    Pong,
}

impl ClientMessage {
    /// Reads a message.
    ///
    /// # Errors
    /// [`Close::Malformed`]: it is none of the protocol's.
    pub(super) fn read(text: &str) -> Result<Self, Close> {
        let malformed = |what: &'static str| Close::Malformed(what.into());
        let Ok(Json::Object(mut members)) = serde_json::from_str(text) else {
            return Err(malformed("A message must be a JSON object."));
        };
        let ty = match members.remove("type") {
            Some(Json::String(ty)) => ty,
            _ => return Err(malformed("A message must have a `type`.")),
        };
        let id = |members: &mut Map<String, Json>| match members.remove("id") {
            Some(Json::String(id)) if !id.is_empty() => Ok(id),
            _ => Err(malformed("The message must have an `id` that is a text.")),
        };
        match ty.as_str() {
            "connection_init" => match members.remove("payload") {
                None | Some(Json::Null) => Ok(Self::ConnectionInit(Map::new())),
                Some(Json::Object(payload)) => Ok(Self::ConnectionInit(payload)),
                Some(_) => Err(malformed("The `payload` of `connection_init` must be an object.")),
            },
            "subscribe" => match (id(&mut members)?, members.remove("payload")) {
                (id, Some(Json::Object(payload))) => Ok(Self::Subscribe { id, payload }),
                _ => Err(malformed("The `payload` of `subscribe` must be an object.")),
            },
            "complete" => Ok(Self::Complete { id: id(&mut members)? }),
            "ping" => Ok(Self::Ping),
            "pong" => Ok(Self::Pong),
            _ => Err(malformed("There is no message of this type.")),
        }
    }
}

/// The token that a client introduces itself with: that of the payload, else that of the request.
///
/// # Errors
/// [`Close::Unauthorized`]: there is none. [`Close::Forbidden`]: what stands in its place is no bearer token.
pub(super) fn token<'a>(payload: &'a Map<String, Json>, header: Option<&'a str>) -> Result<&'a str, Close> {
    let given = payload
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        .map(|(_, value)| value);
    match given {
        Some(value) => value
            .as_str()
            .and_then(bearer)
            .ok_or_else(|| Close::Forbidden("The Authorization must be `Bearer …`.".into())),
        None => header.ok_or(Close::Unauthorized("Send the Authorization in connection_init.")),
    }
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage {
    /// The client may ask.
    ConnectionAck,
    /// One result of an operation.
    Next {
        /// The client's name for the operation.
        id: String,
        /// The result.
        #[serde(serialize_with = "written::serialize")]
        payload: async_graphql::Response,
    },
    /// The operation was refused; nothing more comes.
    Error {
        /// The client's name for the operation.
        id: String,
        /// Why.
        payload: Vec<Json>,
    },
    /// The operation has ended.
    Complete {
        /// The client's name for the operation.
        id: String,
    },
    /// The server is there.
    Pong,
}

/// Why a connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    /// The client said goodbye; the same is said back.
    Goodbye(Option<CloseReason>),
    /// The client is gone, or does not take what it is sent.
    Lost,
    /// The server stops.
    GoingAway,
    /// What came is no WebSocket traffic.
    Protocol,
    /// A message is too long.
    TooBig,
    /// The token cannot be checked now.
    TryAgain,
    /// What came is no message of the protocol.
    Malformed(Cow<'static, str>),
    /// Something was asked for by nobody in particular.
    Unauthorized(&'static str),
    /// The token is not accepted, or not any more.
    Forbidden(Cow<'static, str>),
    /// The client did not introduce itself in time.
    InitTimeout,
    /// An operation of this name is under way.
    Taken(String),
    /// The client introduced itself twice.
    TooManyInits,
}

impl Close {
    /// The code and the sentence that the client is sent; nothing when it is not there any more.
    pub(super) fn reason(&self) -> Option<CloseReason> {
        let (code, text): (u16, Cow<'_, str>) = match self {
            Self::Goodbye(reason) => return Some(reason.clone().unwrap_or_else(|| CloseCode::Normal.into())),
            Self::Lost => return None,
            Self::GoingAway => (1001, "The server stops.".into()),
            Self::Protocol => (1002, "This is no WebSocket traffic.".into()),
            Self::TooBig => (1009, "The message is too long.".into()),
            Self::TryAgain => (1013, "The token cannot be checked now.".into()),
            Self::Malformed(text) => (4400, text.as_ref().into()),
            Self::Unauthorized(text) => (4401, (*text).into()),
            Self::Forbidden(text) => (4403, text.as_ref().into()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".into()),
            Self::Taken(id) => (4409, format!("Subscriber for {id} already exists").into()),
            Self::TooManyInits => (4429, "Too many initialisation requests".into()),
        };
        Some(CloseReason {
            code: CloseCode::from(code),
            description: Some(text.into_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(json: &Json) -> Map<String, Json> {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn every_message_of_the_protocol_is_read() {
        let payload = object(&json!({ "query": "{ a }" }));
        for (text, message) in [
            (
                r#"{"type":"connection_init"}"#,
                ClientMessage::ConnectionInit(Map::new()),
            ),
            (
                r#"{"type":"connection_init","payload":null}"#,
                ClientMessage::ConnectionInit(Map::new()),
            ),
            (
                r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }"}}"#,
                ClientMessage::Subscribe {
                    id: "1".into(),
                    payload,
                },
            ),
            (
                r#"{"type":"complete","id":"1"}"#,
                ClientMessage::Complete { id: "1".into() },
            ),
            (r#"{"type":"ping","payload":{}}"#, ClientMessage::Ping),
            (r#"{"type":"pong"}"#, ClientMessage::Pong),
        ] {
            assert_eq!(ClientMessage::read(text).unwrap(), message, "{text}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in [
            "",
            "7",
            "[]",
            "{}",
            r#"{"type":7}"#,
            r#"{"type":"start","id":"1","payload":{"query":"{ a }"}}"#,
            r#"{"type":"connection_terminate"}"#,
            r#"{"type":"connection_init","payload":7}"#,
            r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"complete"}"#,
        ] {
            assert!(matches!(ClientMessage::read(text), Err(Close::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn the_token_of_the_payload_comes_before_that_of_the_request() {
        let none = Map::new();
        assert_eq!(token(&none, Some("b")), Ok("b"));
        assert!(matches!(token(&none, None), Err(Close::Unauthorized(_))));
        for name in ["Authorization", "authorization"] {
            let payload = object(&json!({ name: "Bearer a" }));
            assert_eq!(token(&payload, Some("b")), Ok("a"), "{name}");
        }
        for value in [json!("a"), json!("Basic a"), json!(7)] {
            let payload = object(&json!({ "Authorization": value }));
            assert!(
                matches!(token(&payload, Some("b")), Err(Close::Forbidden(_))),
                "{payload:?}"
            );
        }
    }

    #[test]
    fn server_messages_have_the_protocols_form() {
        let text = |message: &ServerMessage| serde_json::to_string(message).unwrap();
        assert_eq!(text(&ServerMessage::ConnectionAck), r#"{"type":"connection_ack"}"#);
        assert_eq!(
            text(&ServerMessage::Complete { id: "1".into() }),
            r#"{"type":"complete","id":"1"}"#
        );
        let error = ServerMessage::Error {
            id: "1".into(),
            payload: vec![json!({ "message": "No." })],
        };
        assert_eq!(
            text(&error),
            r#"{"type":"error","id":"1","payload":[{"message":"No."}]}"#
        );
    }

    #[test]
    fn closes_have_the_protocols_codes() {
        for (close, code) in [
            (Close::GoingAway, 1001),
            (Close::Malformed("".into()), 4400),
            (Close::Unauthorized(""), 4401),
            (Close::Forbidden("".into()), 4403),
            (Close::InitTimeout, 4408),
            (Close::Taken("1".into()), 4409),
            (Close::TooManyInits, 4429),
        ] {
            assert_eq!(close.reason().map(|reason| u16::from(reason.code)), Some(code));
        }
        assert_eq!(Close::Lost.reason(), None);
    }
}
