//! The README: every control endpoint, fault and assumption in it is one, and no assumption is missing.

use psa_simulator::FaultRule;
use psa_simulator::connectwise::{Assumptions, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Bench;
use super::tables;

const CONTROL: &str = include_str!("../../src/connectwise/control.rs");

/// A site with two tickets and an armed fault that hits nothing; the ids of the tickets and of the fault.
async fn prepared() -> (Bench, [String; 2], u64) {
    let bench = Bench::small().await;
    let ticket = async || {
        let draft = json!({ "summary": "x", "company": { "id": 250 } });
        let (status, ticket) = bench.post("service/tickets", draft).await;
        assert_eq!(status, 201);
        ticket["id"].to_string()
    };
    let tickets = [ticket().await, ticket().await];
    let rule = json!({ "match": { "route": "nowhere" }, "fault": "htmlBody" });
    let rule: FaultRule = serde_json::from_value(rule).expect("a rule");
    let id = bench.simulator.inject(rule);
    (bench, tickets, id)
}

fn body(cell: &str, simulator: &Simulator) -> Value {
    match cell {
        "" => Value::Null,
        "what `GET` gave" => simulator.dump().expect("a state"),
        json => serde_json::from_str(json).expect(json),
    }
}

#[tokio::test]
async fn every_control_endpoint_answers_and_none_takes_what_it_does_not_know() {
    let (bench, [child, parent], fault) = prepared().await;
    let endpoints = tables::control("connectwise");
    assert!(endpoints.len() >= 14, "{endpoints:?}");
    for row in endpoints {
        let [method, path, body_cell, effect] = row.as_slice() else {
            panic!("a row of another form: {row:?}");
        };
        let method: Method = method.parse().expect("a method");
        let path = path.strip_prefix("/simulator/").expect("a control endpoint");
        let path = path.replace("{id}", &fault.to_string()).replace("{kind}", "tickets");
        let path = path.replace("{child}", &child).replace("{parent}", &parent);
        let body = body(body_cell, &bench.simulator);
        let takes_a_body = !body.is_null();
        let (status, said) = bench.control(method.clone(), &path, body).await;
        assert!([200, 204].contains(&status), "{method} {path}: {status} {said}");
        assert!(!effect.is_empty(), "{method} {path} has an effect");
        if takes_a_body && !path.starts_with("records") {
            let (status, said) = bench.control(method.clone(), &path, json!({ "unknown": 1 })).await;
            assert_eq!(status, 400, "{method} {path}: {said}");
        }
    }
}

#[test]
fn no_control_endpoint_is_missing() {
    assert_eq!(tables::described("connectwise"), tables::served(CONTROL));
}

#[tokio::test]
async fn every_fault_can_be_armed() {
    let bench = Bench::small().await;
    let examples = tables::faults();
    assert!(examples.len() >= 12, "{examples:?}");
    for example in examples {
        let rule: Value = serde_json::from_str(example).expect(example);
        let (status, said) = bench.control(Method::POST, "faults", rule).await;
        assert_eq!(status, 200, "{example}: {said}");
    }
}

#[test]
fn the_assumptions_are_all_of_them_with_their_defaults() {
    let (listed, known, defaults) = tables::assumptions::<Assumptions>("connectwise");
    assert_eq!(listed, known);
    assert_eq!(defaults, Assumptions::default());
}
