//! Changes of the site under a client's feet: its clock, its codebase, its keys.

use chrono::TimeDelta;
use psa_simulator::connectwise::{Codebase, OtherCodebase};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, CLIENT_ID};

/// Status and body of system info in a codebase.
async fn info(bench: &Bench, codebase: &str) -> (u16, String) {
    let url = format!("{}/{codebase}/apis/3.0/system/info", bench.simulator.base_url());
    let request = bench.http.get(url).basic_auth("training+public", Some("private"));
    let response = request.header("clientId", CLIENT_ID).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("text"))
}

async fn company_info(bench: &Bench) -> Value {
    let url = format!("{}/login/companyinfo/training", bench.simulator.base_url());
    let response = bench.http.get(url).send().await.expect("an answer");
    response.json().await.expect("JSON")
}

#[tokio::test]
async fn a_site_that_is_behind_dates_its_answers_and_records_so() {
    let bench = Bench::small().await;
    let ticket = || json!({ "summary": "x", "company": { "id": 250 } });
    let skewed = bench
        .control(Method::PUT, "clock", json!({ "offsetSeconds": -3600 }))
        .await;
    assert_eq!(skewed.0, 204);
    let (_, made) = bench.post("service/tickets", ticket()).await;
    assert_eq!(made["_info"]["lastUpdated"], "2026-03-15T09:20:30Z");
    let response = bench.get("system/info").await;
    assert_eq!(response.headers()["date"], "Sun, 15 Mar 2026 09:20:30 GMT");

    bench.simulator.skew_clock(TimeDelta::days(1));
    let (_, made) = bench.post("service/tickets", ticket()).await;
    assert_eq!(made["_info"]["lastUpdated"], "2026-03-16T10:20:30Z");
    bench.simulator.skew_clock(TimeDelta::zero());
    let (_, made) = bench.post("service/tickets", ticket()).await;
    assert_eq!(made["_info"]["lastUpdated"], "2026-03-15T10:20:30Z");
    assert_eq!(bench.control(Method::PUT, "clock", json!({ "offset": 1 })).await.0, 400);
}

#[tokio::test]
async fn an_upgraded_site_names_its_new_codebase_and_knows_the_old_one_no_more() {
    let bench = Bench::small().await;
    let upgraded = json!({ "codebase": "v2025_2" });
    assert_eq!(bench.control(Method::PUT, "codebase", upgraded).await.0, 204);
    let named = company_info(&bench).await;
    assert_eq!(
        (&named["Codebase"], &named["VersionCode"]),
        (&json!("v2025_2/"), &json!("v2025.2"))
    );
    assert_eq!(info(&bench, "v4_6_release").await.0, 200);
    let (status, body) = info(&bench, "v2025_2").await;
    assert_eq!(status, 200);
    assert!(body.contains("v2025.2.10675"), "{body}");

    let without_alias = json!({ "codebase": "v2025_2", "alias": false });
    assert_eq!(bench.control(Method::PUT, "codebase", without_alias).await.0, 204);
    for old in ["v2025_1", "v4_6_release"] {
        let refused = (400, "Cannot route. Codebase/company is invalid".to_owned());
        assert_eq!(info(&bench, old).await, refused);
    }
    bench.simulator.set_codebase(Codebase {
        alias: false,
        others: OtherCodebase::NotFound,
        ..Codebase::new("v2025_3")
    });
    for old in ["v2025_2", "v4_6_release"] {
        let (status, body) = info(&bench, old).await;
        assert_eq!(status, 404);
        assert!(body.contains("The endpoint does not exist."), "{body}");
    }
    assert_eq!(info(&bench, "v2025_3").await.0, 200);
    let (status, reason) = bench
        .control(Method::PUT, "codebase", json!({ "codebase": "a/b" }))
        .await;
    assert_eq!(status, 400);
    assert!(
        reason.as_str().is_some_and(|reason| reason.contains("v2025_2")),
        "{reason}"
    );
}

#[tokio::test]
async fn disabled_keys_are_refused_until_they_are_enabled_again() {
    let bench = Bench::small().await;
    assert_eq!(
        bench.control(Method::PUT, "keys", json!({ "enabled": false })).await.0,
        204
    );
    assert_eq!(bench.get("system/info").await.status(), 401);
    bench.simulator.enable_keys(true);
    assert_eq!(bench.get("system/info").await.status(), 200);
    bench.simulator.enable_keys(false);
    assert_eq!(bench.get("system/info").await.status(), 401);
    assert_eq!(
        bench.control(Method::PUT, "keys", json!({ "enabled": true })).await.0,
        204
    );
    assert_eq!(bench.get("system/info").await.status(), 200);
}
