//! A client of the subscriptions: `graphql-transport-ws` over a real WebSocket, by a library that is not the server's.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// How long the server may be silent when something is expected of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection.
#[derive(Debug)]
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What the server says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// It lets the client in.
    Ack,
    /// A result of an operation: its payload.
    Next(Value),
    /// An operation is refused: the errors.
    Error(Value),
    /// An operation has ended.
    Complete,
    /// The connection ends, with this code.
    Close(u16),
}

impl Socket {
    /// Connects to the server at `base`, as nobody in particular.
    ///
    /// # Panics
    /// There is no WebSocket.
    pub async fn open(base: &str) -> Self {
        let url = format!("{}/graphql", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("the address is a URL");
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = connect_async(request).await.expect("the server speaks WebSocket");
        Self(socket)
    }

    /// Introduces the client.
    pub async fn introduce(&mut self, payload: Value) {
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    /// Asks for the only operation of this connection.
    pub async fn subscribe(&mut self, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": "1", "payload": payload }))
            .await;
    }

    /// What the server says next.
    ///
    /// # Panics
    /// It says nothing, or what is no message of the protocol.
    pub async fn hear(&mut self) -> Said {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
            match next.expect("the server says something") {
                Some(Ok(Message::Text(text))) => return read(serde_json::from_str(&text).expect("it is JSON")),
                Some(Ok(Message::Close(Some(frame)))) => return Said::Close(frame.code.into()),
                Some(Ok(_)) => {}
                other => panic!("the connection broke off: {other:?}"),
            }
        }
    }

    /// The next result's only field.
    ///
    /// # Panics
    /// The server says something else, or the result has errors.
    pub async fn event(&mut self) -> Value {
        match self.hear().await {
            Said::Next(payload) if payload.get("errors").is_none() => {
                let fields = payload["data"].as_object().expect("there is data");
                fields.values().next().expect("there is one field").clone()
            }
            other => panic!("{other:?}"),
        }
    }

    async fn say(&mut self, message: Value) {
        let sent = self.0.send(Message::text(message.to_string())).await;
        sent.expect("the server listens");
    }
}

fn read(mut message: Value) -> Said {
    let payload = message["payload"].take();
    match message["type"].as_str() {
        Some("connection_ack") => Said::Ack,
        Some("next") => Said::Next(payload),
        Some("error") => Said::Error(payload),
        Some("complete") => Said::Complete,
        _ => panic!("no message of the protocol: {message}"),
    }
}
