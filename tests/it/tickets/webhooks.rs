//! What the PSA announces: heard within moments, believed when it is signed, followed once.

mod followed;
mod refused;
mod registered;

use psa_bridge::integrations::upkeep;
use psa_entities::webhook_delivery;
use psa_tests::{Options, TestDatabase, wait};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::desk::{Desk, Record};

const STATE: &str = "query W($id: ID!) { integration(id: $id) {
    webhook { status ensuredAt lastDeliveryAt problem { code message remedy } }
} }";

/// A server that the PSA is told the address of.
fn told() -> Options {
    Options {
        webhooks: true,
        ..Options::default()
    }
}

/// A desk whose PSA announces.
async fn open(database: &TestDatabase) -> Desk {
    let desk = Desk::open_with(database, told()).await;
    is(&desk, "REGISTERED").await;
    desk
}

/// What the API says of the webhook.
async fn state(desk: &Desk) -> Value {
    let mut data = desk.client.run(STATE, json!({ "id": desk.integration })).await;
    data["integration"]["webhook"].take()
}

/// Waits until the webhook has this status, and gives back what the API says of it.
async fn is(desk: &Desk, status: &str) -> Value {
    wait::until(&format!("a webhook that is {status}"), || async {
        let state = state(desk).await;
        (state["status"] == *status).then_some(state)
    })
    .await
}

/// What the PSA has registered.
fn callbacks(desk: &Desk) -> Vec<Record> {
    desk.bridge.simulator.records("callbacks")
}

/// The address that the PSA was told, without what it appends.
fn address(desk: &Desk) -> String {
    let url = callbacks(desk)[0]["url"].as_str().expect("a text").to_owned();
    url.trim_end_matches("?recordId=").to_owned()
}

/// Looks for what is due, as the server does every few minutes.
async fn look(desk: &Desk) {
    upkeep::look(&desk.bridge.app).await.expect("it can look");
}

/// A person changes a ticket of ours, and it is heard of.
pub async fn touch(desk: &Desk) {
    is(desk, "REGISTERED").await;
    let id = desk.integration.clone();
    let data = desk
        .client
        .run(
            "query T($id: ID!) { integration(id: $id) { ticketing { incidents(first: 1) { nodes {
                ticket { externalId }
            } } } } }",
            json!({ "id": id }),
        )
        .await;
    let ticket = &data["integration"]["ticketing"]["incidents"]["nodes"][0]["ticket"]["externalId"];
    let ticket: i64 = ticket.as_str().expect("a text").parse().expect("a number");
    let heard = async || {
        let all = webhook_delivery::Entity::find().all(desk.bridge.app.db.read()).await;
        all.expect("it can be read").len()
    };
    let before = heard().await;
    desk.in_the_psa("tickets", json!({ "id": ticket }));
    wait::until("the announcement", || async { (heard().await > before).then_some(()) }).await;
}
