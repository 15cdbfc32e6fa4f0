//! The README: every control endpoint, fault and assumption in it is one, and no assumption is missing.

use psa_simulator::autotask::Assumptions;
use psa_simulator::{Fault, FaultRule};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, ticket};
use super::tables;

const CONTROL: &str = include_str!("../../src/autotask/control.rs");

#[tokio::test]
async fn every_control_endpoint_answers_and_none_takes_what_it_does_not_know() {
    let bench = Bench::small().await;
    bench.create("Tickets", ticket("x")).await;
    let fault = bench
        .simulator
        .inject(FaultRule::new(Fault::HtmlBody).on_route("GET", "nowhere"));
    for row in tables::control("autotask") {
        let [method, path, body, effect] = row.as_slice() else {
            panic!("a row of another form: {row:?}");
        };
        let method: Method = method.parse().expect("a method");
        let path = path.strip_prefix("/simulator/").expect("a control endpoint");
        let id = if path.starts_with("faults") {
            fault.to_string()
        } else {
            "1".to_owned()
        };
        let path = path.replace("{id}", &id).replace("{entity}", "Tickets");
        let body = match *body {
            "" => Value::Null,
            "what `GET` gave" => bench.simulator.dump().expect("a state"),
            json => serde_json::from_str(json).expect(json),
        };
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
    assert_eq!(tables::described("autotask"), tables::served(CONTROL));
}

#[tokio::test]
async fn every_fault_can_be_armed() {
    let bench = Bench::small().await;
    for example in tables::faults() {
        let rule: Value = serde_json::from_str(example).expect(example);
        let (status, said) = bench.control(Method::POST, "faults", rule).await;
        assert_eq!(status, 200, "{example}: {said}");
    }
}

#[test]
fn the_assumptions_are_all_of_them_with_their_defaults() {
    let (listed, known, defaults) = tables::assumptions::<Assumptions>("autotask");
    assert_eq!(listed, known);
    assert_eq!(defaults, Assumptions::default());
}
