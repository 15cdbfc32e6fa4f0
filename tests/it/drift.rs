//! What happens in the PSA after companies were bound: the next refresh says it of each, and bindings keep to ids.

use std::sync::Arc;

use chrono::TimeDelta;
use psa_bridge::integrations::upkeep;
use psa_tests::{Bridge, Client, MovedClock, Options, on_each_database, setup, wait};
use serde_json::{Map, Value, json};

const IMPORTS: &str = "query I($id: ID!) { integration(id: $id) { imports {
    resource added changed gone fullAt nextAt job { id importChanges { nodes {
        resource kind externalId name changes { field before after }
    } } }
} } }";

/// The last finished import of companies.
async fn last_import(client: &Client, integration: &str) -> Value {
    let data = client.run(IMPORTS, json!({ "id": integration })).await;
    let imports = data["integration"]["imports"].as_array().expect("a list").clone();
    let companies = imports.into_iter().find(|state| state["resource"] == "COMPANIES");
    companies.expect("companies were imported")
}

async fn refresh(client: &Client, integration: &str, mode: &str) -> Value {
    let input = json!({ "integrationId": integration, "resources": ["COMPANIES"], "mode": mode });
    let payload = client.succeed(setup::IMPORT, input).await;
    let job = setup::finished(client, &setup::text(&payload["jobs"][0]["id"])).await;
    assert_eq!(job["state"], "SUCCEEDED", "{job:#}");
    last_import(client, integration).await
}

/// The binding of every bound console company: its health and the PSA company's id in the PSA.
async fn bindings(client: &Client, integration: &str) -> Vec<(String, String, String)> {
    let query = "query B($id: ID!) { integration(id: $id) { companies(filter: { state: MAPPED }) { nodes {
        company { name } health psaCompany { externalId }
    } } } }";
    let data = client.run(query, json!({ "id": integration })).await;
    let rows = data["integration"]["companies"]["nodes"].as_array().expect("a list");
    let of = |row: &Value| {
        let text = |path: &str| setup::text(row.pointer(path).expect("a value"));
        (text("/company/name"), text("/health"), text("/psaCompany/externalId"))
    };
    rows.iter().map(of).collect()
}

/// The PSA's id of a company of the simulator.
fn id_of(bridge: &Bridge, identifier: &str) -> i64 {
    let companies = bridge.simulator.records("companies");
    let found = companies.iter().find(|company| company["identifier"] == *identifier);
    found
        .and_then(|company| company["id"].as_i64())
        .expect("the simulator has it")
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn kinds(import: &Value) -> Vec<(String, String)> {
    let changes = import["job"]["importChanges"]["nodes"].as_array().expect("a list");
    let mut kinds: Vec<_> = changes
        .iter()
        .map(|change| (setup::text(&change["kind"]), setup::text(&change["externalId"])))
        .collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn renamed_merged_and_deleted_companies_are_told_and_keep_their_ids() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        assert_eq!(
            kinds(&last_import(&client, &integration).await),
            [],
            "everything is new to the first import"
        );
        let names = ["Kept", "Renamed", "Merged", "Deleted"];
        let identifiers = ["ContosoDental", "Fabrikam", "Northwind", "CohoVineyard"];
        let companies = setup::report_companies(&client, &names).await;
        for (company, identifier) in companies.iter().zip(identifiers) {
            setup::bind_company(&client, &integration, company, identifier).await;
        }
        let ids = identifiers.map(|identifier| id_of(&bridge, identifier));
        let renamed = json!({ "id": ids[1], "name": "Fabrikam International" });
        bridge
            .simulator
            .upsert("companies", members(&renamed))
            .expect("it is renamed");
        // A merge leaves the surviving company and takes the other one away; a deletion puts it into the recycle bin.
        bridge.simulator.remove("companies", ids[2]).expect("it was there");
        let deleted = json!({ "id": ids[3], "deletedFlag": true });
        bridge
            .simulator
            .upsert("companies", members(&deleted))
            .expect("it is in the recycle bin");

        let import = refresh(&client, &integration, "FULL").await;
        let text = |id: i64| id.to_string();
        assert_eq!(
            (&import["added"], &import["changed"], &import["gone"]),
            (&json!(0), &json!(1), &json!(2))
        );
        assert_eq!(
            kinds(&import),
            [
                ("CHANGED".to_owned(), text(ids[1])),
                ("GONE".to_owned(), text(ids[2].min(ids[3]))),
                ("GONE".to_owned(), text(ids[2].max(ids[3]))),
            ]
        );
        let changes = import["job"]["importChanges"]["nodes"].as_array().expect("a list");
        let rename = changes
            .iter()
            .find(|change| change["kind"] == "CHANGED")
            .expect("the rename");
        assert_eq!(rename["name"], "Fabrikam International");
        assert_eq!(rename["changes"][0]["field"], "name");
        let mut found = bindings(&client, &integration).await;
        found.sort();
        let expected = [
            ("Deleted", "DELETED", ids[3]),
            ("Kept", "OK", ids[0]),
            ("Merged", "DELETED", ids[2]),
            ("Renamed", "RENAMED", ids[1]),
        ];
        assert_eq!(
            found,
            expected.map(|(name, health, id)| (name.to_owned(), health.to_owned(), text(id)))
        );

        let back = json!({ "id": ids[3], "deletedFlag": false });
        bridge
            .simulator
            .upsert("companies", members(&back))
            .expect("it is restored");
        let import = refresh(&client, &integration, "FULL").await;
        assert_eq!(kinds(&import), [("RETURNED".to_owned(), text(ids[3]))]);
        let restored = bindings(&client, &integration).await;
        assert!(
            restored
                .iter()
                .any(|(name, health, _)| name == "Deleted" && health == "OK"),
            "{restored:?}"
        );
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn companies_outside_the_filter_are_missing_and_not_deleted() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        let values =
            "query V($id: ID!) { integration(id: $id) { companyFilterValues { types { externalId name } statuses { externalId name } }
            importSettings { companyTypes { externalId } refreshHours version } } }";
        let data = client.run(values, json!({ "id": integration })).await;
        let types = data["integration"]["companyFilterValues"]["types"]
            .as_array()
            .expect("a list")
            .clone();
        let other = types.last().expect("there are types").clone();
        let psa_company = id_of(&bridge, "CohoVineyard");
        let id: i64 = setup::text(&other["externalId"]).parse().expect("a number");
        let changed = json!({ "id": psa_company, "types": [{ "id": id, "name": other["name"] }] });
        bridge
            .simulator
            .upsert("companies", members(&changed))
            .expect("it has another type");
        assert_eq!(data["integration"]["importSettings"]["refreshHours"], 6);
        setup::import(&client, &integration).await;
        let all = client
            .run(
                "query C($id: ID!) { integration(id: $id) { psaCompanies { nodes { externalId types } } } }",
                json!({ "id": integration }),
            )
            .await;
        let all = all["integration"]["psaCompanies"]["nodes"]
            .as_array()
            .expect("a list")
            .clone();
        let most = |value: &&Value| all.iter().filter(|row| row["types"][0] == value["name"]).count() > 1;
        let customer = types.iter().find(most).expect("a type that most companies have");
        let customers = all.iter().filter(|row| row["types"][0] == customer["name"]).count();
        assert!(customers > 0 && customers < all.len(), "{all:#?}");

        let update = "mutation U($input: UpdateImportSettingsInput!) { updateImportSettings(input: $input) {
            importSettings { companyTypes { externalId name } version } userErrors { code field remedy } } }";
        let wrong =
            json!({ "integrationId": integration, "companyTypeIds": [customer["externalId"], "4711"], "refreshHours": 1000 });
        let refused = client.mutate(update, wrong).await;
        let fields: Vec<_> = refused["userErrors"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|e| e["field"].clone())
            .collect();
        assert_eq!(fields, [json!(["refreshHours"]), json!(["companyTypeIds", "1"])]);
        let right = json!({ "integrationId": integration, "companyTypeIds": [customer["externalId"]], "refreshHours": 12 });
        let saved = client.succeed(update, right).await;
        assert_eq!(
            saved["importSettings"],
            json!({ "companyTypes": [customer], "version": 1 })
        );
        let import = refresh(&client, &integration, "FULL").await;
        assert_eq!(import["gone"], json!(all.len() - customers));
        let listed = "query C($id: ID!, $all: Boolean!) { integration(id: $id) {
            psaCompanies(filter: { includeDeleted: $all }) { totalCount nodes { deleted missing } } } }";
        let shown = client.run(listed, json!({ "id": integration, "all": false })).await;
        assert_eq!(shown["integration"]["psaCompanies"]["totalCount"], json!(customers));
        let kept = client.run(listed, json!({ "id": integration, "all": true })).await;
        let rows = kept["integration"]["psaCompanies"]["nodes"].as_array().expect("a list");
        assert_eq!(
            rows.iter().filter(|row| row["missing"] == true).count(),
            all.len() - customers
        );
        assert!(rows.iter().all(|row| row["deleted"] == false));

        let widened = json!({ "integrationId": integration, "companyTypeIds": [] });
        client.succeed(update, widened).await;
        refresh(&client, &integration, "FULL").await;
        let shown = client.run(listed, json!({ "id": integration, "all": false })).await;
        assert_eq!(shown["integration"]["psaCompanies"]["totalCount"], json!(all.len()));
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn imports_and_rights_are_refreshed_by_themselves() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: Arc::clone(&clock) as Arc<_>,
            ..Options::default()
        };
        let bridge = Bridge::start_with(&database, options).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        client
            .succeed(setup::CHECK_PERMISSIONS, json!({ "integrationId": integration }))
            .await;
        setup::import(&client, &integration).await;
        let first = last_import(&client, &integration).await;
        upkeep::look(&bridge.app).await.expect("it can look");
        assert_eq!(last_import(&client, &integration).await, first, "nothing is due yet");

        bridge.simulator.set_rights(&psa_simulator::connectwise::RightsChange {
            module: "Finance".into(),
            function: "Agreements".into(),
            add: None,
            edit: None,
            delete: None,
            inquire: Some(psa_simulator::connectwise::Level::None),
        });
        bridge.simulator.rotate_keys("public-2", "private-2");
        clock.advance(TimeDelta::hours(25));
        let client = bridge.admin();
        upkeep::look(&bridge.app).await.expect("it can look");
        let status =
            "query S($id: ID!) { integration(id: $id) { status features { feature health problems { message } }
            permissionCheck { passed } } }";
        wait::until("the check of the keys", || async {
            let data = client.run(status, json!({ "id": integration })).await;
            (data["integration"]["status"] == "BROKEN").then_some(())
        })
        .await;
        // The same keys are accepted again: the next nightly check mends what it broke.
        bridge.simulator.rotate_keys("public", "private");
        clock.advance(TimeDelta::hours(25));
        let client = bridge.admin();
        upkeep::look(&bridge.app).await.expect("it can look");
        let data = wait::until("the integration to be mended", || async {
            let data = client.run(status, json!({ "id": integration })).await;
            (data["integration"]["status"] == "CONNECTED" && data["integration"]["permissionCheck"]["passed"] == false)
                .then_some(data)
        })
        .await;
        let import = &data["integration"]["features"][0];
        assert_eq!(
            (&import["feature"], &import["health"]),
            (&json!("IMPORT"), &json!("WORKING"))
        );
        upkeep::look(&bridge.app).await.expect("it can look");
        let refreshed = wait::until("a refresh", || async {
            let import = last_import(&client, &integration).await;
            (import["fullAt"] != first["fullAt"]).then_some(import)
        })
        .await;
        assert!(refreshed["nextAt"].is_string(), "{refreshed:#}");
        let log = "query L($id: ID!) { auditLog(filter: { integrationId: $id, actorKind: SYSTEM }) { nodes {
            action actor { name } changes { field before after } } } }";
        let data = client.run(log, json!({ "id": integration })).await;
        let entries = data["auditLog"]["nodes"].as_array().expect("a list");
        for action in ["INTEGRATION_BROKE", "PERMISSIONS_CHANGED", "INTEGRATION_MENDED"] {
            assert_eq!(
                entries.iter().filter(|entry| entry["action"] == *action).count(),
                1,
                "{action}: {entries:#?}"
            );
        }
        let rights = entries
            .iter()
            .find(|entry| entry["action"] == "PERMISSIONS_CHANGED")
            .expect("an entry");
        assert_eq!(
            rights["changes"],
            json!([{ "field": "Finance > Agreements.inquire", "before": "GRANTED", "after": "MISSING" }])
        );
        bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn agreements_come_with_their_additions() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        setup::import(&client, &integration).await;
        let query = "query A($id: ID!) { integration(id: $id) { agreements { nodes { externalId additions {
            externalId quantity unitPrice product { identifier }
        } } } } }";
        let count = |data: &Value| -> usize {
            let agreements = data["integration"]["agreements"]["nodes"].as_array().expect("a list");
            agreements
                .iter()
                .map(|row| row["additions"].as_array().map_or(0, Vec::len))
                .sum()
        };
        let data = client.run(query, json!({ "id": integration })).await;
        let there = bridge.simulator.records("additions").len();
        assert!(there > 0);
        assert_eq!(count(&data), there, "{data:#}");
        let addition = bridge.simulator.records("additions")[0]["id"].as_i64().expect("an id");
        bridge.simulator.remove("additions", addition).expect("it was there");
        let input = json!({ "integrationId": integration, "resources": ["AGREEMENTS"] });
        let payload = client.succeed(setup::IMPORT, input).await;
        setup::finished(&client, &setup::text(&payload["jobs"][0]["id"])).await;
        let data = client.run(query, json!({ "id": integration })).await;
        assert_eq!(count(&data), there - 1, "what the PSA no longer has is forgotten");
        bridge.stop().await;
    })
    .await;
}
