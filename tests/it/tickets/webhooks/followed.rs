//! What people do in the PSA is on the incident within moments. Nothing here polls: the server does so when it starts, and
//! none of these tests starts it again or lasts that long.

use psa_tests::{on_each_database, wait};
use serde_json::{Value, json};

use super::{callbacks, open, state};
use crate::tickets::desk::{CONTOSO, Desk, run, status};

/// Reports a failure of a computer and gives its ticket back.
async fn fail(desk: &Desk, event: &str, computer: &str) -> Value {
    let known = desk.tickets();
    desk.happens(run(event, CONTOSO.0, computer, "ERROR")).await;
    let tickets = desk.tickets();
    let new = tickets.iter().find(|ticket| !known.contains(ticket));
    new.expect("a new ticket")["id"].clone()
}

#[tokio::test]
async fn a_closed_ticket_ends_its_incident_and_a_reopened_one_begins_it_again() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let ticket = fail(&desk, "e1", "PC-1").await;
        desk.give_status(&ticket, status::COMPLETED, true);
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;
        wait::until("the answer", || async {
            let heard = desk.bridge.simulator.deliveries();
            assert!(heard.iter().all(|delivery| delivery.status == Some(204)), "{heard:?}");
            (!heard.is_empty()).then_some(())
        })
        .await;
        assert!(state(&desk).await["lastDeliveryAt"].is_string());

        desk.give_status(&ticket, status::IN_PROGRESS, false);
        desk.becomes(&ticket, "OPEN").await;
        // It is the incident of its condition again: the next failure is a note on it.
        desk.happens(run("e2", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_eq!((desk.tickets().len(), desk.notes().len()), (1, 1));
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_reopened_ticket_whose_condition_is_gone_has_recovered() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let ticket = fail(&desk, "e1", "PC-1").await;
        desk.happens(run("e2", CONTOSO.0, "PC-1", "SUCCESS")).await;
        desk.becomes(&ticket, "CLOSED").await;
        desk.give_status(&ticket, status::IN_PROGRESS, false);
        desk.becomes(&ticket, "RECOVERED").await;
        desk.give_status(&ticket, status::COMPLETED, true);
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;

        // A newer incident of the condition has taken its place meanwhile.
        let newer = fail(&desk, "e3", "PC-1").await;
        desk.give_status(&ticket, status::IN_PROGRESS, false);
        desk.becomes(&ticket, "RECOVERED").await;
        desk.becomes(&newer, "OPEN").await;
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_incident_follows_its_ticket_into_the_one_it_was_merged_into() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let child = fail(&desk, "e1", "PC-1").await;
        let parent = fail(&desk, "e2", "PC-2").await;
        let number = |id: &Value| id.as_i64().expect("a number");
        let merged = desk.bridge.simulator.merge(number(&child), number(&parent));
        merged.expect("both are there");
        wait::until("both incidents to have one ticket", || async {
            let incidents = desk.incidents().await;
            let theirs = |incident: &Value| incident["ticket"]["externalId"] == *parent.to_string();
            (incidents.iter().all(theirs)).then_some(())
        })
        .await;
        assert!(
            desk.incidents()
                .await
                .iter()
                .all(|incident| incident["state"] == "OPEN")
        );

        desk.happens(run("e3", CONTOSO.0, "PC-1", "ERROR")).await;
        let notes = desk.bridge.simulator.records("notes");
        let ours = notes
            .iter()
            .filter(|note| note["text"].to_string().contains("psa-bridge"));
        let at: Vec<_> = ours.map(|note| note["ticketId"].clone()).collect();
        assert_eq!(at, std::slice::from_ref(&parent));

        // What becomes of that ticket becomes of both.
        desk.give_status(&parent, status::COMPLETED, true);
        wait::until("both incidents to end", || async {
            let incidents = desk.incidents().await;
            (incidents.iter().all(|incident| incident["state"] == "CLOSED_IN_PSA")).then_some(())
        })
        .await;
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_ticket_ends_its_incident() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let ticket = fail(&desk, "e1", "PC-1").await;
        let removed = desk
            .bridge
            .simulator
            .remove("tickets", ticket.as_i64().expect("a number"));
        removed.expect("it was there");
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;
        let another = fail(&desk, "e2", "PC-1").await;
        assert_ne!(another, ticket);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_we_do_ourselves_does_not_echo() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        fail(&desk, "e1", "PC-1").await;
        desk.happens(run("e2", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_eq!(desk.bridge.simulator.deliveries(), [], "the PSA leaves out what we did");

        // Another member's callback, or an older PSA, tells us all the same.
        let id = callbacks(&desk)[0]["id"].clone();
        desk.in_the_psa("callbacks", json!({ "id": id, "isSelfSuppressedFlag": false }));
        desk.happens(run("e3", CONTOSO.0, "PC-1", "SUCCESS")).await;
        wait::until("the announcement of our closing", || async {
            let heard = desk.bridge.simulator.deliveries();
            assert!(heard.iter().all(|delivery| delivery.status == Some(204)), "{heard:?}");
            (!heard.is_empty()).then_some(())
        })
        .await;
        let incident = desk.incidents().await.remove(0);
        assert_eq!(
            (&incident["state"], &incident["ticket"]["touchedByPerson"]),
            (&json!("CLOSED"), &json!(false)),
            "{incident:#}"
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn tickets_of_others_cost_the_psa_nothing() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        desk.bridge.simulator.clear_requests();
        let mut other = json!(desk.bridge.simulator.records("companies")[0]);
        other = json!({ "summary": "Printer", "company": { "id": other["id"] } });
        desk.in_the_psa("tickets", other);
        wait::until("the announcement", || async {
            let heard = desk.bridge.simulator.deliveries();
            (heard.len() == 1).then(|| assert_eq!(heard[0].status, Some(204)))
        })
        .await;
        let asked = desk.bridge.simulator.requests();
        let tickets = asked.iter().filter(|request| request.path.contains("service/tickets"));
        assert_eq!(tickets.count(), 0, "{asked:?}");
        desk.bridge.stop().await;
    })
    .await;
}
