//! The life of a ticket, by the settings: opened, noted on, closed, reopened.

use chrono::{DateTime, TimeDelta, Utc};
use psa_connectors::{Clock, SystemClock};
use psa_tests::{on_each_database, setup};
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, FABRIKAM, run, status};

#[tokio::test]
async fn a_failure_opens_a_repeat_notes_and_success_closes() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        let ticket = desk.ticket();
        assert_eq!(
            (&ticket["board"]["name"], &ticket["status"]["id"]),
            (&json!("Backup Alerts"), &json!(status::NEW))
        );
        assert_eq!(ticket["company"]["id"], desk.company_in_the_psa(CONTOSO.1));
        assert_eq!(ticket["summary"], "Backup Failed: Nightly on PC-1");
        let incident = desk.incidents().await.remove(0);
        assert_eq!(
            ticket["externalXRef"], incident["deliveries"][0]["marker"],
            "the ticket bears its marker"
        );
        assert!(setup::text(&ticket["externalXRef"]).starts_with("PB:"));
        assert_eq!(
            (&incident["state"], &incident["ticket"]["externalId"]),
            (&json!("OPEN"), &json!(ticket["id"].to_string()))
        );
        assert_eq!(desk.notes(), [""; 0]);

        desk.happens(run("e2", CONTOSO.0, "PC-1", "INTERRUPTED")).await;
        assert_eq!(desk.ticket()["id"], ticket["id"]);
        let notes = desk.notes();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(
            notes[0].starts_with("It was reported again.") && notes[0].contains("Interrupted"),
            "{notes:?}"
        );
        let destination = desk.bridge.simulator.records("notes").pop().expect("a note");
        assert_eq!(
            (
                &destination["internalAnalysisFlag"],
                &destination["detailDescriptionFlag"]
            ),
            (&json!(true), &json!(false))
        );

        desk.happens(run("e3", CONTOSO.0, "PC-1", "SUCCESS")).await;
        let closed = desk.ticket();
        assert_eq!(
            (&closed["closedFlag"], &closed["status"]["id"]),
            (&json!(true), &json!(status::COMPLETED))
        );
        assert_eq!(desk.incidents().await[0]["state"], "CLOSED");

        // Neither a further success nor what the rules ignore does anything.
        desk.happens(run("e4", CONTOSO.0, "PC-1", "SUCCESS")).await;
        desk.happens(run("e5", CONTOSO.0, "PC-1", "WARNING")).await;
        assert_eq!(
            (desk.ticket(), desk.notes().len(), desk.incidents().await.len()),
            (closed, 1, 1)
        );

        // Reopening is off: the next failure is a ticket of its own.
        desk.happens(run("e6", CONTOSO.0, "PC-1", "ERROR")).await;
        let tickets = desk.tickets();
        assert_eq!(tickets.len(), 2);
        assert_ne!(tickets[0]["externalXRef"], tickets[1]["externalXRef"]);
        assert_eq!(
            (&tickets[0]["closedFlag"], &tickets[1]["closedFlag"]),
            (&json!(true), &json!(false))
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn each_condition_has_a_ticket_of_its_own() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let mut weekly = run("e3", CONTOSO.0, "PC-1", "ERROR");
        weekly["planName"] = json!("Weekly");
        let runs = [
            run("e1", CONTOSO.0, "PC-1", "ERROR"),
            run("e2", CONTOSO.0, "PC-2", "OVERDUE"),
            weekly,
            run("e4", FABRIKAM.0, "PC-1", "UNEXPECTEDLY_CLOSED"),
        ];
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 4]);
        desk.delivered().await;
        let mut seen: Vec<_> = desk
            .tickets()
            .iter()
            .map(|ticket| {
                (
                    setup::text(&ticket["company"]["identifier"]),
                    setup::text(&ticket["summary"]),
                )
            })
            .collect();
        seen.sort();
        let of = |company: &str, summary: &str| (company.to_owned(), summary.to_owned());
        assert_eq!(
            seen,
            [
                of("ContosoDental", "Backup Failed: Nightly on PC-1"),
                of("ContosoDental", "Backup Failed: Weekly on PC-1"),
                of("ContosoDental", "Backup Overdue: Nightly on PC-2"),
                of("Fabrikam", "Backup Unexpectedly closed: Nightly on PC-1"),
            ]
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_ticket_closed_lately_is_reopened_and_one_closed_long_ago_is_not() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.share(json!({ "reopenWithinDays": 2 })).await;
        let now = SystemClock.now();
        let days_ago = |days: i64, mut run: Value| {
            let at: DateTime<Utc> = now - TimeDelta::days(days);
            run["occurredAt"] = json!(at);
            run
        };
        for (computer, failed, recovered) in [("PC-1", 2, 1), ("PC-2", 5, 4)] {
            desk.happens(days_ago(
                failed,
                run(&format!("{computer}-1"), CONTOSO.0, computer, "ERROR"),
            ))
            .await;
            desk.happens(days_ago(
                recovered,
                run(&format!("{computer}-2"), CONTOSO.0, computer, "SUCCESS"),
            ))
            .await;
        }
        assert!(desk.tickets().iter().all(|ticket| ticket["closedFlag"] == true));

        desk.happens(run("PC-1-3", CONTOSO.0, "PC-1", "ERROR")).await;
        let tickets = desk.tickets();
        assert_eq!(tickets.len(), 2, "no new one");
        assert_eq!(
            (&tickets[0]["closedFlag"], &tickets[0]["status"]["id"]),
            (&json!(false), &json!(status::REOPENED))
        );
        let notes = desk.notes();
        assert!(
            notes.len() == 1 && notes[0].starts_with("The trouble is back."),
            "{notes:?}"
        );

        desk.happens(run("PC-2-3", CONTOSO.0, "PC-2", "ERROR")).await;
        let tickets = desk.tickets();
        assert_eq!((tickets.len(), desk.notes().len()), (3, 1), "four days are too long");
        assert_eq!(
            (&tickets[1]["closedFlag"], &tickets[2]["closedFlag"]),
            (&json!(true), &json!(false))
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_ticket_per_event_is_closed_with_the_others() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.share(json!({ "mode": "NEW_TICKET_PER_EVENT" })).await;
        for event in ["e1", "e2", "e3"] {
            desk.happens(run(event, CONTOSO.0, "PC-1", "ERROR")).await;
        }
        let tickets = desk.tickets();
        let markers: std::collections::BTreeSet<_> = tickets
            .iter()
            .map(|ticket| setup::text(&ticket["externalXRef"]))
            .collect();
        assert_eq!((tickets.len(), markers.len(), desk.notes().len()), (3, 3, 0));
        assert!(tickets.iter().all(|ticket| ticket["closedFlag"] == false));
        desk.happens(run("e4", CONTOSO.0, "PC-1", "SUCCESS")).await;
        let tickets = desk.tickets();
        assert_eq!(tickets.len(), 3);
        assert!(
            tickets.iter().all(|ticket| ticket["closedFlag"] == true),
            "one recovery ends all of them: {tickets:?}"
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn recovery_does_what_the_settings_say() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        for (policy, computer, said) in [("NOTE", "PC-1", 1), ("NOTHING", "PC-2", 0)] {
            desk.share(json!({ "onRecovery": policy, "notes": "DISCUSSION" })).await;
            let before = desk.notes().len();
            desk.happens(run(&format!("{computer}-1"), CONTOSO.0, computer, "ERROR"))
                .await;
            desk.happens(run(&format!("{computer}-2"), CONTOSO.0, computer, "SUCCESS"))
                .await;
            let ticket = desk.tickets().pop().expect("a ticket");
            assert_eq!(
                (&ticket["closedFlag"], &ticket["status"]["id"]),
                (&json!(false), &json!(status::NEW)),
                "{policy}"
            );
            let notes = desk.notes();
            assert_eq!(notes.len() - before, said, "{policy}");
            assert!(
                notes[before..]
                    .iter()
                    .all(|note| note.starts_with("The trouble is over.")),
                "{notes:?}"
            );
            assert_eq!(desk.incidents().await[0]["state"], "RECOVERED", "{policy}");

            // Its ticket is still there for the next failure.
            let tickets = desk.tickets().len();
            desk.happens(run(&format!("{computer}-3"), CONTOSO.0, computer, "ERROR"))
                .await;
            assert_eq!(
                (desk.tickets().len(), desk.notes().len() - before),
                (tickets, said + 1),
                "{policy}"
            );
            assert_eq!(desk.incidents().await[0]["state"], "OPEN", "{policy}");
        }
        let note = desk.bridge.simulator.records("notes").pop().expect("a note");
        assert_eq!(
            (&note["internalAnalysisFlag"], &note["detailDescriptionFlag"]),
            (&json!(false), &json!(true))
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_rmm_alert_opens_a_ticket_and_its_end_closes_it() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let enable = "mutation R($input: UpdateAgentTicketsInput!) { updateRmmAgentTickets(input: $input) {
            tickets { enabled } userErrors { code field message }
        } }";
        let input = json!({ "integrationId": desk.integration, "enabled": true, "routing": desk.routing().await });
        desk.client.succeed(enable, input).await;
        let report = "mutation R($input: ReportRmmAlertsInput!) { reportRmmAlerts(input: $input) {
            accepted duplicates rejected userErrors { code field message }
        } }";
        let begin = SystemClock.now() - TimeDelta::minutes(30);
        let alert = |event: &str, subject: &str, severity: &str, ended: Option<DateTime<Utc>>| {
            json!({
                "eventId": event, "companyExternalId": CONTOSO.0, "alertType": "USED_DISK_SPACE", "severity": severity,
                "subject": subject, "computerName": "PC-1", "beginAt": begin, "endAt": ended, "title": format!("{event} says so"),
            })
        };
        let begun = [alert("a1", "C:", "PROBLEM", None), alert("a2", "D:", "PROBLEM", None), alert("a3", "E:", "WARNING", None)];
        let payload = desk.client.succeed(report, json!({ "records": begun })).await;
        assert_eq!(payload["accepted"], 3);
        desk.delivered().await;
        assert_eq!(desk.tickets().len(), 2, "a warning is not worth a ticket by the usual rules");

        // It ends by its own word, although it still calls itself a problem.
        let ended = alert("a4", "C:", "PROBLEM", Some(begin + TimeDelta::minutes(10)));
        desk.client.succeed(report, json!({ "records": [ended] })).await;
        desk.delivered().await;
        let texts = desk.bridge.simulator.records("notes");
        let mut closed: Vec<_> = desk
            .tickets()
            .into_iter()
            .map(|ticket| {
                let text = texts.iter().find(|note| note["ticketId"] == ticket["id"]).expect("it says something");
                let of_c = setup::text(&text["text"]).contains("Subject: C:");
                (of_c, ticket["closedFlag"].clone())
            })
            .collect();
        closed.sort_by_key(|(of_c, _)| *of_c);
        assert_eq!(closed, [(false, json!(false)), (true, json!(true))], "only that of the disk C: is closed");
        assert_eq!(desk.notes(), [""; 0]);
        desk.bridge.stop().await;
    })
    .await;
}
