//! What keeps a service desk quiet: conditions that must last, one ticket for a storm, a priority that is raised once.

use std::sync::Arc;

use chrono::TimeDelta;
use psa_tests::{MovedClock, Options, on_each_database, setup, wait};
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, run, status};

/// The usual rules, with one for failures that waits.
fn rules(after: u32, minutes: u32) -> Value {
    json!([
        { "trigger": "ERROR", "action": "OPEN", "after": after, "afterMinutes": minutes },
        { "trigger": "SUCCESS", "action": "CLOSE" },
    ])
}

#[tokio::test]
async fn a_condition_that_must_fail_often_is_no_ticket_before() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.route(json!({ "rules": rules(3, 0) })).await;
        for event in ["e1", "e2"] {
            desk.happens(run(event, CONTOSO.0, "PC-1", "ERROR")).await;
        }
        let incident = desk.incidents().await.remove(0);
        assert_eq!(
            (&incident["state"], &incident["occurrences"]),
            (&json!("WAITING"), &json!(2))
        );
        desk.happens(run("e3", CONTOSO.0, "PC-1", "SUCCESS")).await;
        for event in ["e4", "e5"] {
            desk.happens(run(event, CONTOSO.0, "PC-1", "ERROR")).await;
        }
        assert!(
            desk.tickets().is_empty(),
            "it recovered in between: the count begins anew"
        );
        desk.happens(run("e6", CONTOSO.0, "PC-1", "ERROR")).await;
        desk.happens(run("e7", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_eq!(
            (desk.ticket()["closedFlag"].clone(), desk.notes().len()),
            (json!(false), 1)
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_condition_that_lasts_is_a_ticket_without_another_word() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: Arc::clone(&clock) as _,
            ..Options::default()
        };
        let desk = Desk::open_with(&database, options).await;
        desk.route(json!({ "rules": rules(1, 30) })).await;
        let runs = [
            run("e1", CONTOSO.0, "PC-1", "ERROR"),
            run("e2", CONTOSO.0, "PC-2", "ERROR"),
            run("e3", CONTOSO.0, "PC-2", "SUCCESS"),
        ];
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 3]);
        clock.advance(TimeDelta::minutes(29));
        desk.happens(run("e4", CONTOSO.0, "PC-3", "SUCCESS")).await;
        assert!(desk.tickets().is_empty());
        clock.advance(TimeDelta::minutes(2));
        wait::until("the ticket", || async { (!desk.tickets().is_empty()).then_some(()) }).await;
        desk.delivered().await;
        assert_eq!(
            desk.ticket()["summary"],
            "Backup Failed: Nightly on PC-1",
            "it tells of the event"
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_waiting_condition_is_dropped_when_its_agent_is_switched_off() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: Arc::clone(&clock) as _,
            ..Options::default()
        };
        let desk = Desk::open_with(&database, options).await;
        desk.route(json!({ "rules": rules(1, 30) })).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        desk.route(json!({ "enabled": false })).await;
        clock.advance(TimeDelta::minutes(31));
        wait::until("the end of waiting", || async {
            (desk.incidents().await[0]["state"] == "RECOVERED").then_some(())
        })
        .await;
        assert!(desk.tickets().is_empty());
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_repeated_too_often_gets_a_higher_priority_once() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.share(json!({ "escalateAfterRepeats": 2 })).await;
        let routing = json!({ "fields": [{ "name": "priority", "choiceId": "3" }], "raisedPriorityId": "1" });
        desk.route(json!({ "routing": routing })).await;
        for event in ["e1", "e2"] {
            desk.happens(run(event, CONTOSO.0, "PC-1", "ERROR")).await;
        }
        assert_eq!(desk.ticket()["priority"]["id"], 3);
        desk.happens(run("e3", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_eq!(desk.ticket()["priority"]["id"], 1);
        desk.in_the_psa("tickets", json!({ "id": desk.ticket()["id"], "priority": { "id": 2 } }));
        desk.happens(run("e4", CONTOSO.0, "PC-1", "ERROR")).await;
        assert_eq!(
            (&desk.ticket()["priority"]["id"], desk.notes().len()),
            (&json!(2), 3),
            "a person's choice stays"
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_rule_can_have_a_priority_of_its_own() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let rules = json!([{ "trigger": "ERROR", "action": "OPEN", "priorityId": "2" }, { "trigger": "OVERDUE", "action": "OPEN" }]);
        let routing = json!({ "fields": [{ "name": "priority", "choiceId": "4" }] });
        desk.route(json!({ "rules": rules, "routing": routing })).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        desk.happens(run("e2", CONTOSO.0, "PC-2", "OVERDUE")).await;
        let priorities: Vec<_> = desk.tickets().iter().map(|ticket| ticket["priority"]["id"].clone()).collect();
        assert_eq!(priorities, [2, 4]);
        desk.bridge.stop().await;
    })
    .await;
}

/// The text that a ticket was opened with, and our notes on it, in their order.
fn told(desk: &Desk, ticket: &Value) -> Vec<String> {
    let notes = desk.bridge.simulator.records("notes").into_iter();
    let own = notes.filter(|note| note["ticketId"] == *ticket);
    own.map(|note| setup::text(&note["text"])).collect()
}

#[tokio::test]
async fn a_storm_is_one_ticket_with_a_list_that_is_kept_and_ends_with_the_last() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.share(json!({ "stormCap": { "tickets": 2, "minutes": 60 } })).await;
        let fail = |number: usize| run(&format!("f{number}"), CONTOSO.0, &format!("PC-{number}"), "ERROR");
        let end = |number: usize| run(&format!("s{number}"), CONTOSO.0, &format!("PC-{number}"), "SUCCESS");
        let runs: Vec<_> = (1..=5).map(fail).collect();
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 5]);
        desk.delivered().await;
        let tickets = desk.tickets();
        assert_eq!(tickets.len(), 3, "two of their own, and one for the other three");
        let storm = tickets.iter().find(|ticket| setup::text(&ticket["summary"]).starts_with("More than 2"));
        let storm = storm.expect("the storm's ticket")["id"].clone();
        let list = told(&desk, &storm).remove(0);
        for name in ["PC-3", "PC-4", "PC-5", "3 of 3 last"] {
            assert!(list.contains(name), "{name} in {list}");
        }

        // One is over and another joins: one more list. A repeat changes nothing on it.
        let runs = [end(3), fail(6), run("r4", CONTOSO.0, "PC-4", "ERROR")];
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 3]);
        desk.delivered().await;
        let lists = told(&desk, &storm);
        assert_eq!(lists.len(), 2, "{lists:?}");
        assert!(lists[1].contains("3 of 4 last") && lists[1].contains("PC-6") && !lists[1].contains("PC-3"), "{lists:?}");
        desk.happens(run("r5", CONTOSO.0, "PC-5", "ERROR")).await;
        assert_eq!(told(&desk, &storm).len(), 2, "a repeat is no news");

        // What the API shows: the storm, its conditions, and of each where it is told.
        let query = "query I($id: ID!) { integration(id: $id) { ticketing {
            incidents(first: 9, filter: { kinds: [STORM] }) { nodes {
                state ticket { externalId } conditions(first: 9) { nodes { state ticket { externalId } parent { kind } } }
            } }
        } } }";
        let data = desk.client.run(query, json!({ "id": desk.integration })).await;
        let storms = &data["integration"]["ticketing"]["incidents"]["nodes"];
        assert_eq!(storms[0]["ticket"]["externalId"], storm.to_string());
        let conditions = storms[0]["conditions"]["nodes"].as_array().expect("a list");
        assert_eq!(conditions.len(), 4);
        assert!(conditions.iter().all(|child| child["ticket"].is_null() && child["parent"]["kind"] == "STORM"));

        let runs: Vec<_> = [4, 5, 6].into_iter().map(end).collect();
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 3]);
        desk.delivered().await;
        let closed = |id: &Value| desk.tickets().iter().any(|ticket| ticket["id"] == *id && ticket["closedFlag"] == true);
        assert!(closed(&storm));
        assert_eq!(desk.tickets().iter().filter(|ticket| ticket["closedFlag"] == true).count(), 1);
        desk.happens(end(1)).await;
        assert_eq!(desk.tickets().iter().filter(|ticket| ticket["closedFlag"] == true).count(), 2);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_storm_passes_with_its_time() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: Arc::clone(&clock) as _,
            ..Options::default()
        };
        let desk = Desk::open_with(&database, options).await;
        desk.share(json!({ "stormCap": { "tickets": 1, "minutes": 10 } })).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        desk.happens(run("e2", CONTOSO.0, "PC-2", "ERROR")).await;
        clock.advance(TimeDelta::minutes(11));
        desk.happens(run("e3", CONTOSO.0, "PC-3", "ERROR")).await;
        let summaries: Vec<_> = desk.tickets().iter().map(|ticket| ticket["summary"].clone()).collect();
        assert_eq!(
            summaries,
            [
                "Backup Failed: Nightly on PC-1",
                "More than 1 problems within 10 minutes at Contoso Dental",
                "Backup Failed: Nightly on PC-3",
            ]
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_person_who_closes_the_ticket_of_a_storm_ends_all_of_it() {
    on_each_database(|database| async move {
        let mut desk = Desk::open(&database).await;
        desk.share(json!({ "stormCap": { "tickets": 1, "minutes": 60 } })).await;
        let runs: Vec<_> = (1..=3)
            .map(|number| run(&format!("f{number}"), CONTOSO.0, &format!("PC-{number}"), "ERROR"))
            .collect();
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 3]);
        desk.delivered().await;
        let is_storm = |ticket: &super::desk::Record| setup::text(&ticket["summary"]).starts_with("More than");
        let storm = desk.tickets().into_iter().find(is_storm).expect("the storm's ticket");
        let closed = json!({ "id": status::COMPLETED, "name": "Completed" });
        desk.in_the_psa(
            "tickets",
            json!({ "id": storm["id"], "status": closed, "closedFlag": true }),
        );
        desk = desk.restart(&database).await;
        wait::until("the end of the storm", || async {
            let incidents = desk.incidents().await;
            let ended = incidents.iter().filter(|incident| incident["state"] == "CLOSED_IN_PSA");
            (ended.count() == 3).then_some(())
        })
        .await;
        desk.happens(run("f4", CONTOSO.0, "PC-2", "ERROR")).await;
        let storms = desk.tickets().into_iter().filter(is_storm).count();
        assert_eq!(
            (desk.tickets().len(), storms),
            (3, 2),
            "the next failure begins another storm"
        );
        desk.bridge.stop().await;
    })
    .await;
}
