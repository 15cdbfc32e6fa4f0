//! The README's walk, run as it is written: every operation in its order, with the ids of earlier answers.

use std::collections::BTreeMap;

use psa_tests::{Bridge, Client, on_each_database, setup, wait};
use serde_json::{Value, json};

const README: &str = include_str!("../../README.md");

/// The operations between the `walk` markers.
fn operations() -> Vec<&'static str> {
    let (_, walk) = README.split_once("<!-- walk -->").expect("the walk begins");
    let (walk, _) = walk.split_once("<!-- /walk -->").expect("the walk ends");
    walk.split("```graphql\n")
        .skip(1)
        .map(|block| block.split("```").next().expect("the block ends"))
        .collect()
}

/// What stands in capitals, by its word.
#[derive(Default)]
struct Known(BTreeMap<&'static str, String>);

impl Known {
    fn learn(&mut self, word: &'static str, value: &Value) {
        self.0.insert(word, setup::text(value));
    }

    async fn run(&self, client: &Client, operation: &str) -> Value {
        let mut operation = operation.to_owned();
        for (word, value) in &self.0 {
            operation = operation.replace(&format!("\"{word}\""), &format!("\"{value}\""));
        }
        let data = client.run(&operation, json!({})).await;
        for (field, payload) in data.as_object().expect("data") {
            assert!(
                payload["userErrors"].as_array().is_none_or(Vec::is_empty),
                "{field}: {payload:#}"
            );
            for result in payload["results"].as_array().into_iter().flatten() {
                assert_eq!(result["error"], Value::Null, "{field}");
            }
        }
        data
    }
}

fn named<'v>(list: &'v Value, name: &str) -> &'v Value {
    let list = list.as_array().expect("a list");
    list.iter()
        .find(|entry| entry["name"] == *name)
        .unwrap_or_else(|| panic!("no {name} in {list:?}"))
}

#[tokio::test]
async fn the_walk_works_as_written() {
    on_each_database(|database| async move {
        let bridge = Bridge::start(&database).await;
        let client = bridge.admin();
        let mut known = Known::default();
        let mut operations = operations().into_iter();
        let mut next = || operations.next().expect("the walk has another operation");

        known.0.insert("SITE", bridge.simulator.base_url().to_owned());
        let data = known.run(&client, next()).await;
        known.learn("INTEGRATION", &data["connectPsa"]["integration"]["id"]);
        let data = known.run(&client, next()).await;
        for job in data["importFromPsa"]["jobs"].as_array().expect("jobs") {
            assert_eq!(
                setup::finished(&client, &setup::text(&job["id"])).await["state"],
                "SUCCEEDED"
            );
        }
        known.run(&client, next()).await;
        let data = known.run(&client, next()).await;
        known.learn("COMPANY", &data["acceptSuggestions"]["bound"][0]["company"]["id"]);
        known.learn(
            "PSA_COMPANY",
            &data["acceptSuggestions"]["bound"][0]["psaCompany"]["id"],
        );
        let data = known.run(&client, next()).await;
        let integration = &data["integration"];
        let products: Vec<_> = integration["products"]
            .as_array()
            .expect("products")
            .iter()
            .map(|row| row["product"].clone())
            .collect();
        known.learn("PRODUCT", &named(&json!(products), "Server")["id"]);
        known.learn("MBS_SERVER", &integration["psaProducts"]["nodes"][0]["id"]);
        known.learn("AGREEMENT", &integration["agreements"]["nodes"][0]["id"]);
        let board = named(&integration["boards"], "Backup Alerts");
        known.learn("BOARD", &board["id"]);
        known.learn("NEW_STATUS", &named(&board["statuses"], "New")["externalId"]);
        known.learn("CLOSED_STATUS", &named(&board["statuses"], "Completed")["externalId"]);
        known.run(&client, next()).await;
        let data = known.run(&client, next()).await;
        assert_eq!(data["activateIntegration"]["integration"]["status"], "ACTIVE");
        let data = known.run(&client, next()).await;
        assert_eq!(data["setCompanyBilling"]["companies"][0]["problems"], json!([]));

        let data = known.run(&client, next()).await;
        known.learn("RUN", &data["planBilling"]["run"]["id"]);
        let show = next();
        let planned = wait::until("the plan", || async {
            let data = known.run(&client, show).await;
            (data["node"]["state"] != "PLANNING").then_some(data)
        })
        .await;
        assert_eq!(planned["node"]["state"], "WAITING_FOR_APPROVAL", "{planned:#}");
        assert_eq!(planned["node"]["totals"]["changes"], 1, "{planned:#}");
        let version = planned["node"]["version"].to_string();
        let approve = next().replace("expectedVersion: 0", &format!("expectedVersion: {version}"));
        known.run(&client, &approve).await;
        wait::until("the billing", || async {
            let data = known.run(&client, show).await;
            (data["node"]["state"] == "APPLIED").then_some(())
        })
        .await;
        let additions = bridge.simulator.records("additions");
        let server = additions.iter().filter(|addition| {
            addition["product"]["identifier"] == "MBS-SERVER"
                && addition["invoiceDescription"] == "Server: 1 pcs, October 2026"
        });
        assert_eq!(server.count(), 1);

        known.run(&client, next()).await;
        let incidents = next();
        wait::until("the ticket", || async {
            let data = known.run(&client, incidents).await;
            let incident = &data["integration"]["ticketing"]["incidents"]["nodes"][0];
            (incident["ticket"]["status"] == "New").then_some(())
        })
        .await;
        assert_eq!(bridge.simulator.records("tickets").len(), 1);
        assert!(operations.next().is_none(), "every operation is run");
        bridge.stop().await;
    })
    .await;
}
