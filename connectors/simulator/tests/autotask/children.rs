//! What is written below a parent.

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, CONTOSO, ids, ticket};

fn contact() -> Value {
    json!({ "firstName": "Eve", "lastName": "Example", "isActive": 1, "emailAddress": "eve@example.com" })
}

#[tokio::test]
async fn contacts_are_written_below_their_company_and_read_anywhere() {
    let bench = Bench::small().await;
    let path = format!("Companies/{CONTOSO}/Contacts");
    let id = bench.create(&path, contact()).await;
    let made = bench.item("Contacts", id).await;
    assert_eq!((&made["companyID"], &made["isActive"]), (&json!(CONTOSO), &json!(1)));
    assert_eq!(bench.read(&format!("{path}/{id}")).await["item"], made);
    let below = bench.read(&path).await;
    assert!(ids(below["items"].as_array().expect("items")).contains(&id));
    bench.patch(&path, json!({ "id": id, "isActive": 0 })).await;
    assert_eq!(bench.item("Contacts", id).await["isActive"], 0);
    let (status, said) = bench.send(Method::DELETE, &format!("{path}/{id}"), Value::Null).await;
    assert_eq!((status, said), (200, json!({ "itemId": id })));
    assert_eq!(bench.get(&format!("Contacts/{id}")).await.status(), 404);
    let said = bench
        .refused(Method::DELETE, &format!("{path}/{id}"), Value::Null)
        .await;
    assert!(said.starts_with("No matching records found."), "{said}");
}

#[tokio::test]
async fn no_child_is_written_at_its_own_collection_or_below_another_parent() {
    let bench = Bench::small().await;
    for path in [
        "Contacts",
        "TicketNotes",
        "ContractCharges",
        "ContractServices",
        "TicketWebhookFields",
    ] {
        for method in [Method::POST, Method::PATCH, Method::PUT] {
            let (status, said) = bench.send(method, path, contact()).await;
            assert_eq!(status, 404, "{path}: {said}");
        }
    }
    let id = bench.create(&format!("Companies/{CONTOSO}/Contacts"), contact()).await;
    let other = format!("Companies/{}/Contacts", CONTOSO + 1);
    let said = bench
        .refused(Method::PATCH, &other, json!({ "id": id, "isActive": 0 }))
        .await;
    assert!(said.starts_with("No matching records found."), "{said}");
    assert_eq!(bench.get(&format!("{other}/{id}")).await.status(), 404);
    let mut elsewhere = contact();
    elsewhere["companyID"] = json!(CONTOSO);
    let said = bench.refused(Method::POST, &other, elsewhere).await;
    assert!(said.contains("not the parent"), "{said}");
    let said = bench.refused(Method::POST, "Companies/99/Contacts", contact()).await;
    assert!(said.contains("existing entity for companyID"), "{said}");
}

#[tokio::test]
async fn a_contacts_activity_is_a_number() {
    let bench = Bench::small().await;
    let mut body = contact();
    body["isActive"] = json!(true);
    let said = bench
        .refused(Method::POST, &format!("Companies/{CONTOSO}/Contacts"), body)
        .await;
    assert!(said.contains("'Int32'"), "{said}");
}

#[tokio::test]
async fn devices_come_onto_tickets_and_go_again() {
    let bench = Bench::small().await;
    let id = bench.create("Tickets", ticket("x")).await;
    let path = format!("Tickets/{id}/AdditionalConfigurationItems");
    let link = bench.create(&path, json!({ "configurationItemID": 2 })).await;
    let filter = json!([{ "op": "eq", "field": "ticketID", "value": id }]);
    let links = bench.query("TicketAdditionalConfigurationItems", filter.clone()).await;
    assert_eq!(links[0]["configurationItemID"], 2);
    let (status, _) = bench
        .send(Method::PATCH, &path, json!({ "id": link, "configurationItemID": 1 }))
        .await;
    assert_eq!(status, 405);
    let (status, _) = bench.send(Method::DELETE, &format!("{path}/{link}"), Value::Null).await;
    assert_eq!(status, 200);
    assert!(
        bench
            .query("TicketAdditionalConfigurationItems", filter)
            .await
            .is_empty()
    );
}
