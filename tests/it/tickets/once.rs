//! What was said before, or too late, changes nothing.

use chrono::TimeDelta;
use futures_util::future::join_all;
use psa_connectors::{Clock, SystemClock};
use psa_tests::on_each_database;
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, UNBOUND, run};

#[tokio::test]
async fn the_same_event_again_is_a_duplicate_and_nothing_more() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let first = run("e1", CONTOSO.0, "PC-1", "ERROR");
        assert_eq!(
            desk.report(&[first.clone(), first.clone()]).await,
            ["ACCEPTED", "DUPLICATE"]
        );
        desk.delivered().await;
        assert_eq!(
            desk.report(&[run("e2", CONTOSO.0, "PC-2", "ERROR"), first.clone()])
                .await,
            ["ACCEPTED", "DUPLICATE"]
        );
        // Whatever it says now: the id is known.
        assert_eq!(
            desk.report(&[run("e1", CONTOSO.0, "PC-3", "ERROR")]).await,
            ["DUPLICATE"]
        );
        assert_eq!(
            desk.report(&[run(" e1 ", CONTOSO.0, "PC-1", "SUCCESS")]).await,
            ["DUPLICATE"]
        );
        desk.delivered().await;
        let tickets = desk.tickets();
        assert_eq!((tickets.len(), desk.notes().len()), (2, 0));
        assert!(tickets.iter().all(|ticket| ticket["closedFlag"] == false));
        let occurrences: Vec<_> = desk
            .incidents()
            .await
            .iter()
            .map(|incident| incident["occurrences"].clone())
            .collect();
        assert_eq!(occurrences, [json!(1), json!(1)]);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn senders_that_report_the_same_at_once_make_one_ticket() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let batch: Vec<_> = (0..20)
            .map(|number| {
                run(
                    &format!("e{number}"),
                    CONTOSO.0,
                    &format!("PC-{}", number % 10),
                    "ERROR",
                )
            })
            .collect();
        let answers = join_all((0..6).map(|_| desk.report(&batch))).await;
        let accepted = answers
            .iter()
            .flatten()
            .filter(|outcome| **outcome == "ACCEPTED")
            .count();
        let duplicates = answers
            .iter()
            .flatten()
            .filter(|outcome| **outcome == "DUPLICATE")
            .count();
        assert_eq!((accepted, duplicates), (20, 100));
        desk.delivered().await;
        assert_eq!(
            (desk.tickets().len(), desk.notes().len()),
            (10, 10),
            "ten conditions, each reported twice"
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn senders_that_report_one_condition_at_once_make_one_ticket() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let at = SystemClock.now();
        let reports = (0..8).map(|number| {
            let mut run = run(&format!("e{number}"), CONTOSO.0, "PC-1", "ERROR");
            run["occurredAt"] = json!(at);
            let desk = &desk;
            async move { desk.report(&[run]).await }
        });
        for outcome in join_all(reports).await {
            assert_eq!(outcome, ["ACCEPTED"]);
        }
        desk.delivered().await;
        assert_eq!(desk.ticket()["closedFlag"], false);
        assert_eq!(desk.notes().len(), 7);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_comes_late_changes_nothing() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let now = SystemClock.now();
        let minutes_ago = |minutes: i64, mut run: Value| {
            run["occurredAt"] = json!(now - TimeDelta::minutes(minutes));
            run
        };
        desk.happens(minutes_ago(10, run("e1", CONTOSO.0, "PC-1", "ERROR")))
            .await;
        let before = desk.ticket();
        desk.happens(minutes_ago(11, run("e2", CONTOSO.0, "PC-1", "SUCCESS")))
            .await;
        desk.happens(minutes_ago(12, run("e3", CONTOSO.0, "PC-1", "ERROR")))
            .await;
        assert_eq!(
            (desk.ticket(), desk.notes().len()),
            (before, 0),
            "the failure is the latest word"
        );

        desk.happens(minutes_ago(5, run("e4", CONTOSO.0, "PC-1", "SUCCESS")))
            .await;
        let closed = desk.ticket();
        assert_eq!(closed["closedFlag"], true);
        desk.happens(minutes_ago(6, run("e5", CONTOSO.0, "PC-1", "ERROR")))
            .await;
        assert_eq!(
            (desk.ticket(), desk.notes().len()),
            (closed, 0),
            "the recovery is the latest word"
        );

        // One batch is put in order before it is judged.
        let batch = [
            minutes_ago(1, run("f2", CONTOSO.0, "PC-2", "SUCCESS")),
            minutes_ago(2, run("f1", CONTOSO.0, "PC-2", "ERROR")),
        ];
        assert_eq!(desk.report(&batch).await, ["ACCEPTED"; 2]);
        desk.delivered().await;
        let tickets = desk.tickets();
        assert_eq!((tickets.len(), &tickets[1]["closedFlag"]), (2, &json!(true)));

        // A clock that is fast does not hide what follows.
        desk.happens(minutes_ago(-600, run("g1", CONTOSO.0, "PC-3", "ERROR")))
            .await;
        desk.happens(run("g2", CONTOSO.0, "PC-3", "SUCCESS")).await;
        assert_eq!(desk.tickets().pop().expect("a ticket")["closedFlag"], true);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_rejected_event_does_not_use_up_its_id() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let nobody = run("e1", "nobody", "PC-1", "ERROR");
        let nameless = run("e2", CONTOSO.0, " ", "ERROR");
        let known = run("e3", UNBOUND, "PC-1", "RUNNING");
        assert_eq!(
            desk.report(&[nobody, nameless, known]).await,
            ["REJECTED", "REJECTED", "ACCEPTED"]
        );
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        desk.happens(run("e2", CONTOSO.0, "PC-2", "ERROR")).await;
        assert_eq!(desk.tickets().len(), 2);
        desk.bridge.stop().await;
    })
    .await;
}
