//! The server dies anywhere while it writes: the next one finishes the plan, and writes nothing twice.

use std::{collections::BTreeMap, path::Path};

use psa_simulator::{Fault, FaultRule, Psa, autotask, connectwise};
use psa_tests::{Bridge, Options, TestDatabase, bridge, on_each_database, process::Process, setup, wait};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::scene::{APPROVE, Customer, PLAN, PRODUCTS, Scene, approval, lines, read, settled};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bridge-under-test");
const CUSTOMERS: [Customer<'static>; 8] = [
    ("ContosoDental", &[("Server", 2), ("Desktop", 5), ("VM Server", 1)]),
    ("Fabrikam", &[("Server", 1), ("Desktop", 7), ("VM Server", 4)]),
    ("Northwind", &[("Server", 4), ("Desktop", 2), ("VM Server", 3)]),
    ("AdventureWorks", &[("Server", 3), ("Desktop", 1), ("VM Server", 2)]),
    ("LitwareLegal", &[("Server", 5), ("Desktop", 9), ("VM Server", 1)]),
    ("TailspinToys", &[("Server", 2), ("Desktop", 3), ("VM Server", 6)]),
    ("WingtipAcct", &[("Server", 6), ("Desktop", 8), ("VM Server", 5)]),
    ("Proseware", &[("Server", 1), ("Desktop", 4), ("VM Server", 2)]),
];
/// How often the server is killed. Each time the next one waits for the lease of the dead one to run out.
const KILLS: usize = 4;

/// A small linear congruential generator: the same kills on every run of the test.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[tokio::test]
async fn killed_again_and_again_while_it_writes_it_ends_where_the_plan_said() {
    on_each_database(|database| async move {
        let options = connectwise::SimulatorOptions::default();
        let simulator = connectwise::Simulator::start(options).await.expect("it starts");
        survive(&database, simulator).await;
    })
    .await;
}

#[tokio::test]
async fn killed_again_and_again_where_quantities_are_differences_it_ends_there_too() {
    on_each_database(|database| async move {
        let options = autotask::SimulatorOptions::default();
        let simulator = autotask::Simulator::start(options).await.expect("it starts");
        survive(&database, simulator).await;
    })
    .await;
}

async fn survive(database: &TestDatabase, simulator: impl Psa) {
    let bridge = Bridge::start_beside(database, simulator, Options::default()).await;
    let scene = Scene::active_on(bridge, &CUSTOMERS).await;
    let run = scene.plan().await;
    let id = setup::text(&run["id"]);
    let all = CUSTOMERS.len() * PRODUCTS.len();
    assert_eq!(run["totals"]["changes"], all, "{run:#}");
    let there = held(&scene.bridge.simulator);
    let month = scene.month_input();
    let simulator = scene.bridge.stop().await;
    // Every request takes a while, so that a kill meets writes on their way, which the PSA carries out all the same.
    simulator.inject(FaultRule::new(Fault::Latency { ms: 80 }));
    simulator.clear_requests();
    let mut config = bridge::config(
        database,
        &Options {
            settle_seconds: 1,
            ..Options::default()
        },
    );
    config.jobs.lease_seconds = 5;
    config.tickets.lease_seconds = 5;

    let mut dice = Dice(0x0b11_1165);
    let mut process = Process::start(Path::new(PROGRAM), &config);
    process.admin().succeed(APPROVE, approval(&run)).await;
    for kill in 0..KILLS {
        let point = simulator.requests().len() + 2 + usize::try_from(dice.roll(18)).expect("a small number");
        wait::until("the moment to kill", || async {
            (simulator.requests().len() >= point).then_some(())
        })
        .await;
        process.kill();
        assert!(
            simulator.addition_writes().len() < all,
            "kill {kill} came when everything was written"
        );
        process = Process::start(Path::new(PROGRAM), &config);
    }
    simulator.clear_faults();
    let client = process.admin();
    let run = wait::until("the run to end", || async {
        let run = read(&client, &id).await;
        (run["state"] != "APPLYING").then_some(run)
    })
    .await;
    assert_eq!(
        (&run["state"], &run["problem"]),
        (&json!("APPLIED"), &Value::Null),
        "{run:#}"
    );
    assert!(lines(&run).iter().all(|line| line["state"] == "VERIFIED"), "{run:#}");
    let payload = client.succeed(PLAN, month).await;
    let again = settled(&client, &payload, "PLANNING").await;
    assert_eq!(again["totals"]["changes"], 0, "nothing is left to do: {again:#}");
    process.kill();
    as_planned(&simulator, &there);
}

/// The ids of the customers' additions, by customer and product.
fn held(simulator: &impl Psa) -> BTreeMap<(&'static str, String), i64> {
    let customers = CUSTOMERS.iter().map(|(identifier, _)| *identifier);
    let additions = |identifier| {
        let found = simulator.additions(identifier).into_iter();
        found.map(move |addition| ((identifier, addition.product), addition.id))
    };
    customers.flat_map(additions).collect()
}

/// Makes sure that every agreement has each product once, as it was planned, and that what was there before is adopted.
fn as_planned(simulator: &impl Psa, there: &BTreeMap<(&'static str, String), i64>) {
    for (identifier, licenses) in CUSTOMERS {
        let counts: BTreeMap<_, _> = licenses.iter().copied().collect();
        let found = simulator.additions(identifier);
        assert_eq!(
            found.len(),
            PRODUCTS.len(),
            "no product twice on an agreement: {found:#?}"
        );
        for (name, product, price) in PRODUCTS {
            let addition = found.iter().find(|addition| addition.product == product);
            let addition = addition.expect("it was billed");
            let says = (addition.quantity, addition.unit_price.map(|price| price.normalize()));
            let price: Decimal = price.parse().expect("a number");
            assert_eq!(
                says,
                (Decimal::from(counts[name]), Some(price.normalize())),
                "{identifier}: {product}"
            );
        }
    }
    let now = held(simulator);
    assert!(!there.is_empty(), "there is something to adopt");
    assert!(
        there.iter().all(|(key, id)| now.get(key) == Some(id)),
        "{there:?}: {now:?}"
    );
}
