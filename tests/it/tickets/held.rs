//! What cannot be sent now is held, with its reason, and goes on by itself when the reason is gone.

use std::sync::Arc;

use chrono::TimeDelta;
use psa_simulator::{Fault, FaultRule};
use psa_tests::{MovedClock, Options, on_each_database, setup};
use serde_json::{Value, json};

use super::desk::{CONTOSO, Desk, UNBOUND, run, status};

/// The integration's status and the code of its problem.
async fn health(desk: &Desk) -> (Value, Value) {
    let query = "query S($id: ID!) { integration(id: $id) { status problem { code } } }";
    let mut data = desk.client.run(query, json!({ "id": desk.integration })).await;
    (
        data["integration"]["status"].take(),
        data["integration"]["problem"]["code"].take(),
    )
}

async fn pause(desk: &Desk) {
    let query = "mutation P($input: PauseIntegrationInput!) { pauseIntegration(input: $input) {
        integration { status } userErrors { code field message }
    } }";
    desk.client
        .succeed(query, json!({ "integrationId": desk.integration }))
        .await;
}

#[tokio::test]
async fn an_unbound_company_waits_for_its_own_company() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let runs = [
            run("e1", UNBOUND, "PC-1", "ERROR"),
            run("e2", CONTOSO.0, "PC-1", "ERROR"),
        ];
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 2]);
        let held = desk.waits("HELD", Some("COMPANY_UNMAPPED")).await;
        assert_eq!(held["problem"]["code"], "COMPANY_NOT_MAPPED");
        assert!(setup::text(&held["problem"]["remedy"]).contains("bindCompanies"));
        desk.waits("DELIVERED", None).await;
        assert_eq!(desk.ticket()["company"]["identifier"], CONTOSO.1, "others do not wait");

        // What follows waits behind it, and is counted.
        assert_eq!(desk.report(&[run("e3", UNBOUND, "PC-1", "ERROR")]).await, ["ACCEPTED"]);
        desk.waits("HELD", Some("EARLIER_DELIVERY")).await;
        let counts = super::desk::counts(&desk.client, &desk.integration).await;
        let held = |hold: &str| {
            counts
                .iter()
                .find(|count| count["hold"] == *hold)
                .map(|count| count["count"].clone())
        };
        assert_eq!(
            (held("COMPANY_UNMAPPED"), held("EARLIER_DELIVERY")),
            (Some(json!(1)), Some(json!(1))),
            "{counts:?}"
        );

        setup::bind_company(&desk.client, &desk.integration, &desk.companies[2], "TreyResearch").await;
        desk.delivered().await;
        let companies: Vec<_> = desk
            .tickets()
            .iter()
            .map(|ticket| ticket["company"]["identifier"].clone())
            .collect();
        assert_eq!(
            (companies, desk.notes().len()),
            (vec![json!(CONTOSO.1), json!("TreyResearch")], 1)
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_excluded_company_has_no_tickets_until_it_is_bound() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let exclude = "mutation E($input: ExcludeCompaniesInput!) { excludeCompanies(input: $input) {
            results { error { code } } userErrors { code field message }
        } }";
        let input = json!({ "integrationId": desk.integration, "companyIds": [desk.companies[0]] });
        desk.client.succeed(exclude, input).await;
        assert_eq!(
            desk.report(&[run("e1", CONTOSO.0, "PC-1", "ERROR")]).await,
            ["ACCEPTED"]
        );
        desk.waits("HELD", Some("COMPANY_EXCLUDED")).await;
        assert!(desk.tickets().is_empty());
        setup::bind_company(&desk.client, &desk.integration, &desk.companies[0], CONTOSO.1).await;
        desk.delivered().await;
        assert_eq!(desk.ticket()["company"]["identifier"], CONTOSO.1);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_paused_integration_sends_nothing_until_it_is_active_again() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        pause(&desk).await;
        desk.bridge.simulator.clear_requests();
        let runs = [
            run("e2", CONTOSO.0, "PC-1", "ERROR"),
            run("e3", CONTOSO.0, "PC-2", "ERROR"),
        ];
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 2]);
        held(&desk, "INTEGRATION_PAUSED", 2).await;
        assert!(desk.bridge.simulator.requests().is_empty(), "the PSA is not even asked");
        desk.activate().await;
        desk.delivered().await;
        assert_eq!((desk.tickets().len(), desk.notes().len()), (2, 1));
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_routing_that_lacks_something_holds_until_it_is_complete() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        pause(&desk).await;
        assert_eq!(
            desk.report(&[run("e1", CONTOSO.0, "PC-1", "ERROR")]).await,
            ["ACCEPTED"]
        );
        held(&desk, "INTEGRATION_PAUSED", 1).await;
        desk.route(json!({ "enabled": false, "routing": { "boardId": null } }))
            .await;
        desk.activate().await;
        let delivery = desk.waits("HELD", Some("ROUTING_INCOMPLETE")).await;
        assert_eq!(delivery["problem"]["message"], "No board is chosen.");
        assert!(desk.tickets().is_empty());
        desk.route(json!({ "enabled": true, "routing": desk.routing().await }))
            .await;
        desk.delivered().await;
        assert_eq!(desk.ticket()["board"]["name"], "Backup Alerts");

        // A status that the PSA no longer uses.
        desk.in_the_psa("boardStatuses", json!({ "id": status::NEW, "inactive": true }));
        setup::import(&desk.client, &desk.integration).await;
        assert_eq!(
            desk.report(&[run("e2", CONTOSO.0, "PC-2", "ERROR")]).await,
            ["ACCEPTED"]
        );
        let delivery = desk.waits("HELD", Some("ROUTING_INCOMPLETE")).await;
        assert_eq!(
            delivery["problem"]["message"],
            "The board “Backup Alerts” has no status 201 in use."
        );
        desk.route(json!({ "routing": { "newStatusId": status::IN_PROGRESS.to_string() } }))
            .await;
        desk.delivered().await;
        let tickets = desk.tickets();
        assert_eq!(
            (tickets.len(), &tickets[1]["status"]["id"]),
            (2, &json!(status::IN_PROGRESS))
        );
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn revoked_keys_hold_everything_until_there_are_new_ones() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        desk.bridge.simulator.rotate_keys("public-2", "private-2");
        let runs = [
            run("e2", CONTOSO.0, "PC-1", "ERROR"),
            run("e3", CONTOSO.0, "PC-2", "ERROR"),
        ];
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 2]);
        held(&desk, "INTEGRATION_BROKEN", 2).await;
        assert_eq!(health(&desk).await, (json!("BROKEN"), json!("INVALID_CREDENTIALS")));
        assert_eq!((desk.tickets().len(), desk.notes().len()), (1, 0));

        let rekey = "mutation R($input: UpdateCredentialsInput!) { updateCredentials(input: $input) {
            integration { status } userErrors { code field message }
        } }";
        let mut connection = setup::connection(&desk.bridge);
        for entry in connection["credentials"].as_array_mut().expect("a list") {
            if let Some(value) = [("public_key", "public-2"), ("private_key", "private-2")]
                .iter()
                .find(|(name, _)| entry["field"] == *name)
            {
                entry["value"] = json!(value.1);
            }
        }
        let input = json!({ "integrationId": desk.integration, "credentials": connection["credentials"] });
        let payload = desk.client.succeed(rekey, input).await;
        assert_eq!(payload["integration"]["status"], "ACTIVE");
        desk.delivered().await;
        assert_eq!((desk.tickets().len(), desk.notes().len()), (2, 1));
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_psa_that_does_not_answer_holds_everything_until_it_does() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        let down = Fault::Status {
            code: 503,
            retry_after: None,
            body: None,
        };
        desk.bridge.simulator.inject(FaultRule::new(down));
        let runs: Vec<_> = (0..40)
            .map(|number| run(&format!("e{number}"), CONTOSO.0, &format!("PC-{number}"), "ERROR"))
            .collect();
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 40]);
        let held = desk.waits("HELD", Some("PSA_UNAVAILABLE")).await;
        assert_eq!(held["problem"]["code"], "PSA_UNAVAILABLE");
        assert!(setup::text(&held["problem"]["remedy"]).contains("by itself"), "{held}");
        desk.bridge.simulator.clear_faults();
        desk.delivered().await;
        assert_eq!(desk.tickets().len(), 40);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_held_for_too_long_is_a_dead_letter_that_a_person_can_still_retry() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: Arc::clone(&clock) as _,
            ..Options::default()
        };
        let mut desk = Desk::open_with(&database, options).await;
        desk.share(json!({ "expireAfterDays": 2 })).await;
        let runs = [run("e1", UNBOUND, "PC-1", "ERROR"), run("e2", UNBOUND, "PC-1", "ERROR")];
        assert_eq!(desk.report(&runs).await, ["ACCEPTED"; 2]);
        desk.waits("HELD", Some("EARLIER_DELIVERY")).await;
        clock.advance(TimeDelta::days(1));
        desk.client = desk.bridge.admin();
        desk.share(json!({ "notes": "INTERNAL" })).await;
        desk.waits("HELD", Some("COMPANY_UNMAPPED")).await;
        clock.advance(TimeDelta::days(1) + TimeDelta::minutes(5));
        desk.client = desk.bridge.admin();
        let dead = desk.waits("DEAD", None).await;
        assert_eq!(dead["problem"]["code"], "HELD_TOO_LONG");
        desk.waits("HELD", Some("EARLIER_DELIVERY")).await;

        setup::bind_company(&desk.client, &desk.integration, &desk.companies[2], "TreyResearch").await;
        let retry = "mutation R($input: RetryDeliveriesInput!) { retryDeliveries(input: $input) {
            userErrors { code field message }
        } }";
        desk.client.succeed(retry, json!({ "deliveryIds": [dead["id"]] })).await;
        desk.delivered().await;
        assert_eq!((desk.tickets().len(), desk.notes().len()), (1, 1));
        desk.bridge.stop().await;
    })
    .await;
}

/// Waits until this many deliveries are held for this reason.
async fn held(desk: &Desk, reason: &str, count: usize) {
    psa_tests::wait::until("held deliveries", || async {
        let counts = super::desk::counts(&desk.client, &desk.integration).await;
        counts
            .iter()
            .any(|row| row["hold"] == *reason && row["count"] == json!(count))
            .then_some(())
    })
    .await;
}
