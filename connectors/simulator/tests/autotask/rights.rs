//! The API user's security level.

use psa_simulator::autotask::{Access, RightsChange};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{ADA, Bench, CONTOSO, ids, members, ticket};

fn change(entity: &str) -> RightsChange {
    RightsChange {
        entity: entity.to_owned(),
        query: None,
        create: None,
        update: None,
        delete: None,
    }
}

#[tokio::test]
async fn what_is_forbidden_is_an_error_that_names_the_entity() {
    let bench = Bench::small().await;
    let mut none = change("Tickets");
    (none.query, none.create, none.update) = (Some(Access::None), Some(Access::None), Some(Access::None));
    assert!(bench.simulator.set_rights(&none));
    let exists = json!({ "filter": [{ "op": "exist", "field": "id" }] });
    let cases = [
        (Method::POST, "Tickets/query", exists.clone(), "query"),
        (Method::POST, "Tickets/query/count", exists, "query"),
        (Method::GET, "Tickets/1", Value::Null, "query"),
        (Method::POST, "Tickets", ticket("x"), "create"),
        (Method::PATCH, "Tickets", json!({ "id": 1 }), "update"),
    ];
    for (method, path, body, what) in cases {
        let said = bench.refused(method, path, body).await;
        let expected = format!(
            "The logged in Resource does not have the adequate permissions to {what} this entity type: Ticket."
        );
        assert_eq!(said, expected, "{path}");
    }
    let mut none = change("Contacts");
    none.delete = Some(Access::None);
    bench.simulator.set_rights(&none);
    let path = format!("Companies/{CONTOSO}/Contacts/30682900");
    assert!(
        bench
            .refused(Method::DELETE, &path, Value::Null)
            .await
            .contains("permissions to delete")
    );
    assert!(!bench.simulator.set_rights(&change("Nonsense")));
}

#[tokio::test]
async fn rows_out_of_reach_are_left_out_without_a_word() {
    let bench = Bench::small().await;
    let own = bench.create("Tickets", ticket("own")).await;
    let other = bench
        .simulator
        .upsert_as(ADA, "Tickets", members(ticket("other")))
        .expect("a ticket");
    let other = other["id"].as_i64().expect("an id");
    let mut restricted = change("Tickets");
    (restricted.query, restricted.update) = (Some(Access::Restricted), Some(Access::Restricted));
    bench.simulator.set_rights(&restricted);
    let seen = bench.query("Tickets", json!([{ "op": "exist", "field": "id" }])).await;
    assert_eq!(ids(&seen), [own]);
    assert_eq!(bench.get(&format!("Tickets/{other}")).await.status(), 404);
    let said = bench
        .refused(Method::PATCH, "Tickets", json!({ "id": other, "title": "y" }))
        .await;
    assert!(said.starts_with("No matching records found."), "{said}");
    bench.patch("Tickets", json!({ "id": own, "title": "y" })).await;
    let mut companies = change("Companies");
    companies.query = Some(Access::Restricted);
    bench.simulator.set_rights(&companies);
    assert!(
        bench
            .query("Companies", json!([{ "op": "exist", "field": "id" }]))
            .await
            .is_empty()
    );
}
