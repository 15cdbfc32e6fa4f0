//! Delivering callbacks: what is told to whom, signatures, attempts, switching off.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, LoggedDelivery, SimulatorOptions};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::client::{Bench, CLIENT_ID, NOW, options};
use super::receiver::Receiver;

async fn register(bench: &Bench, url: &str, kind: &str, level: &str, object: i64, self_suppressed: bool) -> Value {
    let body = json!({
        "url": url, "type": kind, "level": level, "objectId": object, "isSelfSuppressedFlag": self_suppressed,
    });
    let (status, made) = bench.post("system/callbacks", body).await;
    assert_eq!(status, 201, "{made}");
    made
}

fn upsert(bench: &Bench, kind: &str, members: &Value) -> Value {
    let members = members.as_object().expect("an object").clone();
    Value::Object(bench.simulator.upsert(kind, members).expect("a kind"))
}

async fn open_ticket(bench: &Bench, body: Value) -> i64 {
    let (status, ticket) = bench.post("service/tickets", body).await;
    assert_eq!(status, 201, "{ticket}");
    ticket["id"].as_i64().expect("an id")
}

#[tokio::test]
async fn a_delivery_tells_what_happened_and_is_signed() {
    let bench = Bench::small().await;
    let mut receiver = Receiver::start();
    let callback = register(&bench, &receiver.url("in?recordId="), "Ticket", "owner", 0, false).await;
    let id = open_ticket(&bench, json!({ "summary": "Backup failed", "company": { "id": 250 } })).await;

    let delivery = receiver.next().await;
    assert_eq!(delivery.target, format!("/in?recordId={id}&action=added"));
    let body = delivery.body();
    assert_eq!(
        (&body["Action"], &body["Type"], &body["ID"], &body["MemberId"]),
        (&json!("added"), &json!("ticket"), &json!(id), &json!("APIMember"))
    );
    assert_eq!(
        (&body["CompanyId"], &body["CallbackObjectRecId"]),
        (&json!("training"), &callback["id"])
    );
    let entity: Value = serde_json::from_str(body["Entity"].as_str().expect("text")).expect("JSON");
    assert_eq!(
        (&entity["id"], &entity["summary"]),
        (&json!(id), &json!("Backup failed"))
    );

    let key_url = body["Metadata"]["key_url"].as_str().expect("an address");
    assert!(
        key_url.contains("/v2025_1//system/callbackkey/index.rails?companyName=training&id="),
        "{key_url}"
    );
    let answer = bench.http.get(key_url).send().await.expect("an answer");
    assert!(
        answer.headers()["content-type"]
            .to_str()
            .expect("text")
            .starts_with("text/")
    );
    let key: Value = serde_json::from_str(&answer.text().await.expect("text")).expect("JSON");
    let hash = Sha256::digest(key["signing_key"].as_str().expect("a key").as_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(&hash).expect("any length");
    mac.update(&delivery.raw);
    assert_eq!(
        delivery.header("x-content-signature"),
        STANDARD.encode(mac.finalize().into_bytes())
    );

    let unknown = key_url.replace("&id=", "&id=0");
    assert_eq!(bench.http.get(unknown).send().await.expect("an answer").status(), 404);
}

#[tokio::test]
async fn the_key_takes_credentials_when_assumed_so() {
    let assumptions = Assumptions {
        callback_key_needs_credentials: true,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    let mut receiver = Receiver::start();
    register(&bench, &receiver.url("in?recordId="), "company", "owner", 1, false).await;
    upsert(&bench, "companies", &json!({ "id": 250, "name": "Contoso" }));
    let body = receiver.next().await.body();
    let key_url = body["Metadata"]["key_url"].as_str().expect("an address");
    assert_eq!(bench.http.get(key_url).send().await.expect("an answer").status(), 401);
    let request = bench.http.get(key_url).basic_auth("training+public", Some("private"));
    let answer = request.header("clientId", CLIENT_ID).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn every_change_of_a_record_is_told_in_order() {
    let bench = Bench::small().await;
    let mut receiver = Receiver::start();
    register(&bench, &receiver.url("in?recordId="), "ticket", "owner", 1, false).await;
    bench.grant(
        "Service Desk",
        "Service Tickets",
        psa_simulator::connectwise::Level::All,
    );
    let id = open_ticket(&bench, json!({ "summary": "One", "company": { "id": 250 } })).await;
    let path = format!("service/tickets/{id}");
    let rename = json!([{ "op": "replace", "path": "summary", "value": "Two" }]);
    assert_eq!(bench.patch(&path, rename).await.0, 200);
    let note = json!({ "text": "Still failing", "detailDescriptionFlag": true });
    assert_eq!(bench.post(&format!("{path}/notes"), note).await.0, 201);
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 204);
    // Nothing is told about this one.
    open_ticket(
        &bench,
        json!({ "summary": "Quiet", "company": { "id": 250 }, "skipCallback": true }),
    )
    .await;
    upsert(&bench, "tickets", &json!({ "id": 900, "summary": "By a person" }));
    assert!(bench.simulator.remove("tickets", 900).is_some());
    assert!(bench.simulator.remove("tickets", 900).is_none());

    let mut actions = Vec::new();
    for _ in 0..6 {
        let body = receiver.next().await.body();
        let words = ["Action", "MemberId"].map(|name| body[name].as_str().expect("text").to_owned());
        assert_eq!(body["Entity"].is_null(), words[0] == "deleted");
        actions.push((words[0].clone(), words[1].clone(), body["ID"].as_i64().expect("an id")));
    }
    let expected = [
        ("added", "APIMember", id),
        ("updated", "APIMember", id),
        ("updated", "APIMember", id),
        ("deleted", "APIMember", id),
        ("added", "Admin1", 900),
        ("deleted", "Admin1", 900),
    ];
    let expected = expected.map(|(action, member, id)| (action.to_owned(), member.to_owned(), id));
    assert_eq!(actions, expected);
}

#[tokio::test]
async fn levels_and_self_suppression_choose_what_is_told() {
    let bench = Bench::small().await;
    let mut receiver = Receiver::start();
    register(&bench, &receiver.url("board?recordId="), "ticket", "Board", 2, false).await;
    register(
        &bench,
        &receiver.url("others?recordId="),
        "contact",
        "company",
        251,
        true,
    )
    .await;
    let company = json!({ "id": 250 });
    open_ticket(
        &bench,
        json!({ "summary": "Elsewhere", "company": company, "board": { "id": 1 } }),
    )
    .await;
    let here = open_ticket(
        &bench,
        json!({ "summary": "Here", "company": company, "board": { "id": 2 } }),
    )
    .await;
    assert_eq!(
        receiver.next().await.target,
        format!("/board?recordId={here}&action=added")
    );

    bench.grant("Companies", "Contacts", psa_simulator::connectwise::Level::All);
    let contact = json!({ "firstName": "Ann", "company": { "id": 251 } });
    assert_eq!(
        bench.post("company/contacts", contact).await.0,
        201,
        "its own change is not told"
    );
    let by_tessa = json!({ "id": 800, "firstName": "Bo", "company": { "id": 251 } });
    let by_tessa = by_tessa.as_object().expect("an object").clone();
    bench
        .simulator
        .upsert_as("TKowalski", "contacts", by_tessa)
        .expect("a kind");
    let delivery = receiver.next().await;
    assert_eq!(delivery.target, "/others?recordId=800&action=added");
    assert_eq!(delivery.body()["MemberId"], "TKowalski");
}

#[tokio::test]
async fn only_four_answers_are_tried_again_and_only_twice() {
    let bench = Bench::start(SimulatorOptions {
        callback_retry_delays: [Duration::ZERO; 2],
        ..options()
    })
    .await;
    let mut receiver = Receiver::start();
    let url = receiver.url("in?recordId=");
    register(&bench, &url, "company", "owner", 1, false).await;
    receiver.answer_with(&[404, 429, 409, 500, 419, 204]);
    for name in ["one", "two", "three", "four"] {
        upsert(&bench, "companies", &json!({ "id": 250, "name": name }));
    }
    // Deliveries are in order: once the last has arrived, all before it are in the log.
    for _ in 0..7 {
        receiver.next().await;
    }
    let attempts: Vec<(Option<u16>, u32)> = bench
        .simulator
        .deliveries()
        .iter()
        .map(|LoggedDelivery { status, attempt, .. }| (*status, *attempt))
        .take(6)
        .collect();
    let expected = [(404, 1), (429, 2), (409, 3), (500, 1), (419, 1), (204, 2)];
    assert_eq!(attempts, expected.map(|(status, attempt)| (Some(status), attempt)));

    let log = format!("{}/simulator/deliveries", bench.simulator.base_url());
    let listed: Value = bench
        .http
        .get(log)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(
        (&listed[0]["url"], &listed[0]["record"], &listed[0]["action"]),
        (
            &json!(format!("{url}250&action=updated")),
            &json!(250),
            &json!("updated")
        )
    );
}

#[tokio::test]
async fn three_days_of_failure_switch_a_callback_off() {
    let now: DateTime<Utc> = NOW.parse().expect("an instant");
    let hands = Arc::new(Mutex::new(now));
    let clock = Arc::clone(&hands);
    let bench = Bench::start(SimulatorOptions {
        clock: Arc::new(move || *clock.lock().expect("a lock")),
        ..options()
    })
    .await;
    let mut receiver = Receiver::start();
    let callback = register(&bench, &receiver.url("in?recordId="), "company", "owner", 1, false).await;
    let path = format!("system/callbacks/{}", callback["id"]);
    receiver.answer_with(&[500; 4]);
    // Two on the first day: once the second has arrived, the first has been counted.
    for (days, name) in [(0, "one"), (0, "two"), (2, "three")] {
        *hands.lock().expect("a lock") = now + TimeDelta::days(days);
        upsert(&bench, "companies", &json!({ "id": 250, "name": name }));
        receiver.next().await;
    }
    assert_eq!(bench.read(&path).await["inactiveFlag"], false);
    *hands.lock().expect("a lock") = now + TimeDelta::days(3);
    upsert(&bench, "companies", &json!({ "id": 250, "name": "four" }));
    receiver.next().await;
    let switched_off = async { while bench.read(&path).await["inactiveFlag"] == false {} };
    tokio::time::timeout(Duration::from_secs(20), switched_off)
        .await
        .expect("it is switched off");

    upsert(&bench, "companies", &json!({ "id": 250, "name": "not told" }));
    let on = json!([{ "op": "replace", "path": "inactiveFlag", "value": false }]);
    assert_eq!(bench.patch(&path, on).await.0, 200);
    upsert(&bench, "companies", &json!({ "id": 251, "name": "told" }));
    assert_eq!(receiver.next().await.target, "/in?recordId=251&action=updated");
}
