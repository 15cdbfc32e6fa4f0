//! The tenant as one value.

use psa_simulator::autotask::{Access, RightsChange};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, ticket};

#[tokio::test]
async fn what_was_taken_is_put_back_elsewhere() {
    let bench = Bench::small().await;
    let id = bench.create("Tickets", ticket("kept")).await;
    bench.simulator.require("Tickets", &["queueID"]).expect("a field");
    bench.simulator.move_zone();
    let change = RightsChange {
        entity: "Contracts".to_owned(),
        query: None,
        create: Some(Access::None),
        update: None,
        delete: None,
    };
    bench.simulator.set_rights(&change);
    let state = bench.simulator.dump().expect("a state");
    let other = Bench::small().await;
    other.simulator.load(&state).expect("a state");
    assert_eq!(other.item("Tickets", id).await["title"], "kept");
    assert_eq!(other.simulator.dump().expect("a state"), state);
    assert!(other.simulator.zone_url().contains("/zone1/"));
    assert!(
        other
            .refused(Method::POST, "Tickets", ticket("x"))
            .await
            .contains("queueID")
    );
}

#[tokio::test]
async fn what_cannot_be_a_state_changes_nothing() {
    let bench = Bench::small().await;
    let good = bench.simulator.dump().expect("a state");
    let with = |path: &str, value: Value| {
        let mut state = good.clone();
        *state.pointer_mut(path).expect("a place") = value;
        state
    };
    let cases = [
        (with("/version", json!(9)), "version 9"),
        (
            with("/records", json!({ "Nope": { "lastId": 0, "records": [] } })),
            "no entity `Nope`",
        ),
        (with("/required", json!({ "Tickets": ["nope"] })), "no field `nope`"),
        (
            with("/records/Tickets", json!({ "lastId": 1, "records": [{}] })),
            "has no id",
        ),
        (
            with(
                "/records/Tickets",
                json!({ "lastId": 1, "records": [{ "id": 1 }, { "id": 1 }] }),
            ),
            "occurs twice",
        ),
        (
            with("/records/Tickets", json!({ "lastId": 1, "records": [{ "id": 2 }] })),
            "although 2 is taken",
        ),
        (json!({}), "cannot be read"),
    ];
    for (state, part) in cases {
        let refusal = bench.simulator.load(&state).expect_err(part).to_string();
        assert!(refusal.contains(part), "{refusal}");
    }
    assert_eq!(bench.simulator.dump().expect("a state"), good);
}
