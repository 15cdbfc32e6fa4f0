//! Webhooks: how they are set up, what is delivered, and when they are switched off.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha1::Sha1;

use super::client::{ADA, API_USER, Bench, CONTOSO, members, ticket};
use super::receiver::{Received, Receiver};

const KEY: &str = "a shared secret";

/// The number of a ticket's field among those that webhooks can tell of.
async fn field(bench: &Bench, name: &str) -> i64 {
    let said = bench.read("TicketWebhookFields/entityInformation/fields").await;
    let fields = said["fields"].as_array().expect("fields");
    let told = fields.iter().find(|field| field["name"] == "fieldID").expect("a field");
    let values = told["picklistValues"].as_array().expect("values");
    let value = values.iter().find(|value| value["label"] == name).expect(name);
    value["value"].as_str().expect("text").parse().expect("a number")
}

/// A webhook of all ticket events, which tells of a changed status and always of the number.
async fn register(bench: &Bench, receiver: &Receiver) -> i64 {
    let hook = json!({
        "name": "Bridge", "isActive": true, "webhookUrl": receiver.url("in"), "deactivationUrl": receiver.url("off"),
        "secretKey": KEY, "isSubscribedToCreateEvents": true, "isSubscribedToUpdateEvents": true,
        "isSubscribedToDeleteEvents": true,
    });
    let id = bench.create("TicketWebhooks", hook).await;
    assert_eq!(bench.item("TicketWebhooks", id).await["isReady"], false);
    for (name, subscribed) in [("status", true), ("ticketNumber", false)] {
        let chosen = json!({
            "fieldID": field(bench, name).await, "isSubscribedField": subscribed, "isDisplayAlwaysField": !subscribed,
        });
        bench.create(&format!("TicketWebhooks/{id}/Fields"), chosen).await;
    }
    id
}

fn signature(received: &Received) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(KEY.as_bytes()).expect("a key");
    mac.update(&received.raw);
    format!("sha1={}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn a_delivery_is_signed_and_says_what_happened() {
    let bench = Bench::small().await;
    let mut receiver = Receiver::start();
    let hook = register(&bench, &receiver).await;
    let hook = bench.item("TicketWebhooks", hook).await;
    assert_eq!((&hook["isReady"], &hook["secretKey"]), (&json!(true), &Value::Null));
    let id = bench.create("Tickets", ticket("x")).await;
    let received = receiver.next().await;
    assert_eq!(received.header("x-hook-signature"), signature(&received));
    let expected = json!({
        "Action": "Create", "Guid": hook["webhookGUID"], "EntityType": "Ticket", "Id": id,
        "Fields": { "Status": "1", "TicketNumber": "T20260315.0001" }, "EventTime": "2026-03-15T10:20:30Z",
        "SequenceNumber": 1, "PersonId": API_USER,
    });
    assert_eq!(received.body(), expected);
    bench
        .patch("Tickets", json!({ "id": id, "title": "no subscribed field" }))
        .await;
    bench
        .simulator
        .upsert("Tickets", members(json!({ "id": id, "status": 5 })))
        .expect("a ticket");
    let received = receiver.next().await.body();
    assert_eq!(
        (&received["Action"], &received["SequenceNumber"]),
        (&json!("Update"), &json!(2))
    );
    assert_eq!(
        (&received["Fields"]["Status"], &received["PersonId"]),
        (&json!("5"), &json!(ADA))
    );
    bench.simulator.remove("Tickets", id).expect("a ticket");
    assert_eq!(receiver.next().await.body()["Action"], "Delete");
}

#[tokio::test]
async fn a_webhook_needs_its_fields_and_takes_no_others() {
    let bench = Bench::small().await;
    let receiver = Receiver::start();
    let said = bench
        .refused(Method::POST, "TicketWebhooks", json!({ "name": "x".repeat(51) }))
        .await;
    assert!(said.contains("maximum length of 50"), "{said}");
    let said = bench
        .refused(Method::POST, "TicketWebhooks", json!({ "name": "x" }))
        .await;
    for missing in ["webhookUrl", "deactivationUrl", "secretKey"] {
        assert!(said.contains(&format!("Missing Required Field: {missing}.")), "{said}");
    }
    let id = register(&bench, &receiver).await;
    let path = format!("TicketWebhooks/{id}/Fields");
    let said = bench
        .refused(
            Method::POST,
            &path,
            json!({ "fieldID": 999, "isSubscribedField": true }),
        )
        .await;
    assert!(said.contains("existing entity for fieldID"), "{said}");
    // Without a subscribed field it is ready no longer.
    let status = field(&bench, "status").await;
    let filter = json!([{ "op": "eq", "field": "fieldID", "value": status }]);
    let chosen = bench.query("TicketWebhookFields", filter).await[0]["id"].clone();
    let (code, _) = bench
        .send(Method::DELETE, &format!("{path}/{chosen}"), Value::Null)
        .await;
    assert_eq!(
        (code, &bench.item("TicketWebhooks", id).await["isReady"]),
        (200, &json!(false))
    );
    let (code, _) = bench
        .send(Method::DELETE, &format!("TicketWebhooks/{id}"), Value::Null)
        .await;
    assert_eq!(code, 200);
    assert!(bench.simulator.records("TicketWebhookFields").is_empty());
}

#[tokio::test]
async fn who_is_excluded_is_not_told_of_and_the_rest_comes_in_order() {
    let bench = Bench::small().await;
    let mut receiver = Receiver::start();
    let hook = register(&bench, &receiver).await;
    let path = format!("TicketWebhooks/{hook}/ExcludedResources");
    bench.create(&path, json!({ "resourceID": API_USER })).await;
    bench.create("Tickets", ticket("an echo")).await;
    for title in ["a", "b", "c"] {
        bench
            .simulator
            .upsert("Tickets", members(ticket(title)))
            .expect("a ticket");
    }
    for number in 1..=3 {
        let body = receiver.next().await.body();
        assert_eq!(
            (&body["SequenceNumber"], &body["PersonId"]),
            (&json!(number), &json!(ADA))
        );
        assert_eq!(body["Id"], number + 1);
    }
    let logged = bench.simulator.deliveries();
    assert!(
        logged
            .iter()
            .all(|logged| logged.entity_type == "Ticket" && logged.webhook == hook)
    );
}

#[tokio::test]
async fn twenty_five_failures_in_a_row_switch_it_off_and_the_other_address_is_told() {
    let bench = Bench::small().await;
    let mut receiver = Receiver::start();
    let hook = register(&bench, &receiver).await;
    receiver.answer_with(&[500; 25]);
    for number in 0..26 {
        bench
            .simulator
            .upsert("Tickets", members(ticket(&number.to_string())))
            .expect("a ticket");
    }
    for number in 1..=25 {
        let received = receiver.next().await;
        assert_eq!(
            (received.target.as_str(), &received.body()["SequenceNumber"]),
            ("/in", &json!(number))
        );
    }
    let last = receiver.next().await;
    assert_eq!(
        (last.target.as_str(), &last.body()["Action"]),
        ("/off", &json!("Deactivated"))
    );
    assert_eq!(last.header("x-hook-signature"), signature(&last));
    assert_eq!(bench.item("TicketWebhooks", hook).await["isActive"], false);
    let failures = bench
        .query(
            "WebhookEventErrorLogs",
            json!([{ "op": "eq", "field": "webhookId", "value": hook }]),
        )
        .await;
    assert_eq!(failures.len(), 25);
    assert_eq!(failures[0]["errorMessage"], "The address answered 500.");
}

#[tokio::test]
async fn every_topic_has_webhooks() {
    let bench = Bench::small().await;
    let mut receiver = Receiver::start();
    for single in ["Company", "Contact", "ConfigurationItem", "TicketNote"] {
        let hook = json!({
            "name": single, "isActive": true, "webhookUrl": receiver.url(single), "deactivationUrl": receiver.url("off"),
            "secretKey": KEY, "isSubscribedToUpdateEvents": true, "isSubscribedToCreateEvents": true,
        });
        let id = bench.create(&format!("{single}Webhooks"), hook).await;
        for number in 1..=5 {
            let chosen = json!({ "fieldID": number, "isSubscribedField": true });
            bench
                .send(Method::POST, &format!("{single}Webhooks/{id}/Fields"), chosen)
                .await;
        }
    }
    bench
        .patch("Companies", json!({ "id": CONTOSO, "address1": "1 New Street" }))
        .await;
    let first = receiver.next().await;
    assert_eq!(
        (first.target.as_str(), first.body()["Fields"]["Address1"].as_str()),
        ("/Company", Some("1 New Street"))
    );
    bench
        .simulator
        .upsert("Contacts", members(json!({ "id": 30_682_900, "city": "Here" })))
        .expect("a contact");
    assert_eq!(receiver.next().await.target, "/Contact");
    bench
        .simulator
        .upsert("ConfigurationItems", members(json!({ "id": 1, "isActive": false })))
        .expect("a device");
    assert_eq!(receiver.next().await.target, "/ConfigurationItem");
    let note = json!({ "ticketID": 1, "description": "x", "noteType": 1, "publish": 1 });
    bench.simulator.upsert("TicketNotes", members(note)).expect("a note");
    assert_eq!(receiver.next().await.body()["EntityType"], "TicketNote");
}
