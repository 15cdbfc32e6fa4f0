//! What goes wrong when a PSA is connected, imported from or asked: always a typed error with a remedy.

use psa_simulator::connectwise::{Level, RightsChange};
use psa_simulator::{Fault, FaultRule};
use psa_tests::{Bridge, on_each_database, setup};
use serde_json::{Value, json};

fn with(mut connection: Value, field: &str, value: &str) -> Value {
    let fields = connection["credentials"].as_array_mut().expect("a list");
    fields
        .iter_mut()
        .find(|entry| entry["field"] == *field)
        .expect("a field of the form")["value"] = json!(value);
    connection
}

/// The one user error of connecting with this input, after making sure that nothing was stored.
async fn refusal(bridge: &Bridge, input: Value) -> Value {
    let client = bridge.admin();
    let payload = client.mutate(setup::CONNECT, input).await;
    assert_eq!(payload["integration"], Value::Null);
    let stored = client.run("{ integrations { totalCount } }", json!({})).await;
    assert_eq!(stored["integrations"]["totalCount"], 0, "nothing is stored");
    let errors = payload["userErrors"].as_array().expect("a list");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0]["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()),
        "{errors:?}"
    );
    errors[0].clone()
}

#[tokio::test]
async fn a_wrong_key_is_invalid_credentials() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let error = refusal(&bridge, with(setup::connection(&bridge), "private_key", "wrong")).await;
        assert_eq!(error["code"], "INVALID_CREDENTIALS");
        assert_eq!(error["field"], json!(["credentials"]));
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_unknown_company_names_the_field() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let error = refusal(&bridge, with(setup::connection(&bridge), "company_id", "nobody")).await;
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("INVALID"), &json!(["credentials", "company_id"]))
        );
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_missing_field_an_unknown_field_and_an_unknown_kind_are_named() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let error = refusal(&bridge, with(setup::connection(&bridge), "public_key", " ")).await;
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("REQUIRED"), &json!(["credentials", "public_key"]))
        );

        let mut input = setup::connection(&bridge);
        input["credentials"]
            .as_array_mut()
            .expect("a list")
            .push(json!({ "field": "colour", "value": "x" }));
        let error = refusal(&bridge, input).await;
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("INVALID"), &json!(["credentials", "colour"]))
        );

        let mut input = setup::connection(&bridge);
        input["kind"] = json!("halo");
        let error = refusal(&bridge, input).await;
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("NOT_FOUND"), &json!(["kind"]))
        );
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_host_that_secrets_may_not_be_sent_to_is_refused() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        for site in [
            "https://psa.example.com",
            "http://169.254.169.254",
            "https://user:secret@na.myconnectwise.net",
        ] {
            let error = refusal(&bridge, with(setup::connection(&bridge), "site", site)).await;
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!("INVALID"), &json!(["credentials", "site"])),
                "{site}"
            );
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_psa_that_is_down_is_unavailable() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let input = with(setup::connection(&bridge), "site", "http://127.0.0.1:9");
        let error = refusal(&bridge, input).await;
        assert_eq!(error["code"], "PSA_UNAVAILABLE");
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_revoked_right_is_named_with_its_row_and_stops_activation() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        bridge.simulator.set_rights(&RightsChange {
            module: "Finance".into(),
            function: "Agreements".into(),
            add: None,
            edit: None,
            delete: None,
            inquire: Some(Level::None),
        });
        let payload = client
            .succeed(setup::CHECK_PERMISSIONS, json!({ "integrationId": integration }))
            .await;
        let check = &payload["permissionCheck"];
        assert_eq!(check["passed"], false);
        let rows = check["rows"].as_array().expect("a list");
        let row = rows
            .iter()
            .find(|row| row["function"] == "Agreements")
            .expect("the row is listed");
        assert_eq!(
            (&row["module"], &row["inquire"]),
            (&json!("Finance"), &json!("MISSING"))
        );
        assert!(
            row["remedy"].as_str().is_some_and(|remedy| remedy.contains("Inquire")),
            "{row}"
        );

        let activate = "mutation A($input: ActivateIntegrationInput!) { activateIntegration(input: $input) {
            integration { id } userErrors { code message remedy }
        } }";
        let payload = client.mutate(activate, json!({ "integrationId": integration })).await;
        assert_eq!(payload["integration"], Value::Null);
        let errors = payload["userErrors"].as_array().expect("a list");
        assert!(
            errors.iter().all(|error| error["code"] == "SETUP_INCOMPLETE"),
            "{errors:?}"
        );
        assert!(
            errors
                .iter()
                .any(|error| error["message"] == "The right “Finance > Agreements” is missing."),
            "{errors:?}"
        );

        let payload = client
            .succeed(
                setup::IMPORT,
                json!({ "integrationId": integration, "resources": ["AGREEMENTS"] }),
            )
            .await;
        let job = setup::finished(&client, &setup::text(&payload["jobs"][0]["id"])).await;
        assert_eq!(
            (&job["state"], &job["problem"]["code"]),
            (&json!("FAILED"), &json!("MISSING_PERMISSION"))
        );
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn revoked_keys_break_the_integration_and_new_ones_mend_it() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        bridge.simulator.rotate_keys("public-2", "private-2");
        let payload = client.mutate(setup::CHECK_PERMISSIONS, json!({ "integrationId": integration })).await;
        assert_eq!(payload["userErrors"][0]["code"], "INVALID_CREDENTIALS");
        let status = "query S($id: ID!) { integration(id: $id) { status problem { code remedy } } }";
        let data = client.run(status, json!({ "id": integration })).await;
        assert_eq!(data["integration"]["status"], "BROKEN");
        assert_eq!(data["integration"]["problem"]["code"], "INVALID_CREDENTIALS");

        let rekey = "mutation R($input: UpdateCredentialsInput!) { updateCredentials(input: $input) {
            integration { status problem { code } credentials { field { name } hint } } userErrors { code field message }
        } }";
        let connection = with(with(setup::connection(&bridge), "public_key", "public-2"), "private_key", "private-2");
        let input = json!({ "integrationId": integration, "credentials": connection["credentials"] });
        let payload = client.succeed(rekey, input).await;
        assert_eq!(payload["integration"]["status"], "CONNECTED");
        assert_eq!(payload["integration"]["problem"], Value::Null);
        let credentials = payload["integration"]["credentials"].as_array().expect("a list");
        let hint = |name: &str| credentials.iter().find(|state| state["field"]["name"] == *name).map(|state| &state["hint"]);
        assert_eq!(hint("public_key"), Some(&json!("ic-2")));
        assert_eq!(hint("private_key"), Some(&Value::Null), "a secret has no hint");
        client.succeed(setup::CHECK_PERMISSIONS, json!({ "integrationId": integration })).await;
        bridge.stop().await;
    })
    .await;
}

fn fault_on_companies(fault: Fault, times: Option<u32>) -> FaultRule {
    FaultRule {
        times,
        ..FaultRule::new(fault).on_path("company/companies")
    }
}

#[tokio::test]
async fn an_import_survives_a_busy_psa_and_runs_once_at_a_time() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        for fault in [
            Fault::Status {
                code: 429,
                retry_after: Some(1),
                body: None,
            },
            Fault::Status {
                code: 503,
                retry_after: None,
                body: None,
            },
            Fault::ResetBefore,
        ] {
            bridge.simulator.inject(fault_on_companies(fault, Some(1)));
        }
        let input = json!({ "integrationId": integration, "resources": ["COMPANIES"] });
        let first = client.succeed(setup::IMPORT, input.clone()).await;
        let second = client.succeed(setup::IMPORT, input).await;
        assert_eq!(
            first["jobs"][0]["id"], second["jobs"][0]["id"],
            "the import under way answers"
        );
        let job = setup::finished(&client, &setup::text(&first["jobs"][0]["id"])).await;
        assert_eq!(
            (&job["state"], &job["result"]["added"]),
            (&json!("SUCCEEDED"), &json!(12)),
            "{job:#}"
        );
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_no_api_answer_fails_the_import_with_its_reason() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        bridge.simulator.inject(fault_on_companies(Fault::HtmlBody, None));
        let input = json!({ "integrationId": integration, "resources": ["COMPANIES"] });
        let payload = client.succeed(setup::IMPORT, input).await;
        let job = setup::finished(&client, &setup::text(&payload["jobs"][0]["id"])).await;
        assert_eq!(
            (&job["state"], &job["problem"]["code"]),
            (&json!("FAILED"), &json!("PSA_PROTOCOL")),
            "{job:#}"
        );
        bridge.stop().await;
    })
    .await;
}
