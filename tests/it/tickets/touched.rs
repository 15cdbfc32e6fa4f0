//! A person works on a ticket before the trouble is over: it is told, not closed.

use psa_tests::{on_each_database, setup};
use serde_json::{Map, Value, json};

use super::desk::{CONTOSO, Desk, run, status};

/// What a person does in the PSA: the kind of the record, and the record.
fn deeds(ticket: &Value) -> [(&'static str, &'static str, Value); 3] {
    let in_progress = json!({ "id": status::IN_PROGRESS, "name": "In Progress" });
    let note = json!({ "ticketId": ticket, "text": "I am looking into it.", "internalAnalysisFlag": true, "createdBy": "Ann" });
    [
        ("status", "tickets", json!({ "id": ticket, "status": in_progress })),
        ("note", "notes", note),
        ("time", "tickets", json!({ "id": ticket, "actualHours": 0.25 })),
    ]
}

fn members(record: Value) -> Map<String, Value> {
    let Value::Object(members) = record else {
        panic!("a record is an object")
    };
    members
}

#[tokio::test]
async fn a_note_a_status_and_time_each_keep_a_ticket_open() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        for (index, name) in ["status", "note", "time"].into_iter().enumerate() {
            desk.happens(run(&format!("{name}-1"), CONTOSO.0, name, "ERROR")).await;
            let before = desk.tickets().swap_remove(index);
            let (ticket, us) = (before["id"].clone(), setup::text(&before["_info"]["updatedBy"]));
            let (_, kind, record) = deeds(&ticket)
                .into_iter()
                .find(|(deed, ..)| *deed == name)
                .expect("a deed");
            // Time is entered by a person too, but shows as hours only: the ticket keeps our name.
            let by = if name == "time" { us.as_str() } else { "Ann" };
            let done = desk.bridge.simulator.upsert_as(by, kind, members(record));
            assert!(done.is_some(), "{name}");
            desk.happens(run(&format!("{name}-2"), CONTOSO.0, name, "SUCCESS"))
                .await;
            let found = desk.tickets().swap_remove(index);
            assert_eq!(found["closedFlag"], false, "{name}");
            let notes = desk.notes();
            let told = "The trouble is over. The ticket stays open because a person has worked on it.";
            assert_eq!(
                notes.iter().filter(|note| note.starts_with(told)).count(),
                index + 1,
                "{name}: {notes:?}"
            );
            let incident = desk.incidents().await.remove(0);
            assert_eq!(
                (&incident["state"], &incident["ticket"]["touchedByPerson"]),
                (&json!("RECOVERED"), &json!(true)),
                "{name}"
            );
        }
        desk.bridge.stop().await;
    })
    .await;
}
