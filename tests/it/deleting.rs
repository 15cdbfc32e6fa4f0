//! Deleting an integration: asked for by name, and nothing of it is left in any table.

use std::collections::BTreeSet;

use psa_tests::{Bridge, on_each_database, setup};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};

/// Deletes an integration.
pub const DELETE: &str = "mutation D($input: DeleteIntegrationInput!) { deleteIntegration(input: $input) {
    integration { status } job { id kind } userErrors { code field message remedy }
} }";

/// The tables that have rows, but for SQLite's own, which only count those of the others.
pub async fn tables_with_rows(db: &DatabaseConnection) -> BTreeSet<String> {
    let backend = db.get_database_backend();
    let names = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        _ => "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut filled = BTreeSet::new();
    for row in db
        .query_all_raw(Statement::from_string(backend, names))
        .await
        .expect("tables")
    {
        let name: String = row.try_get("", "name").expect("a name");
        let any = Statement::from_string(backend, format!("SELECT 1 FROM \"{name}\" LIMIT 1"));
        if db.query_one_raw(any).await.expect("a table can be read").is_some() {
            filled.insert(name);
        }
    }
    filled
}

/// What may have rows when there is no integration: the tenant, what the console reported, and the log.
pub fn belongs_to_nobody_else() -> BTreeSet<String> {
    [
        "provider",
        "console_company",
        "license",
        "license_period",
        "audit_entry",
        "job",
        "seaql_migrations",
    ]
    .map(str::to_owned)
    .into()
}

#[tokio::test]
async fn nothing_is_left_but_what_is_not_its_own() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        client
            .succeed(setup::CHECK_PERMISSIONS, json!({ "integrationId": integration }))
            .await;
        setup::import(&client, &integration).await;
        let company = setup::report_companies(&client, &["Coho"]).await.remove(0);
        setup::bind_company(&client, &integration, &company, "CohoVineyard").await;
        setup::report_licenses(&client, "c0", &[("Server", 1)]).await;
        setup::bind_product(&client, &integration, "Server", "MBS-SERVER").await;
        let before = tables_with_rows(bridge.app.db.read()).await;
        assert!(before.len() > belongs_to_nobody_else().len(), "{before:?}");

        let input = |name: &str| json!({ "integrationId": integration, "confirmName": name });
        let refused = client.mutate(DELETE, input("ConnectWise")).await;
        assert_eq!(
            (&refused["userErrors"][0]["code"], &refused["userErrors"][0]["field"]),
            (&json!("INVALID"), &json!(["confirmName"]))
        );
        let begun = client.succeed(DELETE, input(" ConnectWise PSA ")).await;
        assert_eq!(begun["integration"]["status"], "DELETING");
        let job = setup::text(&begun["job"]["id"]);
        let ended = setup::finished(&client, &job).await;
        assert_eq!(ended["state"], "SUCCEEDED", "{ended:#}");

        let gone = client
            .run(
                "query I($id: ID!) { integration(id: $id) { id } }",
                json!({ "id": integration }),
            )
            .await;
        assert_eq!(gone["integration"], Value::Null);
        let left = tables_with_rows(bridge.app.db.read()).await;
        assert_eq!(left, belongs_to_nobody_else());
        let companies = client.run("{ consoleCompanies { totalCount } }", json!({})).await;
        assert_eq!(
            companies["consoleCompanies"]["totalCount"], 1,
            "the console's data stays"
        );
        let log = client
            .run("{ auditLog { nodes { action subject { name } } } }", json!({}))
            .await;
        let entries = log["auditLog"]["nodes"].as_array().expect("a list");
        assert_eq!(entries[0]["action"], "INTEGRATION_DELETED");
        assert_eq!(entries[0]["subject"]["name"], "ConnectWise PSA");
        let again = client.mutate(DELETE, input("ConnectWise PSA")).await;
        assert_eq!(again["userErrors"][0]["code"], "NOT_FOUND");
        setup::connect(&bridge, &client).await;
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn while_it_is_being_deleted_nothing_is_changed_and_the_job_cannot_be_stopped() {
    on_each_database(|database| async move {
        let options = psa_tests::Options {
            worker: false,
            ..psa_tests::Options::default()
        };
        let bridge = Bridge::start_with(&database, options).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        let queued = client
            .succeed(
                setup::IMPORT,
                json!({ "integrationId": integration, "resources": ["BOARDS"] }),
            )
            .await;
        let input = json!({ "integrationId": integration, "confirmName": "ConnectWise PSA" });
        let begun = client.succeed(DELETE, input.clone()).await;
        let again = client.succeed(DELETE, input).await;
        assert_eq!(begun["job"]["id"], again["job"]["id"]);
        let import = setup::finished(&client, &setup::text(&queued["jobs"][0]["id"])).await;
        assert_eq!(import["state"], "CANCELLED");

        let refused = client
            .mutate(setup::IMPORT, json!({ "integrationId": integration }))
            .await;
        assert_eq!(refused["userErrors"][0]["code"], "WRONG_STATE");
        let stop = "mutation S($input: CancelJobInput!) { cancelJob(input: $input) { userErrors { code field } } }";
        let refused = client.mutate(stop, json!({ "jobId": begun["job"]["id"] })).await;
        assert_eq!(
            refused["userErrors"][0],
            json!({ "code": "WRONG_STATE", "field": ["jobId"] })
        );
        bridge.stop().await;
    })
    .await;
}
