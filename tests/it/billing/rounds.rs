//! Month after month of writing, the server killed in each, every tenth call to the PSA in trouble: at the end of every
//! round the PSA holds what was planned, each addition once.

use std::{collections::BTreeMap, path::Path, time::Duration};

use psa_simulator::connectwise::Simulator;
use psa_simulator::{Fault, FaultRule};
use psa_tests::{
    Client, Numbers, Options, TestDatabase, bridge, on_each_database, process::Process, setup, size, wait,
};
use serde_json::{Value, json};

use super::{
    psa::{additions, number},
    scene::{APPROVE, Customer, PLAN, POLICY, PRODUCTS, RETRY, Scene, approval, lines, settled},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bridge-under-test");
const CUSTOMERS: [Customer<'static>; 4] = [
    ("ContosoDental", &[]),
    ("Fabrikam", &[]),
    ("Northwind", &[]),
    ("LitwareLegal", &[]),
];
/// The most licences of a type that a company has.
const MOST: u64 = 5;
/// The share of the calls to the PSA that meet trouble, over all kinds of it.
const TROUBLE: [(Fault, u32); 5] = [
    (Fault::ResetBefore, 2),
    (Fault::ResetAfterCommit, 3),
    (Fault::Truncated, 1),
    (
        Fault::Status {
            code: 503,
            retry_after: None,
            body: None,
        },
        2,
    ),
    (
        Fault::Status {
            code: 429,
            retry_after: Some(0),
            body: None,
        },
        2,
    ),
];

/// How long a run may take: a job that meets trouble again and again comes back ever later.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// What each company uses of each product.
type Wanted = BTreeMap<(&'static str, &'static str), u64>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_in_the_middle_the_additions_are_as_planned() {
    let count = size::of("TEST_BILLING_ROUNDS", 3);
    on_each_database(|database| async move { rounds(&database, count).await }).await;
}

async fn rounds(database: &TestDatabase, rounds: usize) {
    let scene = Scene::active(database, &CUSTOMERS).await;
    let policy = json!({ "integrationId": scene.integration, "zero": "END" });
    scene.client.succeed(POLICY, policy).await;
    let (month, first_day) = (scene.month_input(), scene.month.first_day().to_string());
    let simulator = scene.bridge.stop().await;
    for addition in simulator.records("additions") {
        let id = addition["id"].as_i64().expect("a number");
        simulator.remove("additions", id).expect("it is there");
    }
    let options = Options {
        settle_seconds: 1,
        ..Options::default()
    };
    let mut config = bridge::config(database, &options);
    (config.jobs.lease_seconds, config.tickets.lease_seconds) = (5, 5);
    for (seed, (fault, percent)) in (1..).zip(TROUBLE) {
        simulator.inject(FaultRule::new(fault).chance(percent, seed));
    }
    simulator.inject(FaultRule::new(Fault::Latency { ms: 20 }));

    let mut numbers = Numbers::new(20_261_124);
    let (mut created, mut retried, mut written) = (0, 0, 0);
    let mut process = Process::start(Path::new(PROGRAM), &config);
    for round in 0..rounds {
        let client = process.admin();
        let wanted = use_something(&client, &mut numbers).await;
        let payload = client.succeed(PLAN, month.clone()).await;
        let run = settled(&client, &payload, "PLANNING").await;
        created += lines(&run).iter().filter(|line| line["action"] == "CREATE").count();
        written += run["totals"]["changes"].as_u64().expect("a number");
        client.succeed(APPROVE, approval(&run)).await;
        // Anywhere between the approval and a while after the last write.
        let point = simulator.requests().len() + usize::try_from(numbers.below(60)).expect("a small number");
        let id = setup::text(&run["id"]);
        wait::until_within(PATIENCE, "the moment to kill", || async {
            let is_there = simulator.requests().len() >= point;
            (is_there || state(&client, &id).await != "APPLYING").then_some(())
        })
        .await;
        process.kill();
        process = Process::start(Path::new(PROGRAM), &config);
        retried += finish(&process.admin(), &id).await;
        assert_held(&simulator, &wanted, &first_day, round);
        simulator.clear_requests();
    }
    let all = simulator.records("additions").len();
    println!(
        "{rounds} rounds: {written} changes, {created} of them new, {all} additions in the PSA, lines retried {retried} times"
    );
    assert_eq!(all, created, "each is made once");
    process.kill();
}

/// Gives every company some licences, and takes others away.
async fn use_something(client: &Client, numbers: &mut Numbers) -> Wanted {
    let (mut wanted, mut records) = (Wanted::new(), Vec::new());
    for (index, (identifier, _)) in CUSTOMERS.iter().enumerate() {
        for (name, product, _) in PRODUCTS {
            let count = numbers.below(MOST + 1);
            wanted.insert((*identifier, product), count);
            records.extend((0..MOST).map(|number| {
                json!({
                    "externalId": format!("c{index}-{name}-{number}"), "companyExternalId": format!("c{index}"),
                    "licenseType": name, "taken": number < count,
                })
            }));
        }
    }
    client
        .succeed(setup::REPORT_LICENSES, json!({ "records": records }))
        .await;
    wanted
}

async fn state(client: &Client, id: &str) -> Value {
    let query = "query State($id: ID!) { node(id: $id) { ... on BillingRun { state } } }";
    let mut data = client.run(query, json!({ "id": id })).await;
    data["node"]["state"].take()
}

/// Waits for the run to end, and has lines tried again that the trouble has stopped for good. Gives how often.
async fn finish(client: &Client, id: &str) -> usize {
    for retries in 0.. {
        let ended = wait::until_within(PATIENCE, "the run to end", || async {
            let state = state(client, id).await;
            (state != "APPLYING").then_some(state)
        })
        .await;
        if ended == "APPLIED" {
            return retries;
        }
        assert_eq!(ended, "PARTLY_APPLIED");
        assert!(retries < 20, "it never comes to an end");
        client.succeed(RETRY, json!({ "runId": id })).await;
    }
    unreachable!("the loop has no end")
}

/// Each company has exactly what it uses in force: one addition with the quantity and the price, or none.
fn assert_held(simulator: &Simulator, wanted: &Wanted, first_day: &str, round: usize) {
    let prices: BTreeMap<_, _> = PRODUCTS.iter().map(|(_, product, price)| (*product, *price)).collect();
    for ((identifier, product), count) in wanted {
        let is_in_force = |addition: &Value| {
            let ended = addition.get("cancelledDate").and_then(Value::as_str);
            addition["product"]["identifier"] == **product && ended.is_none_or(|ended| &ended[..10] > first_day)
        };
        let mut found = additions(simulator, identifier);
        found.retain(is_in_force);
        let says: Vec<_> = found
            .iter()
            .map(|addition| (number(&addition["quantity"]), number(&addition["unitPrice"])))
            .collect();
        let expected: Vec<_> = (*count > 0)
            .then(|| (count.to_string(), prices[product].to_owned()))
            .into_iter()
            .collect();
        assert_eq!(says, expected, "round {round}: {identifier} {product}");
    }
}
