//! Imports that are interrupted: by a kill, by a PSA that stumbles. They go on after the last page that was stored.

use std::path::Path;

use psa_simulator::connectwise::{Simulator, SimulatorOptions};
use psa_simulator::{DataSet, Fault, FaultRule};
use psa_tests::{Bridge, Options, bridge, on_each_database, process::Process, setup, wait};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bridge-under-test");
/// The records and pages of the list that is read.
const CONTACTS: usize = 5000;
const PAGE: usize = 1000;

/// The ids after which pages of contacts were asked for, in the order of asking.
fn asked(simulator: &Simulator) -> Vec<i64> {
    let requests = simulator.requests();
    let contacts = requests
        .iter()
        .filter(|request| request.path.ends_with("/company/contacts"));
    contacts
        .filter_map(|request| {
            let pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
            let (_, id) = pairs.into_iter().find(|(name, _)| *name == "pageId")?;
            id.parse().ok()
        })
        .collect()
}

/// Waits until so many pages were asked for.
async fn asked_for(simulator: &Simulator, pages: usize) {
    wait::until("a page to be asked for", || async {
        (asked(simulator).len() >= pages).then_some(())
    })
    .await;
}

fn options() -> Options {
    Options {
        simulator: SimulatorOptions {
            data_set: DataSet::Msp,
            ..SimulatorOptions::default()
        },
        ..Options::default()
    }
}

#[tokio::test]
async fn a_killed_import_goes_on_after_its_last_page() {
    on_each_database(|database| async move {
        let bridge = Bridge::start_with(&database, options()).await;
        let integration = setup::connect(&bridge, &bridge.admin()).await;
        let simulator = bridge.stop().await;
        simulator.clear_requests();
        // Long enough for a kill to meet a page on its way.
        simulator.inject(FaultRule::new(Fault::Latency { ms: 250 }).on_route("GET", "company/contacts"));
        let mut config = bridge::config(&database, &options());
        config.jobs.lease_seconds = 5;

        let mut process = Process::start(Path::new(PROGRAM), &config);
        let input = json!({ "integrationId": integration, "resources": ["CONTACTS"], "mode": "FULL" });
        let payload = process.admin().succeed(setup::IMPORT, input).await;
        let job = setup::text(&payload["jobs"][0]["id"]);
        for pages in [3, 5] {
            asked_for(&simulator, pages).await;
            process.kill();
            process = Process::start(Path::new(PROGRAM), &config);
        }
        let job = setup::finished(&process.admin(), &job).await;
        assert_eq!(
            (&job["state"], &job["problem"]),
            (&json!("SUCCEEDED"), &Value::Null),
            "{job:#}"
        );
        assert_eq!(
            (&job["result"]["read"], &job["result"]["added"], &job["result"]["gone"]),
            (&json!(CONTACTS), &json!(CONTACTS), &json!(0)),
            "every contact is counted once: {job:#}"
        );
        let asked = asked(&simulator);
        assert!(asked.is_sorted(), "an import never goes back: {asked:?}");
        let begun = asked.iter().filter(|id| **id == 0).count();
        assert_eq!(begun, 1, "it began once: {asked:?}");
        // One page at most is asked for again after each kill, and one more tells that a full last page was the last.
        assert!(asked.len() <= CONTACTS / PAGE + 1 + 2, "{asked:?}");
        process.kill();
    })
    .await;
}

#[tokio::test]
async fn an_import_that_the_psa_interrupts_goes_on_and_marks_nothing_as_gone() {
    on_each_database(|database| async move {
        let bridge = Bridge::start_with(&database, options()).await;
        let client = bridge.admin();
        let integration = setup::connect(&bridge, &client).await;
        // More failures than the connector itself comes through, in the middle of the list.
        let third = FaultRule::new(Fault::status(503))
            .on_route("GET", "company/contacts")
            .times(4);
        let latency = FaultRule::new(Fault::Latency { ms: 250 }).on_route("GET", "company/contacts");
        let slow = bridge.simulator.inject(latency);
        bridge.simulator.clear_requests();
        let input = json!({ "integrationId": integration, "resources": ["CONTACTS"], "mode": "FULL" });
        let payload = client.succeed(setup::IMPORT, input).await;
        asked_for(&bridge.simulator, 2).await;
        bridge.simulator.remove_fault(slow);
        bridge.simulator.inject(third);
        let job = setup::finished(&client, &setup::text(&payload["jobs"][0]["id"])).await;
        assert_eq!(job["state"], "SUCCEEDED", "{job:#}");
        assert_eq!(job["attempts"], 2, "the first attempt met the trouble: {job:#}");
        assert_eq!(
            (&job["result"]["read"], &job["result"]["gone"]),
            (&json!(CONTACTS), &json!(0)),
            "{job:#}"
        );
        let asked = asked(&bridge.simulator);
        assert_eq!(
            asked.iter().filter(|id| **id == 0).count(),
            1,
            "it began once: {asked:?}"
        );
        bridge.stop().await;
    })
    .await;
}
