//! How close an import comes to the limit that the PSA's answering time sets: calls ÷ allowed concurrency.
//!
//! `cargo bench -p psa-tests --bench import`. The simulated PSA holds the large data set and takes 100 ms for every call.
//! The goal is at most 1.3 times the limit, for the import and for reading what all agreements hold.

use std::time::Duration;

use psa_connectors::{Credentials, ReadQuery, record::AgreementId};
use psa_simulator::connectwise::SimulatorOptions;
use psa_simulator::{DataSet, Fault, FaultRule};
use psa_tests::{Bridge, Options, TestDatabase, setup};
use secrecy::SecretString;
use tokio::time::Instant;

const LATENCY: Duration = Duration::from_millis(100);
const GOAL: f64 = 1.3;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    println!(
        "{:<34} {:>6} {:>8} {:>8} {:>6}",
        "", "calls", "seconds", "limit", "ratio"
    );
    let reached = runtime.block_on(async { [import().await, holdings().await] });
    if reached.contains(&false) {
        println!("the goal of {GOAL} is missed");
        std::process::exit(1);
    }
}

async fn slow_psa(database: &TestDatabase) -> Bridge {
    let simulator = SimulatorOptions {
        data_set: DataSet::Msp,
        ..SimulatorOptions::default()
    };
    let bridge = Bridge::start_with(
        database,
        Options {
            simulator,
            ..Options::default()
        },
    )
    .await;
    let ms = u64::try_from(LATENCY.as_millis()).expect("a short time");
    bridge.simulator.inject(FaultRule::new(Fault::Latency { ms }));
    bridge
}

/// Companies, contacts, products, agreements and boards, as an administrator imports them.
async fn import() -> bool {
    let database = TestDatabase::sqlite();
    let bridge = slow_psa(&database).await;
    let client = bridge.admin();
    let integration = setup::connect(&bridge, &client).await;
    bridge.simulator.clear_requests();
    let started = Instant::now();
    setup::import(&client, &integration).await;
    let reached = report("import of everything", &bridge, started.elapsed());
    bridge.stop().await;
    reached
}

/// What 1,200 agreements hold, as a billing plan reads it.
async fn holdings() -> bool {
    let database = TestDatabase::sqlite();
    let bridge = slow_psa(&database).await;
    let values = [
        ("site", bridge.simulator.base_url()),
        ("company_id", "training"),
        ("public_key", "public"),
        ("private_key", "private"),
    ];
    let credentials =
        Credentials::new(values.map(|(name, value)| (name.to_owned(), SecretString::from(value.to_owned()))));
    let connector = bridge
        .app
        .registry
        .connect("connectwise", &credentials, &bridge.app.platform)
        .expect("it is built in")
        .expect("the credentials are complete");
    let mut agreements: Vec<AgreementId> = Vec::new();
    let mut after = None;
    loop {
        let page = connector
            .agreements(&ReadQuery::all().after(after))
            .await
            .expect("agreements");
        agreements.extend(page.records.into_iter().map(|agreement| agreement.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    bridge.simulator.clear_requests();
    let started = Instant::now();
    let held = connector.additions_of(&agreements).await.expect("additions");
    let elapsed = started.elapsed();
    assert_eq!(held.len(), agreements.len(), "every agreement exists");
    let reached = report("additions of 1,200 agreements", &bridge, elapsed);
    bridge.stop().await;
    reached
}

fn report(what: &str, bridge: &Bridge, elapsed: Duration) -> bool {
    let calls = u32::try_from(bridge.simulator.requests().len()).expect("a number of calls");
    let concurrency = psa_connectors::connectwise::DESCRIPTOR.limits.concurrency;
    let concurrency = u32::try_from(concurrency).expect("a small number");
    let limit = LATENCY * calls / concurrency;
    let ratio = elapsed.as_secs_f64() / limit.as_secs_f64();
    println!(
        "{what:<34} {calls:>6} {:>8.2} {:>8.2} {ratio:>6.2}",
        elapsed.as_secs_f64(),
        limit.as_secs_f64()
    );
    ratio <= GOAL
}
