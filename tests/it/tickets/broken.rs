//! A PSA that breaks off, stumbles or is away: what was written is found, what was not is written, once.

use psa_simulator::connectwise::{Simulator, SimulatorOptions};
use psa_simulator::{Fault, FaultRule};
use psa_tests::{on_each_database, wait};
use serde_json::json;

use super::desk::{CONTOSO, Desk, run};

fn arm(desk: &Desk, method: &str, path: &str, fault: Fault, times: u32) -> u64 {
    let rule = FaultRule::new(fault).on(method, path).times(times);
    desk.bridge.simulator.inject(rule)
}

/// Makes sure that an armed fault has hit.
fn hit(desk: &Desk, fault: u64) {
    assert!(!desk.bridge.simulator.remove_fault(fault), "the fault has hit nothing");
}

/// What goes wrong with one write, and what it is called.
fn faults() -> [(&'static str, Fault); 7] {
    let status = |code, retry_after| Fault::Status {
        code,
        retry_after,
        body: None,
    };
    [
        ("reset-after", Fault::ResetAfterCommit),
        ("reset-before", Fault::ResetBefore),
        ("timeout", status(500, None)),
        ("busy", status(503, None)),
        ("too-many", status(429, Some(1))),
        ("web-page", Fault::HtmlBody),
        ("slow", Fault::SlowBody { ms: 300 }),
    ]
}

#[tokio::test]
async fn every_stumble_of_the_psa_ends_in_one_ticket_one_note_and_one_close() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        for (index, (name, fault)) in faults().into_iter().enumerate() {
            let armed = arm(&desk, "POST", "service/tickets", fault.clone(), 1);
            desk.happens(run(&format!("{name}-1"), CONTOSO.0, name, "ERROR")).await;
            hit(&desk, armed);
            assert_eq!((desk.tickets().len(), desk.notes().len()), (index + 1, index), "{name}");

            let armed = arm(&desk, "POST", "/notes", fault.clone(), 1);
            desk.happens(run(&format!("{name}-2"), CONTOSO.0, name, "ERROR")).await;
            hit(&desk, armed);
            assert_eq!(
                (desk.tickets().len(), desk.notes().len()),
                (index + 1, index + 1),
                "{name}"
            );

            let armed = arm(&desk, "PATCH", "service/tickets", fault, 1);
            desk.happens(run(&format!("{name}-3"), CONTOSO.0, name, "SUCCESS"))
                .await;
            hit(&desk, armed);
            let tickets = desk.tickets();
            assert_eq!((tickets.len(), desk.notes().len()), (index + 1, index + 1), "{name}");
            assert!(tickets.iter().all(|ticket| ticket["closedFlag"] == true), "{name}");
        }
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_reopening_that_breaks_off_halfway_is_finished() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.share(json!({ "reopenWithinDays": 7 })).await;
        for (index, (method, path)) in [("PATCH", "service/tickets"), ("POST", "/notes")]
            .into_iter()
            .enumerate()
        {
            let computer = format!("PC-{index}");
            desk.happens(run(&format!("{index}-1"), CONTOSO.0, &computer, "ERROR"))
                .await;
            desk.happens(run(&format!("{index}-2"), CONTOSO.0, &computer, "SUCCESS"))
                .await;
            let armed = arm(&desk, method, path, Fault::ResetAfterCommit, 1);
            desk.happens(run(&format!("{index}-3"), CONTOSO.0, &computer, "ERROR"))
                .await;
            hit(&desk, armed);
            let tickets = desk.tickets();
            assert_eq!(
                (tickets.len(), desk.notes().len()),
                (index + 1, index + 1),
                "{method} {path}"
            );
            assert_eq!(tickets[index]["closedFlag"], false, "{method} {path}");
        }
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_written_while_nobody_can_look() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let lost = arm(&desk, "POST", "service/tickets", Fault::ResetAfterCommit, 1);
        // The connector asks four times before it gives up.
        let blind = arm(
            &desk,
            "GET",
            "service/tickets",
            Fault::Status {
                code: 503,
                retry_after: None,
                body: None,
            },
            5,
        );
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        hit(&desk, lost);
        hit(&desk, blind);
        desk.ticket();
        let outcomes: Vec<_> = desk.incidents().await[0]["deliveries"][0]["attempts"]
            .as_array()
            .expect("a list")
            .clone();
        assert_eq!(
            outcomes,
            [json!({ "outcome": "UNCERTAIN" }), json!({ "outcome": "ADOPTED" })]
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_psa_that_was_away_gets_everything_once() {
    on_each_database(|database| async move {
        let mut desk = Desk::open(&database).await;
        let port = desk.bridge.simulator.port();
        let stand_in = Simulator::start(SimulatorOptions::default())
            .await
            .expect("a simulator starts");
        let away = std::mem::replace(&mut desk.bridge.simulator, stand_in);
        away.shutdown().await.expect("it stops");

        let runs: Vec<_> = (0..12)
            .map(|number| run(&format!("e{number}"), CONTOSO.0, &format!("PC-{number}"), "ERROR"))
            .collect();
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 12]);
        wait::until("an attempt that reached nobody", || async {
            let incidents = desk.incidents().await;
            incidents
                .iter()
                .any(|incident| incident["deliveries"][0]["attempts"].to_string().contains("NOT_SENT"))
                .then_some(())
        })
        .await;
        let back = Simulator::start(SimulatorOptions {
            port,
            ..SimulatorOptions::default()
        })
        .await
        .expect("the port is free");
        desk.bridge.simulator = back;
        desk.delivered().await;
        let mut summaries: Vec<_> = desk
            .tickets()
            .iter()
            .map(|ticket| ticket["summary"].to_string())
            .collect();
        assert_eq!(summaries.len(), 12, "{summaries:?}");
        summaries.sort();
        summaries.dedup();
        assert_eq!(summaries.len(), 12, "one for each condition");
        desk.bridge.stop().await;
    })
    .await;
}
