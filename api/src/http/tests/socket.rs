//! The endpoint over real sockets.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, handshake::client::Request, http::HeaderValue},
};

use super::server::Server;

/// A client that speaks the protocol.
struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What a client hears.
#[derive(Debug, PartialEq)]
enum Heard {
    Message(Value),
    Close(u16, String),
    End,
}

fn request(server: &Server, protocol: Option<&'static str>) -> Request {
    let mut request = format!("ws://{}/graphql", server.address)
        .into_client_request()
        .unwrap();
    if let Some(protocol) = protocol {
        let value = HeaderValue::from_static(protocol);
        request.headers_mut().insert("sec-websocket-protocol", value);
    }
    request
}

impl Client {
    async fn connect(server: &Server) -> Self {
        let (socket, answer) = connect_async(request(server, Some("graphql-transport-ws")))
            .await
            .unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], "graphql-transport-ws");
        Self(socket)
    }

    /// A client that has introduced itself.
    async fn greeted(server: &Server) -> Self {
        let mut client = Self::connect(server).await;
        let authorization = format!("Bearer {}", server.token());
        client
            .say(json!({ "type": "connection_init", "payload": { "Authorization": authorization } }))
            .await;
        assert_eq!(client.hear().await, Heard::Message(json!({ "type": "connection_ack" })));
        client
    }

    async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn ask(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } }))
            .await;
    }

    async fn hear(&mut self) -> Heard {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(10), self.0.next());
            match next.await.expect("the server says something") {
                Some(Ok(Message::Text(text))) => return Heard::Message(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Heard::Close(frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return Heard::End,
            }
        }
    }

    async fn is_closed_with(&mut self, expected: u16) {
        match self.hear().await {
            Heard::Close(code, _) => assert_eq!(code, expected),
            other => panic!("{other:?}"),
        }
    }
}

fn next(id: &str, data: &Value) -> Heard {
    Heard::Message(json!({ "type": "next", "id": id, "payload": { "data": data } }))
}

fn complete(id: &str) -> Heard {
    Heard::Message(json!({ "type": "complete", "id": id }))
}

fn code(heard: &Heard) -> &str {
    match heard {
        Heard::Message(message) if message["type"] == "error" => {
            message["payload"][0]["extensions"]["code"].as_str().unwrap()
        }
        Heard::Message(message) => message["payload"]["errors"][0]["extensions"]["code"].as_str().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn subscriptions_queries_and_mutations_are_answered() {
    let server = Server::start().await;
    let mut client = Client::greeted(&server).await;
    client.ask("a", "subscription { count(to: 3) }").await;
    for n in 1..=3 {
        assert_eq!(client.hear().await, next("a", &json!({ "count": n })));
    }
    assert_eq!(client.hear().await, complete("a"));
    client.ask("a", "{ double(n: 4) }").await;
    assert_eq!(client.hear().await, next("a", &json!({ "double": 8 })));
    assert_eq!(client.hear().await, complete("a"));
    client.ask("b", "mutation { touch }").await;
    assert_eq!(client.hear().await, next("b", &json!({ "touch": true })));
    assert_eq!(client.hear().await, complete("b"));
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await, Heard::Message(json!({ "type": "pong" })));
}

#[tokio::test]
async fn what_the_client_completes_ends_and_its_name_is_free_again() {
    let server = Server::start().await;
    let mut client = Client::greeted(&server).await;
    client.ask("a", "subscription { follow }").await;
    assert_eq!(client.hear().await, next("a", &json!({ "follow": 1 })));
    client.say(json!({ "type": "complete", "id": "a" })).await;
    client.ask("a", "subscription { follow }").await;
    assert_eq!(client.hear().await, next("a", &json!({ "follow": 1 })));
    client.ask("a", "{ double(n: 1) }").await;
    client.is_closed_with(4409).await;
}

#[tokio::test]
async fn a_subprotocol_that_is_not_spoken_is_refused() {
    let server = Server::start().await;
    for protocol in [None, Some("graphql-ws"), Some("mqtt")] {
        let refusal = connect_async(request(&server, protocol)).await.unwrap_err();
        let tungstenite::Error::Http(answer) = refusal else {
            panic!("{refusal}");
        };
        let body: Value = serde_json::from_slice(answer.body().as_deref().unwrap()).unwrap();
        assert_eq!(
            (answer.status(), &body["errors"][0]["extensions"]["code"]),
            (400.try_into().unwrap(), &json!("BAD_REQUEST"))
        );
        assert!(body.to_string().contains("graphql-transport-ws"), "{body}");
    }
    let mut several = Client(
        connect_async(request(&server, Some("graphql-ws, graphql-transport-ws")))
            .await
            .unwrap()
            .0,
    );
    several.say(json!({ "type": "connection_init" })).await;
    several.is_closed_with(4401).await;
}

#[tokio::test]
async fn nobody_without_a_valid_token_gets_in() {
    let server = Server::start().await;
    for (payload, code) in [
        (json!(null), 4401),
        (json!({ "token": "x" }), 4401),
        (json!({ "Authorization": "Bearer nope" }), 4403),
        (json!({ "Authorization": "Basic YTpi" }), 4403),
        (json!({ "authorization": format!("Bearer {}x", server.token()) }), 4403),
    ] {
        let mut client = Client::connect(&server).await;
        client
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        client.is_closed_with(code).await;
    }
    let mut early = Client::connect(&server).await;
    early.ask("a", "{ double(n: 1) }").await;
    early.is_closed_with(4401).await;
    let mut silent = Client::connect(&server).await;
    silent.is_closed_with(4408).await;
    let mut twice = Client::greeted(&server).await;
    twice.say(json!({ "type": "connection_init" })).await;
    twice.is_closed_with(4429).await;
}

#[tokio::test]
async fn the_token_of_the_request_counts_when_the_payload_has_none() {
    let server = Server::start().await;
    let mut request = request(&server, Some("graphql-transport-ws"));
    let authorization = format!("Bearer {}", server.token()).parse().unwrap();
    request.headers_mut().insert("authorization", authorization);
    let mut client = Client(connect_async(request).await.unwrap().0);
    client.say(json!({ "type": "connection_init" })).await;
    assert_eq!(client.hear().await, Heard::Message(json!({ "type": "connection_ack" })));
}

#[tokio::test]
async fn a_connection_ends_when_its_token_expires() {
    let server = Server::start().await;
    let mut client = Client::greeted(&server).await;
    client.ask("a", "subscription { follow }").await;
    assert_eq!(client.hear().await, next("a", &json!({ "follow": 1 })));
    server.test.clock.advance(TimeDelta::seconds(91));
    assert_eq!(
        client.hear().await,
        Heard::Close(4403, "The token has expired.".to_owned())
    );
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_cut_off() {
    let server = Server::start().await;
    let mut client = Client::greeted(&server).await;
    // It answers while it listens: so it does not listen, and the connection is gone when it does again.
    let socket = client.0.get_mut();
    let MaybeTlsStream::Plain(stream) = socket else {
        panic!("no TLS here");
    };
    let is_gone = async {
        let mut buffer = [0; 64];
        loop {
            stream.readable().await.unwrap();
            match stream.try_read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), is_gone).await.unwrap();
}

#[tokio::test]
async fn requests_are_refused_as_over_http() {
    let server = Server::start().await;
    let mut client = Client::greeted(&server).await;
    for (query, expected) in [
        ("{ double(", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { count(to: 1) follow }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { ...F } fragment F on Subscriptions { follow }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (&format!("{{ {} }}", "double(n: 1) ".repeat(21)), "QUERY_TOO_COMPLEX"),
        (
            &format!("subscription {{ {} }}", "count(to: 1) ".repeat(21)),
            "QUERY_TOO_COMPLEX",
        ),
        (&format!("{}{}", "{a".repeat(40), "}".repeat(40)), "QUERY_TOO_COMPLEX"),
        ("{ double(n: \"\\u0000\") }", "BAD_REQUEST"),
        ("{ never }", "TIMEOUT"),
        ("{ panics(message: \"x\") }", "INTERNAL"),
    ] {
        client.ask("a", query).await;
        let heard = client.hear().await;
        assert_eq!(code(&heard), expected, "{query}: {heard:?}");
        let Heard::Message(message) = heard else { continue };
        assert_eq!(message["type"], "error", "{query}: {message}");
        let id = &message["payload"][0]["extensions"]["requestId"];
        assert!(id.as_str().is_some_and(|id| id.len() == 36), "{message}");
    }
}

#[tokio::test]
async fn what_breaks_inside_an_event_is_not_told() {
    let server = Server::start().await;
    let mut client = Client::greeted(&server).await;
    for query in ["subscription { refuses }", "subscription { breaks(message: \"x\") }"] {
        client.ask("a", query).await;
        let heard = client.hear().await;
        assert_eq!(code(&heard), "INTERNAL");
        assert!(!format!("{heard:?}").contains("canary"), "{heard:?}");
    }
    client.ask("a", "subscription { stumbles }").await;
    assert_eq!(client.hear().await, next("a", &json!({ "stumbles": 1 })));
    let heard = client.hear().await;
    assert_eq!(code(&heard), "INTERNAL");
    assert!(!format!("{heard:?}").contains("canary"), "{heard:?}");
    assert_eq!(client.hear().await, next("a", &json!({ "stumbles": 3 })));
    assert_eq!(client.hear().await, complete("a"));
}

#[tokio::test]
async fn what_is_no_message_or_too_long_closes_the_connection() {
    let server = Server::start().await;
    for (message, code) in [
        (Message::text("nope"), 4400),
        (Message::text("{\"type\":\"start\"}"), 4400),
        (Message::binary("{}"), 4400),
        (Message::text("x".repeat(5_000)), 1009),
    ] {
        let mut client = Client::greeted(&server).await;
        client.0.send(message).await.unwrap();
        client.is_closed_with(code).await;
    }
}

#[tokio::test]
async fn a_connection_has_a_bounded_number_of_operations() {
    let server = Server::start().await;
    let mut client = Client::greeted(&server).await;
    for n in 0..=100 {
        client.ask(&n.to_string(), "subscription { follow }").await;
    }
    let mut followed = 0;
    let refused = loop {
        match client.hear().await {
            Heard::Message(message) if message["type"] == "next" => followed += 1,
            other => break other,
        }
    };
    assert_eq!(code(&refused), "THROTTLED");
    while followed < 100 {
        assert!(matches!(client.hear().await, Heard::Message(message) if message["type"] == "next"));
        followed += 1;
    }
}

#[tokio::test]
async fn a_stopping_server_closes_its_sockets() {
    let server = Server::start().await;
    let mut greeted = Client::greeted(&server).await;
    greeted.ask("a", "subscription { follow }").await;
    assert_eq!(greeted.hear().await, next("a", &json!({ "follow": 1 })));
    let mut new = Client::connect(&server).await;
    server.shutdown.cancel();
    for client in [&mut greeted, &mut new] {
        client.is_closed_with(1001).await;
    }
    drop((greeted, new));
    tokio::time::timeout(Duration::from_secs(5), server.task)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}
