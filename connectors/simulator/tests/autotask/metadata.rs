//! What the API says of its entities.

use psa_simulator::autotask::{Access, RightsChange};
use serde_json::{Value, json};

use super::client::Bench;

async fn field(bench: &Bench, entity: &str, name: &str) -> Value {
    let said = bench.read(&format!("{entity}/entityInformation/fields")).await;
    let fields = said["fields"].as_array().expect("fields").iter();
    fields.clone().find(|field| field["name"] == name).expect(name).clone()
}

#[tokio::test]
async fn an_entity_says_what_can_be_done_and_what_this_user_may() {
    let bench = Bench::small().await;
    let info = bench.read("Tickets/entityInformation").await["info"].clone();
    let expected = json!({
        "name": "Ticket", "canCreate": true, "canDelete": false, "canQuery": true, "canUpdate": true,
        "userAccessForCreate": "All", "userAccessForDelete": "None", "userAccessForQuery": "All",
        "userAccessForUpdate": "All", "hasUserDefinedFields": true, "supportsWebhookCallouts": true,
    });
    assert_eq!(info, expected);
    bench.simulator.set_rights(&RightsChange {
        entity: "Tickets".to_owned(),
        query: Some(Access::Restricted),
        create: None,
        update: Some(Access::None),
        delete: None,
    });
    let info = bench.read("tickets/entityinformation").await["info"].clone();
    assert_eq!(
        (
            &info["userAccessForQuery"],
            &info["userAccessForUpdate"],
            &info["userAccessForCreate"]
        ),
        (&json!("Restricted"), &json!("None"), &json!("All"))
    );
}

#[tokio::test]
async fn picklist_values_are_texts_although_the_field_is_a_number() {
    let bench = Bench::small().await;
    let status = field(&bench, "Tickets", "status").await;
    assert_eq!(
        (&status["dataType"], &status["isRequired"]),
        (&json!("integer"), &json!(true))
    );
    let values = status["picklistValues"].as_array().expect("values");
    let complete = values
        .iter()
        .find(|value| value["label"] == "Complete")
        .expect("a value");
    assert_eq!((&complete["value"], &complete["isSystem"]), (&json!("5"), &json!(true)));
    assert!(
        values
            .iter()
            .any(|value| value["isActive"] == false && value["isSystem"] == false)
    );
    let sub = field(&bench, "Tickets", "subIssueType").await;
    assert_eq!(sub["picklistParentValueField"], "issueType");
    assert_eq!(sub["picklistValues"][0]["parentValue"], "10");
    let company = field(&bench, "Tickets", "companyID").await;
    assert_eq!(
        (&company["isReference"], &company["referenceEntityType"]),
        (&json!(true), &json!("Company"))
    );
    assert_eq!(field(&bench, "Tickets", "title").await["length"], 255);
}

#[tokio::test]
async fn a_tenant_can_require_more() {
    let bench = Bench::small().await;
    assert_eq!(field(&bench, "Tickets", "queueID").await["isRequired"], false);
    bench.simulator.require("tickets", &["QueueID"]).expect("a field");
    assert_eq!(field(&bench, "Tickets", "queueID").await["isRequired"], true);
    assert!(bench.simulator.require("Tickets", &["nope"]).is_err());
    assert!(bench.simulator.require("Nope", &[]).is_err());
}

#[tokio::test]
async fn children_and_webhook_fields_are_described_too() {
    let bench = Bench::small().await;
    let at_root = bench.read("TicketNotes/entityInformation/fields").await;
    assert_eq!(bench.read("Tickets/1/Notes/entityInformation/fields").await, at_root);
    let told = field(&bench, "TicketWebhookFields", "fieldID").await;
    let values = told["picklistValues"].as_array().expect("values");
    assert!(values.iter().any(|value| value["label"] == "status"));
    let user_defined = bench.read("Companies/entityInformation/userDefinedFields").await;
    assert_eq!(user_defined["fields"][0]["name"], "Number of Employees");
    assert_eq!(bench.get("Companies/entityInformation/nonsense").await.status(), 404);
}
