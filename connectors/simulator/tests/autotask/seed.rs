//! The data sets: their sizes, and that a seed gives the same tenant again.

use psa_simulator::DataSet;
use psa_simulator::autotask::SimulatorOptions;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, options};

async fn start(data_set: DataSet, seed: u64) -> Bench {
    Bench::start(SimulatorOptions {
        data_set,
        seed,
        ..options()
    })
    .await
}

async fn count(bench: &Bench, entity: &str, filter: Value) -> i64 {
    let (status, said) = bench
        .send(
            Method::POST,
            &format!("{entity}/query/count"),
            json!({ "filter": filter }),
        )
        .await;
    assert_eq!(status, 200, "{said}");
    said["queryCount"].as_i64().expect("a number")
}

#[tokio::test]
async fn the_large_tenant_is_large() {
    let bench = start(DataSet::Msp, 1).await;
    let all = || json!([{ "op": "exist", "field": "id" }]);
    assert_eq!(
        count(&bench, "Companies", json!([{ "op": "gt", "field": "id", "value": 0 }])).await,
        2000
    );
    assert_eq!(count(&bench, "Contacts", all()).await, 5000);
    assert_eq!(count(&bench, "Products", all()).await, 500);
    assert_eq!(
        count(
            &bench,
            "Contracts",
            json!([{ "op": "eq", "field": "contractType", "value": 7 }])
        )
        .await,
        1200
    );
    assert!(count(&bench, "ContractServices", all()).await > 2000);
    let open = json!([{ "op": "notExist", "field": "approveAndPostDate" }]);
    let units = count(&bench, "ContractServiceUnits", all()).await;
    let open = count(&bench, "ContractServiceUnits", open).await;
    assert!(open > 0 && open < units, "{open} of {units}");
}

#[tokio::test]
async fn a_seed_gives_the_same_tenant_and_the_first_customers_are_always_there() {
    let names = async |data_set, seed| {
        let bench = start(data_set, seed).await;
        let companies = bench.simulator.records("Companies");
        companies
            .iter()
            .map(|company| company["companyName"].to_string())
            .collect::<Vec<_>>()
    };
    let large = names(DataSet::Msp, 1).await;
    assert_eq!(large, names(DataSet::Msp, 1).await);
    let other = names(DataSet::Msp, 2).await;
    assert_ne!(large, other);
    assert_eq!(large[..13], other[..13]);
    assert_eq!(large[..13], names(DataSet::Small, 3).await);
}

#[tokio::test]
async fn every_record_is_one_that_its_entity_describes() {
    let bench = start(DataSet::Small, 1).await;
    let state = bench.simulator.dump().expect("a state");
    for (entity, table) in state["records"].as_object().expect("entities") {
        let said = bench.read(&format!("{entity}/entityInformation/fields")).await;
        let fields = said["fields"].as_array().expect("fields");
        for record in table["records"].as_array().expect("records") {
            for (name, value) in record.as_object().expect("a record") {
                let field = fields.iter().find(|field| field["name"] == *name);
                let known = field.is_some() || name.starts_with('_');
                assert!(known, "{entity}: {name}");
                let Some(field) = field else { continue };
                let fits = match field["dataType"].as_str().expect("a type") {
                    "integer" | "long" => value.is_i64(),
                    "double" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    _ => value.is_string(),
                };
                assert!(fits, "{entity}: {name} is {value}");
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if let Some(values) = field["picklistValues"].as_array() {
                    assert!(
                        values.iter().any(|known| known["value"] == shown),
                        "{entity}: {name} is {value}"
                    );
                }
            }
        }
    }
}
