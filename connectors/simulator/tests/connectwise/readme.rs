//! The README: every control endpoint, fault and assumption in it is one, and no assumption is missing.

use std::collections::BTreeSet;

use psa_simulator::FaultRule;
use psa_simulator::connectwise::{Assumptions, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Bench;

const README: &str = include_str!("../../README.md");
const CONTROL: [&str; 2] = [
    include_str!("../../src/control.rs"),
    include_str!("../../src/connectwise/control.rs"),
];

/// What stands between `<!-- name -->` and `<!-- /name -->`.
fn section(name: &str) -> &'static str {
    let (_, after) = README.split_once(&format!("<!-- {name} -->\n")).expect("its beginning");
    let (inside, _) = after.split_once(&format!("<!-- /{name} -->")).expect("its end");
    inside
}

/// The cells of a table's rows, without its head, code marks taken off.
fn rows(name: &str) -> Vec<Vec<&'static str>> {
    let rows = section(name).lines().skip(2);
    let cells = |row: &'static str| {
        let inside = row.trim_start_matches('|').trim_end_matches('|');
        inside.split(" |").map(|cell| cell.trim().trim_matches('`')).collect()
    };
    rows.map(cells).collect()
}

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
    let endpoints = rows("control");
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

/// The arms of the source, such as `("DELETE", ["faults", id])`, each as its method and the number and names of its parts.
fn served() -> BTreeSet<(String, Vec<String>)> {
    let arms = CONTROL
        .into_iter()
        .flat_map(str::lines)
        .filter_map(|line| line.trim().strip_prefix("(\""));
    let arms = arms.filter_map(|arm| arm.split_once("\", ["));
    arms.map(|(method, rest)| {
        let (parts, _) = rest.split_once("])").expect("the end of an arm");
        let part = |part: &str| match part.trim().strip_prefix('"') {
            Some(name) => name.trim_end_matches('"').to_owned(),
            None => "{}".to_owned(),
        };
        (method.to_owned(), parts.split(',').map(part).collect())
    })
    .collect()
}

/// The same of the README's table.
fn described() -> BTreeSet<(String, Vec<String>)> {
    let part = |part: &str| if part.starts_with('{') { "{}" } else { part }.to_owned();
    let parts = |path: &str| path.trim_start_matches("/simulator/").split('/').map(part).collect();
    let rows = rows("control");
    rows.iter().map(|row| (row[0].to_owned(), parts(row[1]))).collect()
}

#[test]
fn no_control_endpoint_is_missing() {
    assert_eq!(described(), served());
}

#[tokio::test]
async fn every_fault_can_be_armed() {
    let bench = Bench::small().await;
    let examples = section("faults").lines().filter(|line| line.starts_with('{'));
    let mut armed = 0;
    for example in examples {
        let rule: Value = serde_json::from_str(example).expect(example);
        let (status, said) = bench.control(Method::POST, "faults", rule).await;
        assert_eq!(status, 200, "{example}: {said}");
        armed += 1;
    }
    assert!(armed >= 12, "{armed}");
}

#[test]
fn the_assumptions_are_all_of_them_with_their_defaults() {
    let rows = rows("assumptions");
    let listed: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
    let refusal = serde_json::from_str::<Assumptions>(r#"{"?": 1}"#).expect_err("no such assumption");
    let refusal = refusal.to_string();
    // The refusal names what is known: unknown field `?`, expected one of `a`, `b`, … at line 1.
    let known: BTreeSet<&str> = refusal.split('`').skip(3).step_by(2).collect();
    assert_eq!(listed, known);
    let defaults = rows.iter().map(|row| format!("\"{}\": {}", row[0], row[1]));
    let all = format!("{{{}}}", defaults.collect::<Vec<_>>().join(", "));
    let read: Assumptions = serde_json::from_str(&all).expect("the defaults are read");
    assert_eq!(read, Assumptions::default());
}
