//! Trouble on request: the same as for every vendor, with this vendor's routes and answers.

use psa_simulator::{Fault, FaultRule};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, ticket};

#[tokio::test]
async fn a_route_is_what_follows_the_version() {
    let bench = Bench::small().await;
    bench
        .simulator
        .inject(FaultRule::new(Fault::status(500)).on_route("POST", "tickets/*/notes"));
    let id = bench.create("Tickets", ticket("x")).await;
    let said = bench
        .refused(Method::POST, &format!("Tickets/{id}/Notes"), json!({}))
        .await;
    assert_eq!(said, "An unexpected error has occurred.");
    bench.simulator.clear_faults();
    bench
        .simulator
        .inject(FaultRule::new(Fault::status(401)).on_route("GET", "Version").times(1));
    let answer = bench.get("Version").await;
    assert_eq!(
        (answer.status().as_u16(), answer.text().await.expect("text")),
        (401, String::new())
    );
    assert_eq!(bench.get("Version").await.status(), 200);
}

#[tokio::test]
async fn a_reset_after_the_commit_has_done_everything_and_one_before_nothing() {
    let bench = Bench::small().await;
    for (fault, tickets) in [
        (Fault::ResetBefore, 0),
        (Fault::ResetAfterCommit, 1),
        (Fault::Truncated, 2),
    ] {
        bench
            .simulator
            .inject(FaultRule::new(fault).on_route("POST", "tickets").times(1));
        let sent = bench.request(Method::POST, "Tickets").json(&ticket("x")).send().await;
        let arrived = match sent {
            Ok(answer) => answer.json::<Value>().await.is_ok(),
            Err(_) => false,
        };
        assert!(!arrived);
        assert_eq!(bench.simulator.records("Tickets").len(), tickets);
    }
    let requests = bench.simulator.requests();
    assert_eq!(requests[0].status, None);
    assert!(requests[0].path.ends_with("/V1.0/Tickets"));
    bench.simulator.clear_requests();
    assert!(bench.simulator.requests().is_empty());
}

#[tokio::test]
async fn pages_and_html_come_as_asked() {
    let bench = Bench::small().await;
    bench.simulator.inject(FaultRule::new(Fault::HtmlBody).times(1));
    let answer = bench.get("Version").await;
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.expect("text").contains("<title>Autotask</title>"));
    let id = bench.simulator.inject(FaultRule::new(Fault::too_many_requests(7)));
    let answer = bench.get("Version").await;
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["retry-after"].as_bytes()),
        (429, b"7".as_slice())
    );
    assert!(bench.simulator.remove_fault(id));
}
