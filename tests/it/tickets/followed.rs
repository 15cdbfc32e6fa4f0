//! Following the incidents of an integration over a socket.

use psa_bridge::auth::Permission;
use psa_tests::{Said, Socket, on_each_database};
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, run, status};

const INCIDENTS: &str = "subscription I($id: ID!) { incidentChanged(integrationId: $id) {
    title state occurrences ticket { externalId closed }
} }";

/// Hears of incidents until one is as wanted.
async fn hears(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let incident = socket.event().await;
        if wanted(&incident) {
            return incident;
        }
    }
}

#[tokio::test]
async fn incidents_are_seen_as_they_change() {
    on_each_database(|database| async move {
        let mut desk = Desk::open(&database).await;
        desk.happens(run("e0", CONTOSO.0, "PC-0", "ERROR")).await;
        let variables = json!({ "id": desk.integration });
        let mut socket = desk.client.subscribe(INCIDENTS, variables.clone()).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        let opened = hears(&mut socket, |incident| {
            let title = incident["title"].as_str().unwrap_or_default();
            assert!(title.contains("PC-1"), "only what changes is told: {incident}");
            incident["ticket"].is_object()
        })
        .await;
        assert_eq!((&opened["state"], &opened["occurrences"]), (&json!("OPEN"), &json!(1)));

        desk.happens(run("e2", CONTOSO.0, "PC-1", "ERROR")).await;
        hears(&mut socket, |incident| incident["occurrences"] == 2).await;
        desk.happens(run("e3", CONTOSO.0, "PC-0", "SUCCESS")).await;
        let closed = hears(&mut socket, |incident| incident["ticket"]["closed"] == true).await;
        assert_eq!(closed["state"], "CLOSED");

        // What a person does is heard of by a look, here of the next process.
        let ticket = opened["ticket"]["externalId"].as_str().expect("an id").parse::<i64>();
        let ticket = json!(ticket.expect("a number"));
        drop(socket);
        desk = desk.restart(&database).await;
        let mut socket = desk.client.subscribe(INCIDENTS, variables).await;
        desk.give_status(&ticket, status::COMPLETED, true);
        let integration = integrations(&desk).await;
        psa_bridge::tickets::inbound::poll::go_on(&desk.bridge.app, &integration)
            .await
            .expect("a poll");
        hears(&mut socket, |incident| incident["state"] == "CLOSED_IN_PSA").await;
        desk.bridge.stop().await;
    })
    .await;
}

/// The only integration as it is stored.
async fn integrations(desk: &Desk) -> psa_entities::integration::Model {
    use sea_orm::EntityTrait;
    let found = psa_entities::integration::Entity::find()
        .one(desk.bridge.app.db.read())
        .await;
    found.expect("it can be read").expect("there is one")
}

#[tokio::test]
async fn incidents_of_others_are_not_there() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        for (client, id, code) in [
            (
                desk.bridge.client("theirs", &[]),
                desk.integration.as_str(),
                "NOT_FOUND",
            ),
            (desk.bridge.admin(), "bm90aGluZw", "NOT_FOUND"),
            (
                desk.bridge.client("acme", &[Permission::AgentReport]),
                desk.integration.as_str(),
                "FORBIDDEN",
            ),
        ] {
            let mut socket = client.subscribe(INCIDENTS, json!({ "id": id })).await;
            match socket.hear().await {
                Said::Error(errors) => assert_eq!(errors[0]["extensions"]["code"], code, "{errors}"),
                other => panic!("{other:?}"),
            }
        }
        desk.bridge.stop().await;
    })
    .await;
}
