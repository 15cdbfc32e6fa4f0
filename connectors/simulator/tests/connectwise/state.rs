//! A site's state, taken from one site and given to another.

use chrono::TimeDelta;
use psa_simulator::connectwise::{Codebase, Level};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Bench;

/// The body of an answer with links that name no site.
async fn told(bench: &Bench, path: &str) -> Value {
    let text = bench.read(path).await.to_string();
    serde_json::from_str(&text.replace(bench.simulator.base_url(), "SITE")).expect("JSON")
}

async fn ticket(bench: &Bench, summary: &str) -> Value {
    let (status, made) = bench
        .post(
            "service/tickets",
            json!({ "summary": summary, "company": { "id": 250 } }),
        )
        .await;
    assert_eq!(status, 201, "{made}");
    made
}

#[tokio::test]
async fn another_site_goes_on_where_the_first_stopped() {
    let first = Bench::small().await;
    first.grant("Service Desk", "Service Tickets", Level::All);
    let kept = ticket(&first, "kept").await;
    let gone = ticket(&first, "gone").await;
    let note = json!({ "text": "A note", "internalAnalysisFlag": true });
    let noted = first.post(&format!("service/tickets/{}/notes", kept["id"]), note).await;
    assert_eq!(noted.0, 201);
    let path = format!("service/tickets/{}", gone["id"]);
    assert_eq!(first.send(Method::DELETE, &path, Value::Null).await.0, 204);
    first.grant("Procurement", "Product Catalog", Level::None);
    first.simulator.skew_clock(TimeDelta::minutes(5));
    first.simulator.set_codebase(Codebase::new("v2025_3"));

    let second = Bench::small().await;
    ticket(&second, "only here").await;
    second
        .simulator
        .load(&first.simulator.dump().expect("a state"))
        .expect("a state");
    let notes = format!("service/tickets/{}/notes", kept["id"]);
    for path in [
        "service/tickets",
        "company/companies?pageSize=1000",
        "finance/agreements",
        "system/info",
        notes.as_str(),
    ] {
        assert_eq!(told(&second, path).await, told(&first, path).await, "{path}");
    }
    assert_eq!(second.get("procurement/catalog").await.status(), 403);
    let next = ticket(&second, "next").await;
    assert_eq!(
        next["id"].as_i64(),
        gone["id"].as_i64().map(|id| id + 1),
        "ids are not given twice"
    );
    assert_eq!(next["_info"]["lastUpdated"], "2026-03-15T10:25:30Z");
    let link = next["company"]["_info"]["company_href"].as_str().expect("a link");
    assert!(link.starts_with(second.simulator.base_url()), "{link}");
}

#[tokio::test]
async fn the_control_endpoint_gives_and_takes_the_same_and_says_what_is_wrong() {
    let bench = Bench::small().await;
    let (status, state) = bench.control(Method::GET, "state", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(state, bench.simulator.dump().expect("a state"));
    assert!(!state.to_string().contains("private"), "the keys are left out");
    ticket(&bench, "forgotten").await;
    assert_eq!(bench.control(Method::PUT, "state", state.clone()).await.0, 204);
    assert_eq!(bench.simulator.dump().expect("a state"), state);
    assert_eq!(bench.simulator.records("tickets").len(), 0);

    let changed = |change: &dyn Fn(&mut Value)| {
        let mut state = state.clone();
        change(&mut state);
        state
    };
    for (wrong, reason) in [
        (json!({}), "missing field"),
        (changed(&|state| state["version"] = json!(2)), "version 2"),
        (
            changed(&|state| state["records"]["planets"] = json!({ "lastId": 0, "records": [] })),
            "planets",
        ),
        (
            changed(&|state| state["records"]["companies"]["lastId"] = json!(1)),
            "lastId is 1",
        ),
        (changed(&|state| state["surprise"] = json!(1)), "surprise"),
    ] {
        let (status, said) = bench.control(Method::PUT, "state", wrong).await;
        assert_eq!(status, 400);
        assert!(said.as_str().is_some_and(|said| said.contains(reason)), "{said}");
    }
    assert_eq!(
        bench.simulator.dump().expect("a state"),
        state,
        "a refusal changes nothing"
    );
}

#[tokio::test]
async fn a_state_may_be_larger_than_any_record() {
    let bench = Bench::small().await;
    let mut state = bench.simulator.dump().expect("a state");
    state["records"]["notes"] = json!({ "lastId": 1, "records": [{ "id": 1, "text": "x".repeat(5_000_000) }] });
    assert_eq!(bench.control(Method::PUT, "state", state).await.0, 204);
    assert_eq!(bench.simulator.records("notes").len(), 1);
}
