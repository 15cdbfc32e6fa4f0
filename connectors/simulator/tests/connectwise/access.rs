//! Discovery, credentials, routes and rights.

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, Level};
use serde_json::{Value, json};

use super::client::{Bench, CLIENT_ID, http};

#[tokio::test]
async fn company_info_needs_no_keys_and_knows_only_its_company() {
    let bench = Bench::small().await;
    let url = format!("{}/login/companyinfo/Training", bench.simulator.base_url());
    let info: Value = http()
        .get(url)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(info["Codebase"], "v2025_1/");
    assert_eq!(info["SiteUrl"], format!("127.0.0.1:{}", bench.simulator.port()));
    let url = format!("{}/login/companyinfo/nobody", bench.simulator.base_url());
    let response = http().get(url).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.expect("text"), "null");
}

#[tokio::test]
async fn keys_and_client_id_are_both_required() {
    let bench = Bench::small().await;
    let url = format!("{}/v4_6_release/apis/3.0/system/info", bench.simulator.base_url());
    let ask = |user: Option<(&'static str, &'static str)>, client_id: Option<&'static str>| {
        let mut request = bench.http.get(&url);
        if let Some((name, secret)) = user {
            request = request.basic_auth(name, Some(secret));
        }
        if let Some(id) = client_id {
            request = request.header("CLIENTID", id);
        }
        async move { request.send().await.expect("an answer") }
    };
    assert_eq!(
        ask(Some(("training+public", "private")), Some(CLIENT_ID))
            .await
            .status(),
        200
    );
    let refused = ask(Some(("training+public", "wrong")), Some(CLIENT_ID)).await;
    assert_eq!(refused.status(), 401);
    let body: Value = refused.json().await.expect("JSON");
    assert_eq!((&body["code"], &body["errors"]), (&json!("Unauthorized"), &Value::Null));
    assert_eq!(ask(None, Some(CLIENT_ID)).await.status(), 401);
    assert_eq!(ask(Some(("training+public", "private")), None).await.status(), 401);
    assert_eq!(
        ask(Some(("training+public", "private")), Some("not a guid"))
            .await
            .status(),
        401
    );
    let wrong_company = ask(Some(("other+public", "private")), Some(CLIENT_ID)).await;
    assert_eq!(wrong_company.status(), 400);
    assert_eq!(
        wrong_company.text().await.expect("text"),
        "Cannot route. Codebase/company is invalid"
    );
}

#[tokio::test]
async fn rotated_keys_shut_the_old_ones_out() {
    let bench = Bench::small().await;
    bench.simulator.rotate_keys("public", "new");
    assert_eq!(bench.get("system/info").await.status(), 401);
}

#[tokio::test]
async fn unknown_codebases_routes_and_records_are_told_apart() {
    let bench = Bench::small().await;
    let url = |codebase: &str| format!("{}/{codebase}/apis/3.0/system/info", bench.simulator.base_url());
    let ask = |codebase: &str| {
        let request = bench
            .http
            .get(url(codebase))
            .basic_auth("training+public", Some("private"));
        request.header("clientId", CLIENT_ID).send()
    };
    assert_eq!(ask("v2025_1").await.expect("an answer").status(), 200);
    assert_eq!(ask("v2019_3").await.expect("an answer").status(), 400);
    let response = bench.get("system/myAccount").await;
    assert_eq!(response.status(), 404);
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(
        body,
        json!({ "code": "ConnectWiseApi", "message": "The endpoint does not exist." })
    );
    let response = bench.get("company/contacts/57919").await;
    assert_eq!(response.status(), 404);
    let text = response.text().await.expect("text");
    assert!(text.starts_with("{\r\n  \"code\": \"NotFound\",\r\n"), "{text}");
    assert!(text.contains("Contact 57919 not found"));
}

#[tokio::test]
async fn a_missing_right_is_the_same_403_for_reading_and_writing() {
    let bench = Bench::small().await;
    for path in [
        "system/apiMembers?conditions=identifier=\"APIMember\"",
        "system/securityRoles/60/settings",
    ] {
        let response = bench.get(path).await;
        assert_eq!(response.status(), 403);
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["code"], "Security");
    }
    let (status, body) = bench.post("company/companies", json!({})).await;
    assert_eq!((status, &body["code"]), (403, &json!("Security")));

    bench.grant("System", "Security Roles", Level::All);
    let members = bench.read("system/apiMembers?conditions=identifier='apimember'").await;
    assert_eq!(members[0]["securityRole"]["id"], 60);
    let settings = bench.read("system/securityroles/60/settings/").await;
    let closing = settings
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["moduleFunctionName"] == "Close Service Tickets");
    assert_eq!(closing.expect("a row")["editLevel"], "All");
}

#[tokio::test]
async fn product_lines_are_not_the_catalogue_and_have_their_own_right() {
    let bench = Bench::small().await;
    assert_eq!(bench.read("procurement/products").await, json!([]));
    let line = json!({ "id": 7, "catalogItem": { "id": 1, "identifier": "MBS-SERVER" }, "quantity": 2 });
    bench
        .simulator
        .upsert("products", line.as_object().expect("an object").clone())
        .expect("a kind");
    let found = "procurement/products?conditions=catalogItem/identifier='MBS-SERVER' and cancelledFlag=null&fields=id";
    assert_eq!(bench.read(found).await, json!([{ "id": 7 }]));
    assert_eq!(bench.read("procurement/products/count").await["count"], 1);

    bench.grant("Procurement", "Products", Level::None);
    for path in [
        "procurement/products",
        "procurement/products/count",
        "procurement/products/7",
    ] {
        assert_eq!(bench.get(path).await.status(), 403, "{path}");
    }
    assert_eq!(bench.get("procurement/catalog").await.status(), 200);
}

#[tokio::test]
async fn level_my_shortens_lists_in_silence() {
    let bench = Bench::small().await;
    let (_, mine) = bench
        .post(
            "service/tickets",
            json!({ "summary": "Mine", "company": { "id": 250 } }),
        )
        .await;
    let other =
        json!({ "summary": "Another's", "_info": { "enteredBy": "Admin1", "dateEntered": "2026-01-01T00:00:00Z" } });
    let other = bench
        .simulator
        .upsert("tickets", other.as_object().expect("an object").clone())
        .expect("a kind");
    bench.grant("Service Desk", "Service Tickets", Level::My);
    let listed = bench.read("service/tickets").await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["id"], mine["id"]);
    let rename = json!([{ "op": "replace", "path": "summary", "value": "Taken over" }]);
    assert_eq!(
        bench.patch(&format!("service/tickets/{}", other["id"]), rename).await.0,
        403
    );
}

#[tokio::test]
async fn the_light_board_list_needs_keys_only_unless_assumed_otherwise() {
    let bench = Bench::small().await;
    bench.grant("System", "Table Setup", Level::None);
    assert_eq!(bench.get("service/boards").await.status(), 403);
    assert_eq!(bench.get("service/info/boards").await.status(), 200);
    let assumptions = Assumptions {
        info_boards_need_table_setup: true,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    bench.grant("System", "Table Setup", Level::None);
    assert_eq!(bench.get("service/info/boards").await.status(), 403);
}
