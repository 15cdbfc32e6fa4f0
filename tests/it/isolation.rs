//! Not yours and not there are the same answer: every node of one provider, asked for by another.

use psa_bridge::auth::Permission;
use psa_tests::{Bridge, on_each_database, setup};
use serde_json::{Value, json};

#[tokio::test]
async fn another_providers_records_are_not_there() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let (ours, theirs) = (bridge.client("ours", &[]), bridge.client("theirs", &[]));
        let integration = setup::connect(&bridge, &ours).await;
        setup::import(&ours, &integration).await;
        let company = setup::report_companies(&ours, &["Coho"]).await.remove(0);
        let psa_company = setup::bind_company(&ours, &integration, &company, "CohoVineyard").await;
        setup::report_licenses(&ours, "c0", &[("Server", 1)]).await;
        setup::bind_product(&ours, &integration, "Server", "MBS-SERVER").await;

        let query = "query Q($id: ID!) { viewer { provider { id } } integration(id: $id) {
            id jobs(first: 1) { nodes { id } } companies { nodes { id company { id } psaCompany { id } } }
            products { id } psaProducts(first: 1) { nodes { id } } agreements(first: 1) { nodes { id } } boards { id }
        } }";
        let data = ours.run(query, json!({ "id": integration })).await;
        let mut ids = Vec::new();
        collect_ids(&data, &mut ids);
        assert!(ids.len() >= 9, "{ids:?}");
        for id in &ids {
            let node = "query Node($id: ID!) { node(id: $id) { id __typename } }";
            let mine = ours.run(node, json!({ "id": id })).await;
            assert_eq!(mine["node"]["id"], *id, "the owner finds it: {mine}");
            let not_mine = theirs.run(node, json!({ "id": id })).await;
            assert_eq!(not_mine["node"], Value::Null, "{mine}");
        }
        let data = theirs
            .run(
                "query Q($id: ID!) { integration(id: $id) { id } }",
                json!({ "id": integration }),
            )
            .await;
        assert_eq!(data["integration"], Value::Null);

        let bindings = json!([{ "companyId": company, "psaCompanyId": psa_company }]);
        let stolen = theirs
            .mutate(
                setup::BIND_COMPANIES,
                json!({ "integrationId": integration, "bindings": bindings }),
            )
            .await;
        assert_eq!(stolen["userErrors"][0]["code"], "NOT_FOUND");
        let unknown = theirs
            .mutate(
                setup::BIND_COMPANIES,
                json!({ "integrationId": "bm90aGluZw", "bindings": bindings }),
            )
            .await;
        assert_eq!(
            stolen["userErrors"], unknown["userErrors"],
            "not yours and not there are the same"
        );
        let stolen = theirs
            .mutate(setup::IMPORT, json!({ "integrationId": integration }))
            .await;
        assert_eq!(stolen["userErrors"][0]["code"], "NOT_FOUND");
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_token_allows_what_it_says_and_nothing_more() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let reader = bridge.client("acme", &[Permission::PsaRead]);
        let (_, answer) = reader
            .send(setup::CONNECT, json!({ "input": setup::connection(&bridge) }))
            .await
            .expect("an answer");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        let agent = bridge.client("acme", &[Permission::AgentReport]);
        setup_report(&agent).await;
        let (_, answer) = agent
            .send("{ integrations { nodes { id } } }", json!({}))
            .await
            .expect("an answer");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        let (status, answer) = psa_tests::Client::new(&bridge.base, None)
            .send("{ viewer { subject } }", json!({}))
            .await
            .expect("an answer");
        assert_eq!(
            (status, &answer["errors"][0]["extensions"]["code"]),
            (401, &json!("UNAUTHENTICATED")),
            "{answer}"
        );
        bridge.stop().await;
    })
    .await;
}

async fn setup_report(agent: &psa_tests::Client) {
    let records = json!([{ "externalId": "c0", "name": "Coho" }]);
    agent
        .succeed(setup::REPORT_COMPANIES, json!({ "records": records }))
        .await;
}

fn collect_ids(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Value::String(id) if name == "id" => ids.push(id.clone()),
            other => collect_ids(other, ids),
        }),
        Value::Array(values) => values.iter().for_each(|value| collect_ids(value, ids)),
        _ => {}
    }
}
