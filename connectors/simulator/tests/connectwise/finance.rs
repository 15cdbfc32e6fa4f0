//! Agreements as they are written, adjustments, invoices.

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, Level};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Bench;

const AGREEMENTS: &str = "finance/agreements";

#[tokio::test]
async fn an_agreement_takes_its_status_from_its_dates() {
    let bench = Bench::small().await;
    bench.grant("Finance", "Agreements", Level::All);
    let contact = bench.read("company/contacts?conditions=company/id=250").await[0]["id"].clone();
    let body = json!({
        "name": "Backup", "type": { "name": "managed services" }, "company": { "id": 250 }, "contact": { "id": contact },
    });
    let (status, made) = bench.post(AGREEMENTS, body.clone()).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (
            &made["agreementStatus"],
            &made["startDate"],
            &made["billingCycle"]["name"],
            &made["nextInvoiceDate"]
        ),
        (
            &json!("Active"),
            &json!("2026-03-15T00:00:00Z"),
            &json!("Monthly"),
            &json!("2026-04-01T00:00:00Z")
        )
    );
    assert_eq!(
        (&made["prorateFlag"], &made["billTime"]),
        (&json!(true), &json!("Billable"))
    );
    let path = format!("{AGREEMENTS}/{}", made["id"]);
    let addition = json!({ "product": { "id": 1 }, "billCustomer": "Billable" });
    assert_eq!(bench.post(&format!("{path}/additions"), addition).await.0, 201);

    for (field, value, status) in [
        ("startDate", json!("2026-04-01T00:00:00Z"), "Inactive"),
        ("startDate", json!("2026-01-01T00:00:00Z"), "Active"),
        ("cancelledFlag", json!(true), "Cancelled"),
    ] {
        let change = json!([{ "op": "replace", "path": field, "value": value }]);
        assert_eq!(bench.patch(&path, change).await.1["agreementStatus"], status);
        assert_eq!(
            bench.read(&format!("{path}/additions")).await[0]["agreementStatus"],
            status
        );
    }
    assert_eq!(bench.read(&path).await["dateCancelled"], "2026-03-15T00:00:00Z");
    let mut ended = body;
    ended["startDate"] = json!("2025-01-01T00:00:00Z");
    ended["endDate"] = json!("2025-12-31T00:00:00Z");
    let (status, replaced) = bench.send(Method::PUT, &path, ended.clone()).await;
    assert_eq!(
        (status, &replaced["agreementStatus"], &replaced["cancelledFlag"]),
        (200, &json!("Expired"), &json!(false))
    );
    ended["endDate"] = json!("2024-12-31T00:00:00Z");
    let (status, body) = bench.post(AGREEMENTS, ended).await;
    assert_eq!((status, &body["errors"][0]["field"]), (400, &json!("endDate")));

    assert_eq!(
        bench.send(Method::DELETE, &path, Value::Null).await.0,
        409,
        "it has an addition"
    );
    let addition = bench.read(&format!("{path}/additions")).await[0]["id"].clone();
    assert_eq!(
        bench
            .send(Method::DELETE, &format!("{path}/additions/{addition}"), Value::Null)
            .await
            .0,
        204
    );
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 204);
}

#[tokio::test]
async fn an_addition_is_replaced_whole() {
    let bench = Bench::small().await;
    let path = "finance/agreements/1/additions/1";
    let before = bench.read(path).await;
    let body = json!({ "product": { "id": 2 }, "billCustomer": "NoCharge", "quantity": 7, "effectiveDate": "2025-03-01T00:00:00Z" });
    let (status, after) = bench.send(Method::PUT, path, body).await;
    assert_eq!(status, 200, "{after}");
    assert_eq!(
        (&after["id"], &after["billCustomer"]),
        (&before["id"], &json!("NoCharge"))
    );
    assert_eq!(
        (after["quantity"].to_string(), after["extPrice"].to_string()),
        ("7".to_owned(), "63.0".to_owned())
    );
}

#[tokio::test]
async fn adjustments_belong_to_their_agreement() {
    let bench = Bench::small().await;
    let path = "finance/agreements/1/adjustments";
    assert_eq!(bench.read(path).await, json!([]));
    let body = json!({ "amount": -12.5, "description": "Credit", "effectiveDate": "2026-03-01T00:00:00Z" });
    let (status, made) = bench.post(path, body).await;
    assert_eq!(
        (status, &made["agreementId"], made["amount"].to_string()),
        (201, &json!(1), "-12.5".to_owned())
    );
    assert_eq!(bench.read(&format!("{path}/count")).await["count"], 1);
    assert_eq!(bench.read("finance/agreements/2/adjustments/count").await["count"], 0);
}

#[tokio::test]
async fn invoices_add_up_and_need_their_right() {
    let bench = Bench::with(DataSet::Msp, Assumptions::default()).await;
    let invoices = bench
        .read("finance/invoices?pageSize=1000&conditions=type='Agreement'")
        .await;
    let invoices = invoices.as_array().expect("an array");
    assert_eq!(
        json!(invoices.len()),
        bench.read("finance/invoices/count").await["count"]
    );
    assert!(!invoices.is_empty());
    for invoice in invoices {
        let cents = |name: &str| (invoice[name].as_f64().expect("a number") * 100.0).round();
        assert!(
            (cents("subtotal") + cents("salesTax") - cents("total")).abs() < 0.5,
            "{invoice}"
        );
        assert!(
            (cents("payments") + cents("balance") - cents("total")).abs() < 0.5,
            "{invoice}"
        );
        assert_eq!(invoice["applyToId"], invoice["agreement"]["id"]);
    }
    assert_eq!(bench.read("finance/invoices/1").await, invoices[0]);
    bench.grant("Finance", "Invoicing", Level::None);
    assert_eq!(bench.get("finance/invoices/1").await.status(), 403);
}
