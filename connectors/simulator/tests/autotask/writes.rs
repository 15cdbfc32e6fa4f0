//! Writes: what a body may say, and what PATCH and PUT do.

use psa_simulator::autotask::{Assumptions, ReadOnly};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{ADA, Bench, CONTOSO, ticket};

fn company() -> Value {
    json!({ "companyName": "New Co", "companyType": 1, "ownerResourceID": ADA, "phone": "5551234" })
}

#[tokio::test]
async fn a_create_answers_the_id_alone_and_names_every_mistake() {
    let bench = Bench::small().await;
    let id = bench.create("Companies", company()).await;
    let made = bench.item("Companies", id).await;
    assert_eq!(
        (&made["isActive"], &made["createDate"]),
        (&json!(true), &json!("2026-03-15T10:20:30.000Z"))
    );
    let said = bench
        .refused(Method::POST, "Companies", json!({ "companyName": "x" }))
        .await;
    for missing in ["companyType", "ownerResourceID", "phone"] {
        assert!(said.contains(&format!("Missing Required Field: {missing}.")), "{said}");
    }
    let wrong = [
        (json!({ "city": null }), "city must not be null"),
        (json!({ "nonsense": 1 }), "nonsense does not exist"),
        (json!({ "isActive": "true" }), "'Boolean'"),
        (
            json!({ "companyType": 99 }),
            "Value does not reference an existing entity for companyType . ",
        ),
        (
            json!({ "parentCompanyID": 99 }),
            "Value does not reference an existing entity for parentCompanyID . ",
        ),
        (json!({ "companyName": "x".repeat(101) }), "maximum length of 100"),
    ];
    for (member, part) in wrong {
        let mut body = company();
        for (name, value) in member.as_object().expect("members") {
            body[name] = value.clone();
        }
        let said = bench.refused(Method::POST, "Companies", body).await;
        assert!(said.contains(part), "{member}: {said}");
    }
    // The provider itself is a parent like any other.
    let mut below = company();
    below["parentCompanyID"] = json!(0);
    bench.create("Companies", below).await;
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_a_put_clears_the_rest() {
    let bench = Bench::small().await;
    bench
        .patch(
            "Companies",
            json!({ "id": CONTOSO, "fax": "1", "webAddress": "contoso.example" }),
        )
        .await;
    bench
        .patch("Companies", json!({ "ID": CONTOSO, "FAX": null, "id": CONTOSO }))
        .await;
    let made = bench.item("Companies", CONTOSO).await;
    assert_eq!(
        (&made["fax"], &made["webAddress"]),
        (&Value::Null, &json!("contoso.example"))
    );
    assert_eq!(made["lastTrackedModifiedDateTime"], "2026-03-15T10:20:30.000Z");
    let said = bench
        .refused(Method::PUT, "Companies", json!({ "id": CONTOSO, "fax": "2" }))
        .await;
    assert!(said.contains("Missing Required Field: companyName."), "{said}");
    let mut whole = made;
    whole.as_object_mut().expect("a record").remove("webAddress");
    let (status, said) = bench.send(Method::PUT, "Companies", whole).await;
    assert_eq!(status, 200, "{said}");
    let made = bench.item("Companies", CONTOSO).await;
    assert_eq!(
        (&made["webAddress"], &made["createDate"]),
        (&Value::Null, &json!("2024-11-04T09:00:00.000Z"))
    );
}

#[tokio::test]
async fn a_change_needs_an_id_that_is_there() {
    let bench = Bench::small().await;
    let said = bench.refused(Method::PATCH, "Companies", json!({ "fax": "1" })).await;
    assert!(said.contains("needs the id"), "{said}");
    let said = bench
        .refused(Method::PATCH, "Companies", json!({ "id": 99, "fax": "1" }))
        .await;
    assert!(said.starts_with("No matching records found."), "{said}");
}

#[tokio::test]
async fn addresses_know_their_methods() {
    let bench = Bench::small().await;
    let said = bench.send(Method::DELETE, "Tickets/1", Value::Null).await;
    let expected = json!({ "Message": "The requested resource does not support http method 'DELETE'." });
    assert_eq!(said, (405, expected));
    let cases = [
        (Method::GET, "Tickets", 405),
        (Method::PATCH, "Tickets/1", 405),
        (Method::POST, "BillingItems", 405),
        (Method::POST, "Resources", 405),
        (Method::DELETE, "Companies/0", 405),
        (Method::PUT, "Companies/query", 405),
        (Method::POST, "ContractServiceUnits", 404),
        (Method::POST, "Nonsense", 404),
        (Method::GET, "Tickets/1/Nonsense", 404),
    ];
    for (method, path, expected) in cases {
        let (status, said) = bench.send(method.clone(), path, json!({})).await;
        assert_eq!(status, expected, "{method} {path}: {said}");
    }
}

#[tokio::test]
async fn what_is_read_only_is_left_out_or_refused() {
    let mut body = ticket("x");
    body["ticketNumber"] = json!("T1");
    let bench = Bench::small().await;
    let id = bench.create("Tickets", body.clone()).await;
    assert_eq!(bench.item("Tickets", id).await["ticketNumber"], "T20260315.0001");
    let bench = Bench::with(Assumptions {
        read_only_on_create: ReadOnly::Refuse,
        ..Assumptions::default()
    })
    .await;
    let said = bench.refused(Method::POST, "Tickets", body).await;
    assert!(said.contains("ticketNumber is read only"), "{said}");
}

#[tokio::test]
async fn tickets_may_know_no_patch() {
    let bench = Bench::with(Assumptions {
        patch_tickets: false,
        ..Assumptions::default()
    })
    .await;
    let id = bench.create("Tickets", ticket("x")).await;
    let (status, _) = bench
        .send(Method::PATCH, "Tickets", json!({ "id": id, "priority": 1 }))
        .await;
    assert_eq!(status, 405);
    let mut whole = bench.item("Tickets", id).await;
    whole["priority"] = json!(1);
    let (status, said) = bench.send(Method::PUT, "Tickets", whole).await;
    assert_eq!(status, 200, "{said}");
    assert_eq!(bench.item("Tickets", id).await["priority"], 1);
}
