//! Trouble on request, and the control endpoints that ask for it.

use psa_simulator::connectwise::Assumptions;
use psa_simulator::{DataSet, Fault, FaultRule};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Bench;

fn once(method: &str, fault: Fault) -> FaultRule {
    FaultRule::new(fault).on_method(method).times(1)
}

fn ticket() -> Value {
    json!({ "summary": "x", "company": { "id": 250 } })
}

#[tokio::test]
async fn a_connection_dropped_after_the_commit_leaves_the_ticket() {
    let bench = Bench::small().await;
    bench.simulator.inject(once("POST", Fault::ResetAfterCommit));
    let sent = bench
        .request(Method::POST, "service/tickets")
        .json(&ticket())
        .send()
        .await;
    assert!(sent.is_err(), "no answer may arrive");
    assert_eq!(bench.simulator.records("tickets").len(), 1);

    bench.simulator.inject(once("POST", Fault::ResetBefore));
    let sent = bench
        .request(Method::POST, "service/tickets")
        .json(&ticket())
        .send()
        .await;
    assert!(sent.is_err(), "no answer may arrive");
    assert_eq!(bench.simulator.records("tickets").len(), 1);
    assert_eq!(
        bench.post("service/tickets", ticket()).await.0,
        201,
        "the fault is used up"
    );
    let statuses: Vec<Option<u16>> = bench
        .simulator
        .requests()
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [None, None, Some(201)]);
}

#[tokio::test]
async fn too_many_requests_say_how_long_to_wait() {
    let bench = Bench::small().await;
    bench.simulator.inject(once("GET", Fault::too_many_requests(7)));
    let response = bench.get("system/info").await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["error"], "ConnectWiseAPI");
    assert!(body.get("code").is_none());
    assert_eq!(bench.get("system/info").await.status(), 200);

    let assumptions = Assumptions {
        requests_per_minute: Some(2),
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(bench.get("system/info").await.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn pages_and_slow_bodies_arrive_as_asked() {
    let bench = Bench::small().await;
    bench.simulator.inject(once("GET", Fault::HtmlBody));
    let page = bench.get("system/info").await.text().await.expect("text");
    assert!(page.starts_with("<!DOCTYPE html>"));
    bench.simulator.inject(once("GET", Fault::SlowBody { ms: 30 }));
    let info: Value = bench.get("system/info").await.json().await.expect("the body is whole");
    assert_eq!(info["cloudRegion"], "NA");
    bench.simulator.inject(once("GET", Fault::Latency { ms: 20 }));
    assert_eq!(bench.get("system/info").await.status(), 200);
    bench.simulator.inject(once("GET", Fault::status(503)));
    let response = bench.get("system/info").await;
    assert_eq!(response.status(), 503);
    assert!(response.text().await.expect("text").starts_with("<html>"));
}

#[tokio::test]
async fn the_control_endpoints_do_what_the_methods_do() {
    let bench = Bench::small().await;
    let control = async |method, path: &str, body| bench.control(method, path, body).await;
    let rule = json!({ "match": { "pathContains": "/system/INFO" }, "fault": { "status": { "code": 500 } } });
    let (status, made) = control(Method::POST, "faults", rule).await;
    assert_eq!(status, 200);
    assert_eq!(bench.get("system/info").await.status(), 500);
    assert_eq!(
        control(Method::DELETE, &format!("faults/{}", made["id"]), Value::Null)
            .await
            .0,
        204
    );
    assert_eq!(
        control(Method::DELETE, &format!("faults/{}", made["id"]), Value::Null)
            .await
            .0,
        404
    );
    assert_eq!(bench.get("system/info").await.status(), 200);

    let right = json!({ "module": "Service Desk", "function": "Service Tickets", "add": "None" });
    assert_eq!(control(Method::PUT, "rights", right).await.0, 204);
    assert_eq!(bench.post("service/tickets", ticket()).await.0, 403);

    let (_, log) = control(Method::GET, "requests?status=403", Value::Null).await;
    assert_eq!(log.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&log[0]["method"], &log[0]["path"]),
        (&json!("POST"), &json!("/v4_6_release/apis/3.0/service/tickets"))
    );
    assert_eq!(control(Method::DELETE, "requests", Value::Null).await.0, 204);
    assert_eq!(control(Method::GET, "requests", Value::Null).await.1, json!([]));

    let (_, record) = control(
        Method::POST,
        "records/companies",
        json!({ "id": 251, "name": "Renamed" }),
    )
    .await;
    assert_eq!(
        (&record["name"], &record["identifier"]),
        (&json!("Renamed"), &json!("Fabrikam"))
    );
    let (_, additions) = control(Method::GET, "state/additions", Value::Null).await;
    assert_eq!(additions[0]["product"]["identifier"], "MBS-DESKTOP");
    assert_eq!(
        control(Method::PUT, "keys", json!({ "publicKey": "a", "privateKey": "b" }))
            .await
            .0,
        204
    );
    assert_eq!(bench.get("system/info").await.status(), 401);
    assert_eq!(control(Method::GET, "nothing", Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_simulator_that_is_shut_down_frees_its_port() {
    let bench = Bench::small().await;
    let address = ("127.0.0.1", bench.simulator.port());
    bench.simulator.shutdown().await.expect("a clean end");
    std::net::TcpListener::bind(address).expect("the port is free");
}
