//! What is not believed changes nothing, and what could not be followed is followed when it comes again.

use psa_simulator::{Fault, FaultRule};
use psa_tests::{
    on_each_database,
    receiver::{Delivery, Receiver},
};
use serde_json::{Value, json};

use super::{address, open};
use crate::tickets::desk::{CONTOSO, Desk, run, status};

/// The PSA, or somebody who pretends to be it.
struct Sender(reqwest::Client);

impl Sender {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test speaks to the server under test, not to a PSA"
    )]
    fn new() -> Self {
        Self(reqwest::Client::builder().build().expect("a client can be made"))
    }

    /// Sends it, and gives status and body back, without what differs by request.
    async fn send(&self, address: &str, delivery: &Delivery) -> (u16, Value) {
        let mut request = self.0.post(format!("{address}?recordId=7&action=updated"));
        for (name, value) in &delivery.headers {
            if !["host", "content-length"].contains(&name.to_ascii_lowercase().as_str()) {
                request = request.header(name, value);
            }
        }
        let answer = request
            .body(delivery.body.clone())
            .send()
            .await
            .expect("the server answers");
        let status = answer.status().as_u16();
        let body = answer.text().await.expect("a body");
        let mut body: Value = serde_json::from_str(&body).unwrap_or_default();
        if let Some(extensions) = body.pointer_mut("/errors/0/extensions") {
            extensions.as_object_mut().expect("an object").remove("requestId");
        }
        (status, body)
    }

    /// Sends it, and gives status and code back.
    async fn try_to(&self, address: &str, delivery: &Delivery) -> (u16, String) {
        let (status, body) = self.send(address, delivery).await;
        let code = body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        (status, code.to_owned())
    }
}

/// A desk with a ticket that a person has closed, of which the server has not heard; and how the PSA announces it.
async fn unheard(database: &psa_tests::TestDatabase) -> (Desk, Value, Delivery) {
    let desk = open(database).await;
    desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
    let ticket = desk.ticket()["id"].clone();
    let id = super::callbacks(&desk)[0]["id"].clone();
    desk.in_the_psa("callbacks", json!({ "id": id, "inactiveFlag": true }));
    let mut elsewhere = Receiver::start().await;
    let url = format!("{}hook?recordId=", elsewhere.base());
    desk.in_the_psa(
        "callbacks",
        json!({ "url": url, "type": "ticket", "level": "owner", "objectId": 1, "inactiveFlag": false }),
    );
    desk.give_status(&ticket, status::COMPLETED, true);
    let delivery = elsewhere.next().await;
    desk.bridge.simulator.clear_requests();
    (desk, ticket, delivery)
}

/// Makes sure that nothing was read of tickets, and nothing has changed.
async fn nothing_happened(desk: &Desk) {
    let asked = desk.bridge.simulator.requests();
    let tickets = asked.iter().filter(|request| request.path.contains("service/tickets"));
    assert_eq!(tickets.count(), 0, "{asked:?}");
    assert_eq!(desk.incidents().await[0]["state"], "OPEN");
}

#[tokio::test]
async fn an_announcement_is_followed_once() {
    on_each_database(|database| async move {
        let (desk, ticket, delivery) = unheard(&database).await;
        let (sender, address) = (Sender::new(), address(&desk));
        assert_eq!(sender.try_to(&address, &delivery).await.0, 204);
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;

        desk.give_status(&ticket, status::IN_PROGRESS, false);
        desk.bridge.simulator.clear_requests();
        assert_eq!(sender.try_to(&address, &delivery).await, (409, "REPLAYED".to_owned()));
        assert_eq!(desk.bridge.simulator.requests(), []);
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_not_signed_by_the_psa_changes_nothing() {
    on_each_database(|database| async move {
        let (desk, ticket, delivery) = unheard(&database).await;
        let (sender, address) = (Sender::new(), address(&desk));
        let mut spaced = delivery.clone();
        spaced.body.push(b' ');
        let mut unsigned = delivery.clone();
        unsigned
            .headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("x-content-signature"));
        for forged in [&spaced, &unsigned] {
            let answer = sender.try_to(&address, forged).await;
            assert_eq!(answer, (403, "SIGNATURE_INVALID".to_owned()));
        }
        let nonsense = Delivery {
            body: b"nonsense".to_vec(),
            ..delivery.clone()
        };
        let answer = sender.try_to(&address, &nonsense).await;
        assert_eq!(answer, (400, "BAD_REQUEST".to_owned()));
        let large = Delivery {
            body: vec![b' '; 300_000],
            ..delivery.clone()
        };
        let answer = sender.try_to(&address, &large).await;
        assert_eq!(answer, (413, "PAYLOAD_TOO_LARGE".to_owned()));
        nothing_happened(&desk).await;

        assert_eq!(
            sender.try_to(&address, &delivery).await.0,
            204,
            "the real one still counts"
        );
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_does_not_know_the_address_learns_nothing() {
    on_each_database(|database| async move {
        let (desk, _, delivery) = unheard(&database).await;
        let (sender, address) = (Sender::new(), address(&desk));
        let elsewhere = sender.send(&format!("{}/elsewhere", desk.bridge.base), &delivery).await;
        assert_eq!(elsewhere.0, 404);
        let (integration, token) = address.rsplit_once('/').expect("a token");
        let (base, _) = integration.rsplit_once('/').expect("an integration");
        let mut almost = token.to_owned();
        let last = almost.pop();
        almost.push(if last == Some('A') { 'B' } else { 'A' });
        for wrong in [
            format!("{integration}/{almost}"),
            format!("{integration}/x"),
            format!("{integration}/"),
            integration.to_owned(),
            format!("{base}/0190a0a0-0000-7000-8000-000000000000/{token}"),
            format!("{base}/nobody/{token}"),
            format!("{address}/more"),
        ] {
            assert_eq!(sender.send(&wrong, &delivery).await, elsewhere, "{wrong}");
        }
        let asked = sender.0.get(&address).send().await.expect("the server answers");
        assert_eq!(asked.status().as_u16(), 404);
        nothing_happened(&desk).await;
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_could_not_be_followed_is_followed_when_it_comes_again() {
    on_each_database(|database| async move {
        let (desk, ticket, delivery) = unheard(&database).await;
        let (sender, address) = (Sender::new(), address(&desk));
        let down = FaultRule::new(Fault::status(503)).on("GET", "service/tickets");
        let down = desk.bridge.simulator.inject(down);
        for _ in 0..2 {
            assert_eq!(
                sender.try_to(&address, &delivery).await,
                (503, "PSA_UNAVAILABLE".to_owned())
            );
        }
        assert_eq!(desk.incidents().await[0]["state"], "OPEN");
        desk.bridge.simulator.remove_fault(down);
        assert_eq!(sender.try_to(&address, &delivery).await.0, 204);
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;
        desk.bridge.stop().await;
    })
    .await;
}
