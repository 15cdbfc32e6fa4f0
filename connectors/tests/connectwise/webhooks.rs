//! Callbacks: registered once, revived, removed; deliveries believed only when the PSA signed them.

use std::time::Duration;

use psa_connectors::{
    Error, ErrorKind,
    record::{Hint, InboundDelivery, RecordChange, Subscription, SubscriptionChange, Topic, WebhookEndpoint},
};
use psa_simulator::connectwise::{Assumptions, CallbackRight};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::{World, refused_fields};

/// An address that takes one delivery after the other and hands them out.
struct Desk {
    listener: TcpListener,
    endpoint: WebhookEndpoint,
}

/// A delivery as it came over the wire.
struct Arrived {
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Desk {
    async fn open(topics: &[Topic]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let endpoint = WebhookEndpoint {
            url: format!("http://{address}/webhooks/unguessable")
                .parse()
                .expect("an address"),
            secret: "not used".into(),
            topics: topics.to_vec(),
        };
        Self { listener, endpoint }
    }

    async fn next(&self) -> Arrived {
        let arrived = tokio::time::timeout(Duration::from_secs(20), self.listener.accept()).await;
        let (mut socket, _) = arrived.expect("a delivery comes").expect("a connection");
        let arrived = read(&mut socket).await;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        socket.write_all(answer).await.expect("answered");
        arrived
    }
}

async fn read(socket: &mut TcpStream) -> Arrived {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = socket.read(&mut part).await.expect("a request");
        assert!(count > 0, "the request ends early");
        bytes.extend_from_slice(&part[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
        let mut lines = head.lines();
        let target = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .expect("a target")
            .to_owned();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let length = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.and_then(|(_, value)| value.parse().ok()).expect("a length");
        let body = bytes[end + 4..].to_vec();
        if body.len() >= length {
            return Arrived { target, headers, body };
        }
    }
}

impl World {
    async fn believed(&self, desk: &Desk, headers: &[(String, String)], body: &[u8]) -> Result<Vec<Hint>, Error> {
        let delivery = InboundDelivery { headers, body };
        self.connector.open_delivery(&desk.endpoint, delivery).await
    }

    async fn ensured(&self, desk: &Desk) -> Vec<SubscriptionChange> {
        let subscriptions = self.connector.ensure_webhook(&desk.endpoint).await.expect("registered");
        let topics: Vec<_> = subscriptions.iter().map(|subscription| subscription.topic).collect();
        assert_eq!(topics, desk.endpoint.topics);
        subscriptions
            .into_iter()
            .map(|Subscription { change, .. }| change)
            .collect()
    }

    fn rename_company(&self, id: i64, name: &str) {
        let members = json!({ "id": id, "name": name });
        let members = members.as_object().expect("an object").clone();
        self.psa.upsert("companies", members).expect("companies are a kind");
    }
}

#[tokio::test]
async fn subscriptions_are_made_once_and_revived() {
    use SubscriptionChange::{Registered, Revived, Unchanged};
    let world = World::small().await;
    let desk = Desk::open(&[Topic::Tickets, Topic::Companies, Topic::Products]).await;
    assert_eq!(world.ensured(&desk).await, [Registered; 3]);
    assert_eq!(world.ensured(&desk).await, [Unchanged; 3]);
    assert_eq!(world.psa.records("callbacks").len(), 3);

    let id = world.psa.records("callbacks")[1]["id"].clone();
    let members = json!({ "id": id, "inactiveFlag": true });
    world
        .psa
        .upsert("callbacks", members.as_object().expect("an object").clone());
    assert_eq!(world.ensured(&desk).await, [Unchanged, Revived, Unchanged]);
    assert_eq!(world.psa.records("callbacks")[1]["inactiveFlag"], false);

    let other = Desk::open(&[Topic::Tickets]).await;
    assert_eq!(
        world.ensured(&other).await,
        [Registered],
        "another address is another subscription"
    );
    world.connector.remove_webhook(&desk.endpoint).await.expect("removed");
    world
        .connector
        .remove_webhook(&desk.endpoint)
        .await
        .expect("nothing is left to remove");
    assert_eq!(world.psa.records("callbacks").len(), 1);
    assert_eq!(world.ensured(&other).await, [Unchanged]);
}

#[tokio::test]
async fn a_missing_right_is_named() {
    let world = World::small().await;
    let desk = Desk::open(&[Topic::Tickets]).await;
    world.revoke("System", "Table Setup");
    let error = world
        .connector
        .ensure_webhook(&desk.endpoint)
        .await
        .expect_err("refused");
    let right = Some("system.table_setup");
    assert_eq!(error.kind(), &ErrorKind::Forbidden { right });
    let world = World::assuming(Assumptions {
        callback_right: CallbackRight::Nothing,
        ..Assumptions::default()
    })
    .await;
    world.revoke("System", "Table Setup");
    assert_eq!(world.ensured(&desk).await, [SubscriptionChange::Registered]);
}

#[tokio::test]
async fn what_the_psa_signs_is_believed_under_every_assumption() {
    for callback_key_needs_credentials in [false, true] {
        let world = World::assuming(Assumptions {
            callback_key_needs_credentials,
            ..Assumptions::default()
        })
        .await;
        let desk = Desk::open(&[Topic::Companies]).await;
        world.ensured(&desk).await;
        for (name, expected) in [
            ("Renamed", RecordChange::Changed),
            ("Renamed again", RecordChange::Changed),
        ] {
            world.rename_company(251, name);
            let arrived = desk.next().await;
            assert!(
                arrived.target.contains("recordId=251&action=updated"),
                "{}",
                arrived.target
            );
            let hints = world
                .believed(&desk, &arrived.headers, &arrived.body)
                .await
                .expect("signed");
            let [hint] = hints.as_slice() else { panic!("{hints:?}") };
            assert_eq!(
                (hint.topic, hint.record.as_str(), hint.change),
                (Topic::Companies, "251", expected)
            );
            assert!(hint.delivery.is_some());
        }
        let fetched = world.requests("GET", "callbackkey");
        let expected = if callback_key_needs_credentials { 2 } else { 1 };
        assert_eq!(fetched, expected, "a key is fetched once");
    }
}

#[tokio::test]
async fn what_was_tampered_with_is_not_believed() {
    let world = World::small().await;
    let desk = Desk::open(&[Topic::Companies]).await;
    world.ensured(&desk).await;
    world.rename_company(251, "Renamed");
    let genuine = desk.next().await;
    let parsed: Value = serde_json::from_slice(&genuine.body).expect("JSON");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = parsed.clone();
        change(&mut body);
        body.to_string().into_bytes()
    };
    let key_url = parsed["Metadata"]["key_url"].as_str().expect("a key").to_owned();
    let elsewhere = |url: String| with(&|body: &mut Value| body["Metadata"]["key_url"] = json!(url));
    let forged = [
        (
            "the same content in other bytes",
            serde_json::to_vec_pretty(&parsed).expect("JSON"),
        ),
        ("another record", with(&|body| body["ID"] = json!(252))),
        ("no key", with(&|body| body["Metadata"] = Value::Null)),
        ("a key elsewhere", elsewhere(key_url.replace("127.0.0.1", "127.0.0.2"))),
        (
            "a key of another company",
            elsewhere(key_url.replace("companyName=training", "companyName=evil")),
        ),
    ];
    world.psa.clear_requests();
    for (what, body) in &forged {
        let error = world.believed(&desk, &genuine.headers, body).await.expect_err(what);
        assert_eq!(refused_fields(&error), ["signature"], "{what}");
    }
    for request in world.psa.requests() {
        assert!(
            request.path.contains("callbackkey") && request.query.contains("companyName=training"),
            "{request:?}"
        );
    }
    let unsigned = world
        .believed(&desk, &[], &genuine.body)
        .await
        .expect_err("no signature");
    assert_eq!(refused_fields(&unsigned), ["signature"]);
    let nonsense = world
        .believed(&desk, &genuine.headers, b"<html>")
        .await
        .expect_err("no delivery");
    assert_eq!(refused_fields(&nonsense), ["body"]);
    let hints = world
        .believed(&desk, &genuine.headers, &genuine.body)
        .await
        .expect("the genuine one");
    assert_eq!(hints.len(), 1);
}
