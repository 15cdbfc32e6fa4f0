//! Charges: exact quantities, and what is billed stands.

use psa_simulator::autotask::RightsChange;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, CONTRACT, ticket};

/// The billing code of cloud storage.
const STORAGE: i64 = 29_682_806;
/// A block-hours contract.
const BLOCK: i64 = CONTRACT + 16;

fn charge() -> Value {
    json!({
        "name": "Cloud storage, GB", "chargeType": 1, "datePurchased": "2026-03-10T00:00:00Z", "unitQuantity": 1024.7,
        "unitPrice": 0.05, "unitCost": 0.02, "billingCodeID": STORAGE,
    })
}

#[tokio::test]
async fn quantities_are_kept_digit_by_digit_and_amounts_are_exact() {
    let bench = Bench::small().await;
    let path = format!("Contracts/{CONTRACT}/Charges");
    let text = charge().to_string().replace("1024.7", "0.30000000000000000004");
    let sent = bench
        .request(Method::POST, &path)
        .header("content-type", "application/json")
        .body(text)
        .send()
        .await;
    let made: Value = sent.expect("an answer").json().await.expect("JSON");
    let id = made["itemId"].as_i64().expect("an id");
    let made = bench.item("ContractCharges", id).await;
    let shown = ["unitQuantity", "billableAmount", "extendedCost"].map(|name| made[name].to_string());
    assert_eq!(
        shown,
        [
            "0.30000000000000000004",
            "0.015000000000000000002",
            "0.0060000000000000000008"
        ]
    );
    bench.patch(&path, json!({ "id": id, "unitQuantity": 2 })).await;
    assert_eq!(
        bench.item("ContractCharges", id).await["billableAmount"].to_string(),
        "0.1"
    );
}

#[tokio::test]
async fn a_charge_names_what_it_is_for_and_takes_prices_from_its_product() {
    let bench = Bench::small().await;
    let path = format!("Contracts/{CONTRACT}/Charges");
    let without = |name: &str| {
        let mut body = charge();
        body.as_object_mut().expect("a charge").remove(name);
        body
    };
    for name in ["name", "chargeType", "datePurchased", "unitQuantity"] {
        let said = bench.refused(Method::POST, &path, without(name)).await;
        assert_eq!(said, format!("Missing Required Field: {name}."));
    }
    let mut body = without("billingCodeID");
    let said = bench.refused(Method::POST, &path, body.clone()).await;
    assert!(said.contains("productID or a billingCodeID"), "{said}");
    body["productID"] = json!(29_682_900);
    body.as_object_mut().expect("a charge").remove("unitPrice");
    let id = bench.create(&path, body).await;
    let made = bench.item("ContractCharges", id).await;
    assert_eq!(
        (made["unitPrice"].to_string(), made["billingCodeID"].as_i64()),
        ("4.6".to_owned(), Some(29_682_804))
    );
    let said = bench
        .refused(Method::POST, &format!("Contracts/{BLOCK}/Charges"), charge())
        .await;
    assert!(said.contains("contract of this type"), "{said}");
}

#[tokio::test]
async fn an_open_charge_can_go_and_a_billed_one_stands() {
    let bench = Bench::small().await;
    let path = format!("Contracts/{CONTRACT}/Charges");
    let gone = bench.create(&path, charge()).await;
    let (status, said) = bench.send(Method::DELETE, &format!("{path}/{gone}"), Value::Null).await;
    assert_eq!((status, said), (200, json!({ "itemId": gone })));
    let billed = bench.create(&path, charge()).await;
    let ticket = bench.create("Tickets", ticket("x")).await;
    let on_ticket = format!("Tickets/{ticket}/Charges");
    let other = bench.create(&on_ticket, charge()).await;
    let posted = bench.simulator.post_periods("2026-03-31".parse().expect("a day"), None);
    assert_eq!(posted.charges, 2);
    for (path, id) in [(&path, billed), (&on_ticket, other)] {
        let said = bench
            .refused(Method::PATCH, path, json!({ "id": id, "unitQuantity": 1 }))
            .await;
        assert!(said.contains("has been billed"), "{said}");
        let said = bench
            .refused(Method::DELETE, &format!("{path}/{id}"), Value::Null)
            .await;
        assert!(said.contains("has been billed"), "{said}");
    }
    let items = bench
        .query(
            "BillingItems",
            json!([{ "op": "eq", "field": "contractChargeID", "value": billed }]),
        )
        .await;
    assert_eq!(
        (items[0]["quantity"].to_string(), items[0]["extendedPrice"].to_string()),
        ("1024.7".to_owned(), "51.235".to_owned())
    );
    let items = bench
        .query(
            "BillingItems",
            json!([{ "op": "eq", "field": "ticketChargeID", "value": other }]),
        )
        .await;
    assert_eq!(items[0]["companyID"], 174);
}

#[tokio::test]
async fn costs_can_be_out_of_sight() {
    let bench = Bench::small().await;
    let id = bench.create(&format!("Contracts/{CONTRACT}/Charges"), charge()).await;
    bench.simulator.hide_costs(true);
    let seen = bench.item("ContractCharges", id).await;
    assert_eq!((&seen["unitCost"], &seen["extendedCost"]), (&Value::Null, &Value::Null));
    assert_eq!(seen["unitPrice"].to_string(), "0.05");
    assert_eq!(bench.item("Services", 1).await["unitCost"], Value::Null);
    // Nothing else of the level changes.
    let change = RightsChange {
        entity: "ContractCharges".to_owned(),
        query: None,
        create: None,
        update: None,
        delete: None,
    };
    assert!(bench.simulator.set_rights(&change));
}
