//! The address that the PSA is told: on activation, again when it forgot it, and not any more in the end.

use std::sync::Arc;

use chrono::TimeDelta;
use psa_simulator::connectwise::{Simulator, SimulatorOptions};
use psa_simulator::{Fault, FaultRule};
use psa_tests::{MovedClock, Options, on_each_database, setup, wait};
use serde_json::{Value, json};

use super::{address, callbacks, is, look, open, state, told};
use crate::{deleting::DELETE, tickets::desk::Desk};

#[tokio::test]
async fn it_is_registered_on_activation_when_the_server_has_an_address() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let known = callbacks(&desk);
        assert_eq!(known.len(), 1, "{known:?}");
        assert_eq!(
            (&known[0]["type"], &known[0]["level"], &known[0]["inactiveFlag"]),
            (&json!("ticket"), &json!("owner"), &json!(false))
        );
        let address = address(&desk);
        let path = address.strip_prefix(&format!("{}/webhooks/", desk.bridge.base));
        let token = path
            .and_then(|path| path.split('/').nth(1))
            .expect("an address of ours");
        assert_eq!(token.len(), 43, "256 bits");
        let state = state(&desk).await;
        assert!(
            state["ensuredAt"].is_string() && state["problem"].is_null(),
            "{state:#}"
        );
        desk.activate().await;
        assert_eq!(callbacks(&desk).len(), 1);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn without_an_address_nothing_is_registered() {
    on_each_database(|database| async move {
        let desk = Desk::open(&database).await;
        assert_eq!(state(&desk).await["status"], "OFF_NO_PUBLIC_URL");
        look(&desk).await;
        assert_eq!(callbacks(&desk).len(), 0);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_the_psa_switched_off_is_revived() {
    on_each_database(|database| async move {
        let clock = Arc::new(MovedClock::default());
        let options = Options {
            clock: Arc::clone(&clock) as Arc<_>,
            ..told()
        };
        let mut desk = Desk::open_with(&database, options).await;
        let first = is(&desk, "REGISTERED").await;
        let id = callbacks(&desk)[0]["id"].clone();
        desk.in_the_psa("callbacks", json!({ "id": id, "inactiveFlag": true }));
        look(&desk).await;
        clock.advance(TimeDelta::hours(25));
        desk.client = desk.bridge.admin();
        look(&desk).await;
        wait::until("the PSA's word", || async {
            (state(&desk).await["ensuredAt"] != first["ensuredAt"]).then_some(())
        })
        .await;
        let known = callbacks(&desk);
        assert_eq!(
            (known.len(), &known[0]["inactiveFlag"]),
            (1, &json!(false)),
            "{known:?}"
        );

        // A failure is shown, and tried again an hour later.
        let refusal = FaultRule::new(Fault::status(403)).on_path("system/callbacks");
        let refusal = desk.bridge.simulator.inject(refusal);
        clock.advance(TimeDelta::hours(25));
        desk.client = desk.bridge.admin();
        look(&desk).await;
        let failing = is(&desk, "FAILING").await;
        assert_eq!(failing["problem"]["code"], "MISSING_PERMISSION", "{failing:#}");
        desk.bridge.simulator.remove_fault(refusal);
        clock.advance(TimeDelta::hours(2));
        desk.client = desk.bridge.admin();
        look(&desk).await;
        is(&desk, "REGISTERED").await;
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn another_address_of_the_server_takes_the_place_of_the_former() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let former = address(&desk);
        let simulator = desk.bridge.stop().await;
        let bridge = psa_tests::Bridge::start_beside(&database, simulator, told()).await;
        let client = bridge.admin();
        let desk = Desk { bridge, client, ..desk };
        wait::until("the new address", || async {
            let known = callbacks(&desk);
            (known.len() == 1 && address(&desk).starts_with(&desk.bridge.base)).then_some(())
        })
        .await;
        assert_ne!(address(&desk), former);
        desk.bridge.stop().await;
    })
    .await;
}

async fn delete(desk: &Desk) -> Value {
    let input = json!({ "integrationId": desk.integration, "confirmName": "ConnectWise PSA" });
    let begun = desk.client.succeed(DELETE, input).await;
    let ended = setup::finished(&desk.client, &setup::text(&begun["job"]["id"])).await;
    assert_eq!(ended["state"], "SUCCEEDED", "{ended:#}");
    ended["result"].clone()
}

/// What a job has as its result, whether it travels as JSON or as its text.
fn said(result: &Value, what: &str) -> bool {
    result.to_string().contains(what)
}

#[tokio::test]
async fn it_is_removed_when_the_integration_is_deleted() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let result = delete(&desk).await;
        assert!(said(&result, "REMOVED"), "{result}");
        assert_eq!(callbacks(&desk).len(), 0);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_psa_that_does_not_listen_keeps_nothing_from_being_deleted() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let deaf = FaultRule::new(Fault::status(403)).on_path("system/callbacks");
        desk.bridge.simulator.inject(deaf);
        let result = delete(&desk).await;
        assert!(said(&result, "LEFT"), "{result}");
        assert_eq!(callbacks(&desk).len(), 1);
        desk.bridge.stop().await;
    })
    .await;
}

#[tokio::test]
async fn keys_of_another_site_take_it_there() {
    on_each_database(|database| async move {
        let desk = open(&database).await;
        let other = Simulator::start(SimulatorOptions::default())
            .await
            .expect("another site");
        let rekey = "mutation R($input: UpdateCredentialsInput!) { updateCredentials(input: $input) {
            integration { id } userErrors { code field message }
        } }";
        let replace = async |site: &str| {
            let mut credentials = setup::connection(&desk.bridge)["credentials"].clone();
            credentials[0]["value"] = json!(site);
            let input = json!({ "integrationId": desk.integration, "credentials": credentials });
            desk.client.succeed(rekey, input).await;
        };
        let before = address(&desk);
        replace(desk.bridge.simulator.base_url()).await;
        assert_eq!(address(&desk), before, "the same site keeps it");

        // The look that the new keys led to would find the former site once more.
        let query = "query J($id: ID!) { integration(id: $id) { jobs(first: 50) { nodes { state } } } }";
        wait::until("idle workers", || async {
            let data = desk.client.run(query, json!({ "id": desk.integration })).await;
            let jobs = data["integration"]["jobs"]["nodes"].as_array().expect("a list").clone();
            let busy = |job: &serde_json::Value| ["QUEUED", "RUNNING"].iter().any(|state| job["state"] == *state);
            (!jobs.iter().any(busy)).then_some(())
        })
        .await;

        replace(other.base_url()).await;
        assert_eq!(callbacks(&desk).len(), 0, "the former site");
        wait::until("the other site to know it", || async {
            let known = other.records("callbacks");
            (known.len() == 1).then_some(())
        })
        .await;
        desk.bridge.stop().await;
        other.shutdown().await.expect("it stops");
    })
    .await;
}
