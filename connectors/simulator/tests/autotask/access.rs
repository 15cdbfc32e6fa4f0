//! Zones, credentials, and for whom a write is done.

use psa_simulator::autotask::{Assumptions, BadIntegrationCode};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{ADA, API_USER, Bench, options, ticket};

async fn zone(bench: &Bench, user: &str) -> (u16, Value) {
    let root = format!("{}/atservicesrest/v1.0/zoneInformation", bench.simulator.base_url());
    let sent = bench.http.get(root).query(&[("user", user)]).send().await;
    let response = sent.expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_zone_is_told_to_anybody_and_its_address_is_used_in_any_capitals() {
    let bench = Bench::small().await;
    let (status, said) = zone(&bench, "Bridge@Training.example").await;
    assert_eq!((status, said["ci"].as_i64()), (200, Some(1)));
    let url = said["url"].as_str().expect("an address");
    assert_eq!(url, bench.simulator.zone_url());
    assert!(url.ends_with("/ATServicesRest/"));
    for path in ["V1.0/Version", "v1.0/version", "V1.0/COMPANIES/0"] {
        let answer = bench.at(Method::GET, &format!("{url}{path}")).send().await;
        assert_eq!(answer.expect("an answer").status(), 200, "{path}");
    }
    let lower = url.to_lowercase();
    let versions = bench.http.get(format!("{lower}versioninformation")).send().await;
    let versions: Value = versions.expect("an answer").json().await.expect("JSON");
    assert_eq!(versions, json!({ "apiVersions": ["1.0"] }));
}

#[tokio::test]
async fn the_zone_of_nobody_is_an_error() {
    let bench = Bench::small().await;
    let expected = json!({ "errors": ["Zone information could not be determined"] });
    assert_eq!(zone(&bench, "somebody@example.com").await, (500, expected.clone()));
    assert_eq!(zone(&bench, "").await, (500, expected));
}

#[tokio::test]
async fn any_wrong_credential_is_401_without_a_word() {
    let bench = Bench::small().await;
    let known = options();
    let url = format!("{}V1.0/Version", bench.simulator.zone_url());
    let all = [
        ("UserName", known.user_name),
        ("Secret", known.secret),
        ("ApiIntegrationCode", known.integration_code),
    ];
    for wrong in all.iter().map(|(name, _)| *name) {
        for value in [Some("wrong"), None] {
            let mut request = bench.http.get(&url);
            for (name, right) in &all {
                let sent = if *name == wrong { value } else { Some(right.as_str()) };
                if let Some(sent) = sent {
                    request = request.header(*name, sent);
                }
            }
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 401, "{wrong}");
            assert_eq!(answer.text().await.expect("text"), "");
        }
    }
    let bench = Bench::with(Assumptions {
        bad_integration_code: BadIntegrationCode::Error,
        ..Assumptions::default()
    })
    .await;
    let request = bench.request(Method::GET, "Version");
    let mut request = request.build().expect("a request");
    request
        .headers_mut()
        .insert("ApiIntegrationCode", "wrong".parse().expect("text"));
    let answer = bench.http.execute(request).await.expect("an answer");
    assert_eq!(answer.status(), 500);
    assert!(
        answer
            .text()
            .await
            .expect("text")
            .contains("IntegrationCode is invalid")
    );
}

#[tokio::test]
async fn credentials_change_and_can_be_locked() {
    let bench = Bench::small().await;
    let status = async || bench.get("Version").await.status().as_u16();
    assert_eq!(status().await, 200);
    bench.simulator.rotate_keys("other");
    assert_eq!(status().await, 401);
    bench.simulator.rotate_keys("secret");
    bench.simulator.enable_keys(false);
    assert_eq!(status().await, 401);
    bench.simulator.enable_keys(true);
    assert_eq!(status().await, 200);
}

#[tokio::test]
async fn a_moved_tenant_is_nobody_at_its_old_address() {
    let bench = Bench::small().await;
    let old = bench.simulator.zone_url();
    bench.simulator.move_zone();
    let (_, said) = zone(&bench, "bridge@training.example").await;
    let new = said["url"].as_str().expect("an address").to_owned();
    assert_ne!(new, old);
    let status = async |base: &str| {
        let answer = bench.at(Method::GET, &format!("{base}V1.0/Companies/0")).send().await;
        answer.expect("an answer").status().as_u16()
    };
    assert_eq!((status(&old).await, status(&new).await), (401, 200));
    let (_, page) = bench
        .send(
            Method::POST,
            "Companies/query",
            json!({ "MaxRecords": 1, "filter": [{ "op": "exist", "field": "id" }] }),
        )
        .await;
    let next = page["pageDetails"]["nextPageUrl"].as_str().expect("a next page");
    assert!(next.starts_with(&new), "{next}");
}

#[tokio::test]
async fn a_write_can_be_done_for_whom_it_is_allowed() {
    let bench = Bench::small().await;
    let send = async |resource: i64| {
        let request = bench.request(Method::POST, "Tickets").json(&ticket("x"));
        let sent = request.header("ImpersonationResourceId", resource).send().await;
        let answer = sent.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let (status, said) = send(ADA).await;
    assert_eq!(status, 200, "{said}");
    let made = bench.item("Tickets", said["itemId"].as_i64().expect("an id")).await;
    assert_eq!(made["creatorResourceID"], ADA);
    assert_eq!(made["impersonatorCreatorResourceID"], API_USER);
    // Nora's level does not allow it, Gus is gone, a program is no person, and the last is nobody.
    for refused in [ADA + 2, ADA + 3, API_USER, 1] {
        let (status, said) = send(refused).await;
        assert_eq!(status, 500, "{refused}: {said}");
    }
    let reading = bench
        .request(Method::GET, "Tickets/1")
        .header("ImpersonationResourceId", 1);
    assert_eq!(reading.send().await.expect("an answer").status(), 200);
}
