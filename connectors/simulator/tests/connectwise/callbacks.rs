//! Registering callbacks: defaults, mistakes, rights.

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, CallbackRight, Level};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, ids};

const CALLBACKS: &str = "system/callbacks";

fn ticket_callback() -> Value {
    json!({ "url": "https://bridge.example/in?recordId=", "type": "ticket", "level": "owner", "objectId": 0 })
}

#[tokio::test]
async fn a_callback_is_stored_with_its_defaults() {
    let bench = Bench::small().await;
    let (status, made) = bench.post(CALLBACKS, ticket_callback()).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (&made["objectId"], &made["memberId"], &made["payloadVersion"]),
        (&json!(1), &json!(150), &json!("3.0.0"))
    );
    for flag in ["inactiveFlag", "isSoapCallbackFlag", "isSelfSuppressedFlag"] {
        assert_eq!(made[flag], false, "{flag}");
    }
    assert_eq!(made["connectWiseID"].as_str().map(str::len), Some(36));

    let path = format!("{CALLBACKS}/{}", made["id"]);
    assert_eq!(bench.read(&path).await, made);
    assert_eq!(
        bench.read("system/callbacks/count?conditions=level='owner'").await["count"],
        1
    );
    let off = json!([{ "op": "replace", "path": "inactiveFlag", "value": true }]);
    assert_eq!(bench.patch(&path, off).await.1["inactiveFlag"], true);

    let other = json!({ "url": "https://bridge.example/other", "type": "Company", "level": "Status", "objectId": 3 });
    let (status, replaced) = bench.send(Method::PUT, &path, other).await;
    assert_eq!(status, 200, "{replaced}");
    assert_eq!(
        (&replaced["id"], &replaced["memberId"], &replaced["inactiveFlag"]),
        (&made["id"], &made["memberId"], &json!(false)),
        "what the body lacks takes its default"
    );
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 204);
    assert_eq!(ids(&bench.read(CALLBACKS).await), [0_i64; 0]);
}

#[tokio::test]
async fn each_mistake_has_its_words() {
    let bench = Bench::small().await;
    assert_eq!(bench.post(CALLBACKS, ticket_callback()).await.0, 201);
    let with = |name: &str, value: Value| {
        let mut body = ticket_callback();
        body["level"] = json!("board");
        body[name] = value;
        body
    };
    let mut twice = ticket_callback();
    twice["type"] = json!("TICKET");
    twice["objectId"] = json!(1);
    for (body, code, field, message) in [
        (
            twice,
            "ObjectExists",
            "objectId",
            "A matching callback entry already exists",
        ),
        (
            with("url", json!("not an address")),
            "InvalidField",
            "url",
            "Invalid URL",
        ),
        (
            with("level", json!("territory")),
            "InvalidObject",
            "level",
            "Unrecognized level for type, see documentation for supported levels for each type",
        ),
        (
            with("type", json!("addition")),
            "InvalidObject",
            "type",
            "Unrecognized type",
        ),
        (
            with("objectId", Value::Null),
            "MissingRequiredField",
            "objectId",
            "The objectId field is required.",
        ),
    ] {
        let (status, answer) = bench.post(CALLBACKS, body).await;
        assert_eq!((status, &answer["code"]), (400, &json!("InvalidObject")));
        assert_eq!(answer["message"], "callbackEntry object is invalid");
        let expected = json!([{ "code": code, "message": message, "resource": "callbackEntry", "field": field }]);
        assert_eq!(answer["errors"], expected);
    }
    assert_eq!(bench.simulator.records("callbacks").len(), 1);
}

#[tokio::test]
async fn table_setup_is_the_right_unless_assumed_otherwise() {
    let bench = Bench::small().await;
    bench.grant("System", "Table Setup", Level::None);
    assert_eq!(bench.get(CALLBACKS).await.status(), 403);
    assert_eq!(bench.post(CALLBACKS, ticket_callback()).await.0, 403);
    let assumptions = Assumptions {
        callback_right: CallbackRight::Nothing,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    bench.grant("System", "Table Setup", Level::None);
    assert_eq!(bench.post(CALLBACKS, ticket_callback()).await.0, 201);
}
