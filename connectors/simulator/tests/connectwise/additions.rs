//! Additions: strict bodies, defaults, arithmetic, dates.

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, InactiveProduct};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Bench;

const ADDITIONS: &str = "finance/agreements/1/additions";

fn upsert(bench: &Bench, kind: &str, members: &Value) {
    bench
        .simulator
        .upsert(kind, members.as_object().expect("an object").clone())
        .expect("a kind");
}

#[tokio::test]
async fn a_body_is_read_strictly() {
    let bench = Bench::small().await;
    let (status, body) = bench
        .post(ADDITIONS, json!({ "product": { "id": 1 }, "amount": 3 }))
        .await;
    assert_eq!(status, 400);
    assert_eq!(
        body["message"],
        "Could not find member 'amount' on object of type 'Addition'."
    );

    let (status, body) = bench
        .post(
            ADDITIONS,
            json!({ "product": { "id": 1 }, "serialNumber": "x".repeat(51) }),
        )
        .await;
    assert_eq!(
        (status, &body["code"], &body["message"]),
        (400, &json!("InvalidObject"), &json!("addition object is invalid"))
    );
    let errors = body["errors"].as_array().expect("errors");
    let codes: Vec<(&str, &str)> = errors
        .iter()
        .map(|error| {
            (
                error["code"].as_str().expect("a code"),
                error["field"].as_str().expect("a field"),
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            ("MissingRequiredField", "billCustomer"),
            ("MaxLengthField", "serialNumber")
        ]
    );

    let (status, body) = bench
        .post(ADDITIONS, json!({ "product": "1", "billCustomer": "Billable" }))
        .await;
    assert_eq!(status, 500);
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("Error converting value \"1\""))
    );
    let (status, body) = bench
        .post(
            ADDITIONS,
            json!({ "product": { "id": 9999 }, "billCustomer": "Billable" }),
        )
        .await;
    assert_eq!((status, &body["errors"][0]["code"]), (400, &json!("NotFound")));
    let dated =
        json!({ "product": { "id": 1 }, "billCustomer": "Billable", "effectiveDate": "2026-03-01T00:00:00-04:00" });
    let (status, body) = bench.post(ADDITIONS, dated).await;
    assert_eq!((status, &body["code"]), (400, &json!("UnsupportedFormat")));
    let (status, body) = bench.post("finance/agreements/777/additions", json!({})).await;
    assert_eq!((status, &body["message"]), (404, &json!("Agreement 777 not found")));
    assert_eq!(bench.simulator.records("additions").len(), 1, "nothing was stored");
}

#[tokio::test]
async fn prices_come_from_the_catalogue_and_totals_are_exact() {
    let bench = Bench::small().await;
    let body = json!({ "product": { "identifier": "mbs-storage" }, "billCustomer": "Billable", "quantity": 1234.5, "lessIncluded": 100 });
    let (status, made) = bench.post(ADDITIONS, body).await;
    assert_eq!(status, 201, "{made}");
    for (name, wanted) in [
        ("unitPrice", "0.05"),
        ("unitCost", "0.02"),
        ("extPrice", "61.725"),
        ("extCost", "24.69"),
        ("margin", "37.035"),
        ("billedQuantity", "1134.5"),
    ] {
        assert_eq!(made[name].to_string(), wanted, "{name}");
    }
    assert_eq!(made["description"], "Managed Backup: Cloud storage, per GB");
    assert_eq!(made["effectiveDate"], "2026-03-15T00:00:00Z");
    assert_eq!(
        (&made["agreementId"], &made["agreementStatus"]),
        (&json!(1), &json!("Active"))
    );

    let path = format!("{ADDITIONS}/{}", made["id"]);
    let change = json!([
        { "op": "replace", "path": "quantity", "value": 2 },
        { "op": "replace", "path": "/cancelledDate", "value": "2026-03-31T15:00:00Z" },
        { "op": "replace", "path": "extPrice", "value": 999 },
    ]);
    let (status, changed) = bench.patch(&path, change).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (changed["extPrice"].to_string(), &changed["cancelledDate"]),
        ("0.1".to_owned(), &json!("2026-03-31T00:00:00Z"))
    );
    let open = bench.read(&format!("{ADDITIONS}?conditions=cancelledDate=null")).await;
    assert_eq!(open.as_array().map(Vec::len), Some(1));
    assert_eq!(
        bench
            .patch(&path, json!([{ "op": "remove", "path": "cancelledDate" }]))
            .await
            .1
            .get("cancelledDate"),
        None
    );
}

#[tokio::test]
async fn the_same_product_may_be_added_twice() {
    let bench = Bench::small().await;
    let body = json!({ "product": { "id": 2 }, "billCustomer": "Billable", "quantity": 1 });
    assert_eq!(bench.post(ADDITIONS, body.clone()).await.0, 201);
    assert_eq!(bench.post(ADDITIONS, body).await.0, 201);
    assert_eq!(
        bench
            .read(&format!(
                "{ADDITIONS}/count?conditions=product/identifier='MBS-DESKTOP'"
            ))
            .await["count"],
        3
    );
}

#[tokio::test]
async fn dates_respect_the_agreement_and_its_invoices() {
    let bench = Bench::small().await;
    let from = |day: &str| json!({ "product": { "id": 1 }, "billCustomer": "Billable", "effectiveDate": format!("{day}T00:00:00Z") });
    let (status, body) = bench.post(ADDITIONS, from("2024-12-31")).await;
    assert_eq!(status, 400);
    assert_eq!(
        body["errors"][0]["message"],
        "effectiveDate cannot be less than the agreement billing start date"
    );
    assert_eq!(
        bench.post(ADDITIONS, from("2026-03-02")).await.0,
        201,
        "proration is on"
    );

    upsert(&bench, "agreements", &json!({ "id": 1, "prorateFlag": false }));
    let (status, body) = bench.post(ADDITIONS, from("2026-03-31")).await;
    assert_eq!(status, 400);
    let message = body["errors"][0]["message"].as_str().expect("a message");
    assert!(
        message.starts_with("Since this period has already been invoiced"),
        "{message}"
    );
    assert_eq!(bench.post(ADDITIONS, from("2026-04-01")).await.0, 201);
    let quantity = json!([{ "op": "replace", "path": "quantity", "value": 4 }]);
    assert_eq!(
        bench.patch(&format!("{ADDITIONS}/1"), quantity).await.0,
        200,
        "quantities stay changeable"
    );
}

#[tokio::test]
async fn bundles_and_inactive_products_are_refused() {
    let bench = Bench::small().await;
    let (status, _) = bench
        .post(
            ADDITIONS,
            json!({ "product": { "identifier": "BDL-START" }, "billCustomer": "Billable" }),
        )
        .await;
    assert_eq!(status, 400);
    upsert(&bench, "catalog", &json!({ "id": 1, "inactiveFlag": true }));
    let body = json!({ "product": { "id": 1 }, "billCustomer": "Billable" });
    assert_eq!(bench.post(ADDITIONS, body.clone()).await.0, 400);

    let assumptions = Assumptions {
        inactive_product: InactiveProduct::Accept,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    upsert(&bench, "catalog", &json!({ "id": 1, "inactiveFlag": true }));
    assert_eq!(bench.post(ADDITIONS, body).await.0, 201);
}

#[tokio::test]
async fn deleting_takes_its_own_right() {
    let bench = Bench::small().await;
    let path = format!("{ADDITIONS}/1");
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 403);
    bench.grant("Finance", "Agreements", psa_simulator::connectwise::Level::All);
    assert_eq!(
        bench
            .send(Method::DELETE, "finance/agreements/2/additions/1", Value::Null)
            .await
            .0,
        404,
        "another agreement"
    );
    bench.grant("Procurement", "Product Catalog", psa_simulator::connectwise::Level::All);
    assert_eq!(
        bench.send(Method::DELETE, "procurement/catalog/2", Value::Null).await.0,
        409,
        "it is billed"
    );
    assert_eq!(bench.send(Method::DELETE, &path, Value::Null).await.0, 204);
    assert_eq!(
        bench.send(Method::DELETE, "procurement/catalog/2", Value::Null).await.0,
        204
    );
    assert_eq!(bench.get(&path).await.status(), 404);
}
