//! Tickets and their notes.

use chrono::TimeDelta;
use psa_simulator::autotask::Assumptions;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{ADA, API_USER, Bench, CONTOSO, members, ticket};

/// A role that Ada works in at the service desk.
const TIER_ONE: i64 = 29_683_587;

#[tokio::test]
async fn a_new_ticket_has_a_number_of_its_day_and_its_maker() {
    let bench = Bench::small().await;
    let first = bench.create("Tickets", ticket("a")).await;
    let second = bench.create("Tickets", ticket("b")).await;
    let numbers = [bench.item("Tickets", first).await, bench.item("Tickets", second).await];
    assert_eq!(numbers[0]["ticketNumber"], "T20260315.0001");
    assert_eq!(numbers[1]["ticketNumber"], "T20260315.0002");
    assert_eq!(numbers[0]["creatorResourceID"], API_USER);
    bench.simulator.skew_clock(TimeDelta::days(1));
    let next = bench.create("Tickets", ticket("c")).await;
    assert_eq!(bench.item("Tickets", next).await["ticketNumber"], "T20260316.0001");
}

#[tokio::test]
async fn whoever_is_assigned_has_a_role_and_is_a_person() {
    let bench = Bench::small().await;
    let with = |resource: Option<i64>, role: Option<i64>| {
        let mut body = ticket("x");
        for (name, value) in [("assignedResourceID", resource), ("assignedResourceRoleID", role)] {
            if let Some(value) = value {
                body[name] = json!(value);
            }
        }
        body
    };
    let both = "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.";
    for half in [with(Some(ADA), None), with(None, Some(TIER_ONE))] {
        assert_eq!(bench.refused(Method::POST, "Tickets", half).await, both);
    }
    let wrong = [
        with(Some(API_USER), Some(TIER_ONE)),
        with(Some(ADA + 3), Some(TIER_ONE)),
        with(Some(ADA), Some(TIER_ONE - 1)),
    ];
    for wrong in wrong {
        let said = bench.refused(Method::POST, "Tickets", wrong).await;
        assert!(
            said.starts_with("Value does not reference an existing entity"),
            "{said}"
        );
    }
    bench.create("Tickets", with(Some(ADA), Some(TIER_ONE))).await;
}

#[tokio::test]
async fn what_a_ticket_names_belongs_to_its_company_and_its_issue() {
    let bench = Bench::small().await;
    let contact = |company: i64| {
        let contacts = bench.simulator.records("Contacts");
        let found = contacts.iter().find(|contact| contact["companyID"] == company);
        found.expect("a contact")["id"].clone()
    };
    let with = |name: &str, value: Value| {
        let mut body = ticket("x");
        body[name] = value;
        body
    };
    bench.create("Tickets", with("contactID", contact(CONTOSO))).await;
    let cases = [
        with("contactID", contact(CONTOSO + 1)),
        with("contractID", json!(29_684_101)),
        with("queueID", json!(29_683_377)),
        with("subIssueType", json!(110)),
        with("status", json!(17)),
    ];
    for wrong in cases {
        let said = bench.refused(Method::POST, "Tickets", wrong.clone()).await;
        assert!(said.contains("existing entity"), "{wrong}: {said}");
    }
    let mut fits = with("subIssueType", json!(110));
    fits["issueType"] = json!(11);
    bench.create("Tickets", fits).await;
    let bench = Bench::with(Assumptions {
        contact_is_of_company: false,
        ..Assumptions::default()
    })
    .await;
    bench.create("Tickets", with("contactID", contact(CONTOSO + 1))).await;
}

#[tokio::test]
async fn what_a_category_requires_is_required() {
    let bench = Bench::small().await;
    bench.simulator.require("Tickets", &["queueID"]).expect("a field");
    let said = bench.refused(Method::POST, "Tickets", ticket("x")).await;
    assert_eq!(said, "Missing Required Field: queueID.");
}

#[tokio::test]
async fn status_five_completes_and_another_reopens() {
    let bench = Bench::small().await;
    let id = bench.create("Tickets", ticket("x")).await;
    bench.simulator.skew_clock(TimeDelta::minutes(10));
    bench.patch("Tickets", json!({ "id": id, "status": 5 })).await;
    let done = bench.item("Tickets", id).await;
    assert_eq!(done["completedDate"], "2026-03-15T10:30:30.000Z");
    assert_eq!(
        (&done["completedByResourceID"], &done["lastActivityDate"]),
        (&json!(API_USER), &done["completedDate"])
    );
    bench.patch("Tickets", json!({ "id": id, "status": 1 })).await;
    assert_eq!(bench.item("Tickets", id).await["completedDate"], Value::Null);
}

#[tokio::test]
async fn every_change_moves_the_last_activity_and_says_whose_it_was() {
    let bench = Bench::small().await;
    let id = bench.create("Tickets", ticket("x")).await;
    bench.simulator.skew_clock(TimeDelta::hours(1));
    bench
        .simulator
        .upsert("Tickets", members(json!({ "id": id, "title": "y" })))
        .expect("a ticket");
    let seen = bench.item("Tickets", id).await;
    assert_eq!(seen["lastActivityResourceID"], ADA);
    for name in ["lastActivityDate", "lastTrackedModificationDateTime"] {
        assert_eq!(seen[name], "2026-03-15T11:20:30.000Z");
    }
    let since = |at: &str| json!([{ "op": "gte", "field": "lastActivityDate", "value": at }]);
    assert_eq!(bench.query("Tickets", since("2026-03-15T11:20:30Z")).await.len(), 1);
    assert!(bench.query("Tickets", since("2026-03-15T11:20:31Z")).await.is_empty());
}

#[tokio::test]
async fn notes_hang_on_their_ticket_and_move_it() {
    for touches in [true, false] {
        let bench = Bench::with(Assumptions {
            note_touches_ticket: touches,
            ..Assumptions::default()
        })
        .await;
        let id = bench.create("Tickets", ticket("x")).await;
        bench.simulator.skew_clock(TimeDelta::minutes(1));
        let path = format!("Tickets/{id}/Notes");
        let note = json!({ "description": "done", "noteType": 3, "publish": 1, "title": "t" });
        let note = bench.create(&path, note).await;
        let made = bench.item("TicketNotes", note).await;
        assert_eq!(
            (&made["ticketID"], &made["creatorResourceID"]),
            (&json!(id), &json!(API_USER))
        );
        let moved = bench.item("Tickets", id).await["lastActivityDate"] == "2026-03-15T10:21:30.000Z";
        assert_eq!(moved, touches);
        let said = bench
            .refused(
                Method::POST,
                &path,
                json!({ "description": "x", "noteType": 3, "publish": 9 }),
            )
            .await;
        assert!(said.contains("for publish . "), "{said}");
        bench
            .patch(&path, json!({ "id": note, "description": "corrected" }))
            .await;
        let (status, _) = bench.send(Method::DELETE, &format!("{path}/{note}"), Value::Null).await;
        assert_eq!(status, 405);
    }
}
