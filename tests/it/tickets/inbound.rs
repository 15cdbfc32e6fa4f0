//! What people do to our tickets in the PSA.
//!
//! A server reads what changed in the PSA when it starts, and then every few minutes: the tests start it again.

use std::sync::Arc;

use chrono::TimeDelta;
use psa_connectors::{Clock, SystemClock};
use psa_entities::ticket_watch;
use psa_simulator::connectwise::SimulatorOptions;
use psa_simulator::{Fault, FaultRule};
use psa_tests::{Options, on_each_database, wait};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, run, status};

/// A person closes the ticket.
fn close(desk: &Desk, ticket: &Value) {
    desk.in_the_psa(
        "tickets",
        json!({ "id": ticket, "status": { "id": status::COMPLETED, "name": "Completed" }, "closedFlag": true }),
    );
}

#[tokio::test]
async fn a_ticket_closed_by_a_person_ends_its_incident() {
    on_each_database(|database| async move {
        let mut desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        let first = desk.ticket()["id"].clone();
        close(&desk, &first);
        desk = desk.restart(&database).await;
        desk.becomes(&first, "CLOSED_IN_PSA").await;

        desk.happens(run("e2", CONTOSO.0, "PC-1", "SUCCESS")).await;
        assert_eq!(
            (desk.tickets().len(), desk.notes().len()),
            (1, 0),
            "there is nothing left to close"
        );
        desk.happens(run("e3", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_eq!(
            desk.tickets().len(),
            2,
            "by the usual settings the next failure is a new ticket"
        );

        let second = desk.tickets()[1]["id"].clone();
        close(&desk, &second);
        desk = desk.restart(&database).await;
        desk.becomes(&second, "CLOSED_IN_PSA").await;
        desk.share(json!({ "reopenWithinDays": 7 })).await;
        desk.happens(run("e4", CONTOSO.0, "PC-1", "ERROR")).await;
        let tickets = desk.tickets();
        assert_eq!(
            (tickets.len(), &tickets[1]["status"]["id"]),
            (2, &json!(status::REOPENED))
        );
        assert_eq!(
            (&tickets[0]["closedFlag"], &tickets[1]["closedFlag"]),
            (&json!(true), &json!(false))
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_psa_whose_clock_is_slow_is_read_all_the_same() {
    on_each_database(|database| async move {
        let clock: psa_simulator::Clock = Arc::new(|| SystemClock.now() - TimeDelta::minutes(2));
        let simulator = SimulatorOptions {
            clock,
            ..SimulatorOptions::default()
        };
        let mut desk = Desk::open_with(
            &database,
            Options {
                simulator,
                ..Options::default()
            },
        )
        .await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        let ticket = desk.ticket()["id"].clone();
        close(&desk, &ticket);
        desk = desk.restart(&database).await;
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_ticket_that_was_closed_unseen_is_closed_once() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        close(&desk, &desk.ticket()["id"]);
        desk.bridge.simulator.clear_requests();
        desk.happens(run("e2", CONTOSO.0, "PC-1", "SUCCESS")).await;
        let writes = desk
            .bridge
            .simulator
            .requests()
            .iter()
            .filter(|request| request.method != "GET")
            .count();
        assert_eq!(
            (writes, desk.ticket()["closedFlag"].clone()),
            (0, json!(true)),
            "a person was faster"
        );
        let incident = desk.incidents().await.remove(0);
        assert_eq!(incident["deliveries"][1]["attempts"], json!([{ "outcome": "ADOPTED" }]));
        desk.bridge.stop().await;
    })
    .await;
}

/// Lets the PSA say, to whoever asks for what matches, that a person was the last to change the ticket.
fn touch(desk: &Desk, path: &str, answer: impl Fn(Value) -> Value) -> u64 {
    let mut ticket = json!(desk.ticket());
    let later = (SystemClock.now() + TimeDelta::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ");
    ticket["_info"]["updatedBy"] = json!("Admin1");
    ticket["_info"]["lastUpdated"] = json!(later.to_string());
    let rule = FaultRule::new(Fault::status_with(200, answer(ticket))).on("GET", path);
    desk.bridge.simulator.inject(rule)
}

/// Makes sure that the recovery left the ticket open and said so.
async fn left_open(desk: &Desk, said: &str) {
    let ticket = desk.ticket();
    assert_eq!(
        (&ticket["closedFlag"], &ticket["status"]["id"]),
        (&json!(false), &json!(status::NEW))
    );
    let notes = desk.notes();
    assert!(notes.len() == 1 && notes[0].starts_with(said), "{notes:?}");
    let incident = desk.incidents().await.remove(0);
    assert_eq!(
        (&incident["state"], &incident["ticket"]["touchedByPerson"]),
        (&json!("RECOVERED"), &json!(true))
    );
}

#[tokio::test]
async fn a_ticket_that_a_person_is_found_to_work_on_stays_open() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        let path = format!("service/tickets/{}", desk.ticket()["id"]);
        let touched = touch(&desk, &path, |ticket| ticket);
        desk.happens(run("e2", CONTOSO.0, "PC-1", "SUCCESS")).await;
        left_open(
            &desk,
            "The trouble is over. The ticket stays open because a person has worked on it.",
        )
        .await;
        desk.bridge.simulator.remove_fault(touched);

        // The next failure goes on in it.
        desk.happens(run("e3", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_eq!(
            (desk.ticket()["closedFlag"].clone(), desk.notes().len()),
            (json!(false), 2)
        );

        // Who wants it closed all the same can have it so.
        desk.share(json!({ "closeOnlyUntouched": false })).await;
        desk.happens(run("e4", CONTOSO.0, "PC-1", "SUCCESS")).await;
        assert_eq!(
            (desk.ticket()["closedFlag"].clone(), desk.notes().len()),
            (json!(true), 2)
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_ticket_that_a_person_was_seen_to_work_on_stays_open() {
    on_each_database(|database| async move {
        let mut desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        let touched = touch(&desk, "service/tickets", |ticket| json!([ticket]));
        desk = desk.restart(&database).await;
        wait::until("the person's change", || async {
            (desk.incidents().await[0]["ticket"]["touchedByPerson"] == true).then_some(())
        })
        .await;
        // Our own writes hide the person's name from now on.
        desk.bridge.simulator.remove_fault(touched);
        desk.happens(run("e2", CONTOSO.0, "PC-1", "SUCCESS")).await;
        left_open(&desk, "The trouble is over.").await;
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_ticket_is_missed_by_the_review() {
    on_each_database(|database| async move {
        let mut desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        let ticket = desk.ticket()["id"].clone();
        let removed = desk
            .bridge
            .simulator
            .remove("tickets", ticket.as_i64().expect("a number"));
        removed.expect("it was there");
        // A deleted ticket does not show among those that changed.
        desk = desk.restart(&database).await;
        desk.becomes(&ticket, "CLOSED_IN_PSA").await;
        desk.happens(run("e2", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_ne!(desk.ticket()["id"], ticket, "the next failure gets a ticket of its own");
        desk.bridge.stop().await;
    })
    .await;
}

/// Where the looks at the tickets are.
async fn watch(desk: &Desk) -> Option<ticket_watch::Model> {
    let found = ticket_watch::Entity::find().one(desk.bridge.app.db.read()).await;
    found.expect("it can be read")
}

#[tokio::test]
async fn a_process_goes_on_where_another_stopped() {
    on_each_database(|database| async move {
        let mut desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        desk = desk.restart(&database).await;
        let first = wait::until("the first look", || async {
            watch(&desk)
                .await
                .and_then(|watch| watch.polled_at.zip(watch.reviewed_at))
        })
        .await;
        desk.bridge.simulator.clear_requests();
        desk = desk.restart(&database).await;
        wait::until("the next poll", || async {
            let watch = watch(&desk).await?;
            (watch.polled_at > Some(first.0)).then_some(())
        })
        .await;
        let since = (first.0 - TimeDelta::minutes(5)).format("%Y-%m-%dT%H:%M").to_string();
        let asked: Vec<_> = desk
            .bridge
            .simulator
            .requests()
            .iter()
            .filter(|request| request.path.ends_with("service/tickets"))
            .map(|request| request.query.replace("%3A", ":"))
            .collect();
        assert!(
            !asked.is_empty() && asked.iter().all(|asked| asked.contains(&since)),
            "{asked:?} from {since} on"
        );
        let watched = watch(&desk).await.expect("it is there");
        assert_eq!(watched.reviewed_at, Some(first.1), "a review is due daily");
        desk.bridge.stop().await;
    })
    .await;
}
