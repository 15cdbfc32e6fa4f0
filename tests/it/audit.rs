//! Who changed what: every change leaves an entry with its actor, what was different, and no secret.

use psa_bridge::auth::Permission;
use psa_tests::{Bridge, Client, on_each_database, setup};
use serde_json::{Value, json};

/// A private key that no other text contains.
const CANARY: &str = "canary-4711";

const LOG: &str = "query L($filter: AuditFilter, $first: Int, $after: String) {
    auditLog(filter: $filter, first: $first, after: $after) {
        nodes { id at actor { kind name } action integrationId subject { kind subjectId name } changes { field before after } }
        pageInfo { hasNextPage endCursor } totalCount
    }
}";

async fn entries(client: &Client, filter: Value) -> Vec<Value> {
    let data = client.run(LOG, json!({ "filter": filter, "first": 100 })).await;
    data["auditLog"]["nodes"].as_array().expect("a list").clone()
}

/// The one entry about this action.
async fn only(client: &Client, action: &str) -> Value {
    let mut found = entries(client, json!({ "actions": [action] })).await;
    assert_eq!(found.len(), 1, "{action}: {found:#?}");
    found.remove(0)
}

fn change<'e>(entry: &'e Value, field: &str) -> (&'e Value, &'e Value) {
    let changes = entry["changes"].as_array().expect("a list");
    let change = changes.iter().find(|change| change["field"] == *field);
    let change = change.unwrap_or_else(|| panic!("{field} is not in {changes:#?}"));
    (&change["before"], &change["after"])
}

#[tokio::test]
async fn a_change_is_told_with_its_actor_and_what_was_before() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        bridge.simulator.rotate_keys("public", CANARY);
        let mut connection = setup::connection(&bridge);
        connection["credentials"][3]["value"] = json!(CANARY);
        let integration = setup::text(&client.succeed(setup::CONNECT, connection).await["integration"]["id"]);
        setup::import(&client, &integration).await;
        let company = setup::report_companies(&client, &["Coho"]).await.remove(0);
        setup::bind_company(&client, &integration, &company, "CohoVineyard").await;
        setup::bind_company(&client, &integration, &company, "CohoVineyard").await;
        setup::bind_product(&client, &integration, "Server", "MBS-SERVER").await;
        let rename = "mutation R($input: RenameIntegrationInput!) { renameIntegration(input: $input) {
            integration { name } userErrors { code } } }";
        client
            .succeed(rename, json!({ "integrationId": integration, "name": "Head office" }))
            .await;
        let policy = "mutation P($input: UpdateBillingPolicyInput!) { updateBillingPolicy(input: $input) {
            policy { unsetPrice } userErrors { code } } }";
        client
            .succeed(
                policy,
                json!({ "integrationId": integration, "unsetPrice": "BLOCK", "guardPercent": "12.5" }),
            )
            .await;

        let connected = only(&client, "INTEGRATION_CONNECTED").await;
        assert_eq!(connected["actor"], json!({ "kind": "USER", "name": "tester" }));
        assert_eq!(connected["integrationId"], json!(integration));
        assert_eq!(connected["subject"]["subjectId"], json!(integration));
        assert_eq!(change(&connected, "connector").1, &json!("connectwise"));
        assert!(change(&connected, "credentials.private_key.setAt").1.is_string());

        let bound = only(&client, "COMPANY_BOUND").await;
        assert_eq!(
            (&bound["subject"]["subjectId"], &bound["subject"]["name"]),
            (&json!(company), &json!("Coho"))
        );
        assert_eq!(change(&bound, "state"), (&json!("UNMAPPED"), &json!("MAPPED")));
        assert_eq!(change(&bound, "psaCompany.name").1, &json!("Coho Vineyard & Winery"));
        assert_eq!(
            change(&only(&client, "PRODUCT_BOUND").await, "psaProduct").1,
            &json!("MBS-SERVER")
        );
        let renamed = only(&client, "INTEGRATION_RENAMED").await;
        assert_eq!(change(&renamed, "name").1, &json!("Head office"));
        assert_eq!(
            renamed["changes"].as_array().map(Vec::len),
            Some(1),
            "only what was different is told"
        );
        let changed = only(&client, "BILLING_POLICY_CHANGED").await;
        assert_eq!(change(&changed, "unsetPrice"), (&json!("PSA_PRODUCT"), &json!("BLOCK")));
        assert_eq!(change(&changed, "guardPercent"), (&Value::Null, &json!("12.5")));

        let about = entries(&client, json!({ "subjectId": company })).await;
        assert_eq!(about.len(), 1, "{about:#?}");
        let nobody = entries(&client, json!({ "actor": "nobody" })).await;
        assert_eq!(nobody, Vec::<Value>::new());
        let all = entries(&client, Value::Null).await;
        let secret = all.iter().map(Value::to_string).find(|entry| entry.contains(CANARY));
        assert_eq!(secret, None);
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_log_is_for_those_who_may_read_it() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        setup::connect(&bridge, &client).await;
        let entry = only(&client, "INTEGRATION_CONNECTED").await;
        let reader = bridge.client("acme", &[Permission::PsaRead]);
        let (_, answer) = reader.send(LOG, json!({})).await.expect("an answer");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        let node = "query N($id: ID!) { node(id: $id) { id } }";
        let hidden = reader.run(node, json!({ "id": entry["id"] })).await;
        assert_eq!(hidden["node"], Value::Null);
        let shown = client.run(node, json!({ "id": entry["id"] })).await;
        assert_eq!(shown["node"]["id"], entry["id"]);
        let stranger = bridge.client("theirs", &[]);
        assert_eq!(entries(&stranger, Value::Null).await, Vec::<Value>::new());
        bridge.stop().await;
    })
    .await;
}
