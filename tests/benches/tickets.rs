//! How many events are taken in, and how many tickets come of a storm.
//!
//! `cargo bench -p psa-tests --bench tickets`. The server is a process of its own; the senders and the simulated PSA are
//! in this one, on the same processors. What is acknowledged is on the disk. The goals: 5,000 events a second, reported
//! 100 in a call by four senders; 300 tickets a second out of 10,000 conditions, each exactly once. The limit next to
//! them is what the same database does with statements alone, see `tickets/limits.rs`. Memory and the processors kept
//! busy are those of the server's process. `TEST_BENCH_EVENTS` and `TEST_BENCH_CONDITIONS` make it shorter;
//! `TEST_BENCH_PARALLEL` sets how many deliveries and calls run at the same time.

#[expect(dead_code, reason = "the end-to-end tests use all of it")]
#[path = "../it/tickets/desk.rs"]
mod desk;
#[path = "tickets/limits.rs"]
mod limits;
#[path = "tickets/senders.rs"]
mod senders;

use std::{
    collections::HashSet,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use psa_simulator::connectwise::Simulator;
use psa_tests::{Options, TestDatabase, bridge, on_each_database, process::Process, setup, size, wait};
use tokio::time::Instant;

use desk::Desk;
use limits::Limits;
use serde_json::{Value, json};

const EVENTS_GOAL: f64 = 5_000.0;
const TICKETS_GOAL: f64 = 300.0;

/// Tickets that a company may have in the storm with a cap.
const CAP: usize = 50;

/// How often the PSA is asked how many tickets it has. Each question costs it some milliseconds.
const PERIOD: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(1_800);

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    println!(
        "{:<40} {:>7} {:>8} {:>7} {:>7} {:>6} {:>6} {:>12}",
        "", "number", "a second", "goal", "limit", "ratio", "busy", "memory, MiB"
    );
    let missed = AtomicBool::new(false);
    let judge = |reached: bool| missed.fetch_or(!reached, Ordering::Relaxed);
    runtime.block_on(on_each_database(|database| async move {
        judge(report(&database).await);
    }));
    runtime.block_on(on_each_database(|database| async move {
        judge(storm(&database).await);
    }));
    runtime.block_on(on_each_database(|database| async move { capped(&database).await }));
    if missed.into_inner() {
        println!("a goal is missed");
        std::process::exit(1);
    }
}

/// Events are taken in, while nobody delivers what comes of them.
async fn report(database: &TestDatabase) -> bool {
    let events = size::of("TEST_BENCH_EVENTS", 50_000);
    let (process, _, limits) = stage(database, false, &Value::Null).await;
    let client = process.admin();
    // What is done once, such as connecting to the database, is done before.
    senders::send(&client, 1_000, "SUCCESS", "warm").await;
    let mut reached = true;
    for (what, status) in [
        ("successes, nothing is open", "SUCCESS"),
        ("failures, each is new", "ERROR"),
    ] {
        let before = Gauge::read(&process);
        let took = senders::send(&client, events, status, status).await;
        let line = Line {
            what: format!("{}: {what}", name(database)),
            number: events,
            goal: EVENTS_GOAL,
            limit: limits.events,
        };
        reached &= line.print(took, &before, &process);
    }
    process.kill();
    reached
}

/// So many conditions come up that the PSA gets a ticket of each.
async fn storm(database: &TestDatabase) -> bool {
    let conditions = size::of("TEST_BENCH_CONDITIONS", 10_000);
    let (process, (simulator, integration), limits) = stage(database, true, &Value::Null).await;
    let client = process.admin();
    let (before, started) = (Gauge::read(&process), Instant::now());
    let reported = senders::send(&client, conditions, "ERROR", "storm").await;
    wait::until_every(PERIOD, PATIENCE, "the tickets", || async {
        (simulator.requests().len() >= conditions && simulator.records("tickets").len() >= conditions).then_some(())
    })
    .await;
    let took = started.elapsed();
    let line = Line {
        what: format!("{}: storm, to the last ticket", name(database)),
        number: conditions,
        goal: TICKETS_GOAL,
        limit: limits.tickets,
    };
    let reached = line.print(took, &before, &process);
    println!(
        "    reported in {:.1} s of {:.1} s; the PSA alone takes {:.0} tickets a second",
        reported.as_secs_f64(),
        took.as_secs_f64(),
        limits.simulator
    );
    wait::until_within(PATIENCE, "all deliveries", || async {
        (desk::owed(&client, &integration).await == 0).then_some(())
    })
    .await;
    let tickets = desk::tickets(&simulator);
    for member in ["summary", "externalXRef"] {
        let different: HashSet<_> = tickets.iter().map(|ticket| setup::text(&ticket[member])).collect();
        assert_eq!((tickets.len(), different.len()), (conditions, conditions), "{member}");
    }
    process.kill();
    reached
}

/// The same storm at the same companies, which may have so many tickets: the rest share one ticket for each company.
async fn capped(database: &TestDatabase) {
    let conditions = size::of("TEST_BENCH_CONDITIONS", 10_000);
    let cap = json!({ "tickets": CAP, "minutes": 60 });
    let (process, (simulator, integration), _) = stage(database, true, &cap).await;
    let client = process.admin();
    let (memory, started) = (process.resident_mib(), Instant::now());
    senders::send(&client, conditions, "ERROR", "storm").await;
    let reported = started.elapsed();
    wait::until_within(PATIENCE, "all deliveries", || async {
        (desk::owed(&client, &integration).await == 0).then_some(())
    })
    .await;
    let tickets = desk::tickets(&simulator);
    let shared = |ticket: &desk::Record| setup::text(&ticket["summary"]).starts_with("More than");
    let storms: Vec<_> = tickets.iter().filter(|ticket| shared(ticket)).collect();
    assert_eq!(
        (tickets.len(), storms.len()),
        (senders::COMPANIES.len() * (CAP + 1), senders::COMPANIES.len())
    );
    let notes = desk::notes(&simulator).len();
    println!(
        "{:<40} {conditions:>7} conditions: {} tickets, {} of them shared, {notes} lists told; reported in {:.1} s, all told after {:.1} s; {memory} → {} MiB",
        format!("{}: storm with a cap of {CAP}", name(database)),
        tickets.len(),
        storms.len(),
        reported.as_secs_f64(),
        started.elapsed().as_secs_f64(),
        process.resident_mib()
    );
    process.kill();
}

/// An active integration on a server that is a process of its own; and what there is without it.
async fn stage(database: &TestDatabase, worker: bool, cap: &Value) -> (Process, (Simulator, String), Limits) {
    let options = || Options {
        // The most that there is: the cloud's limit of 1,000 calls a minute would be all that is measured.
        calls_per_minute: Some(60_000),
        ..Options::default()
    };
    let desk = Desk::open_with(database, options()).await;
    desk.share(json!({ "stormCap": cap })).await;
    let limits = Limits::measure(&desk).await;
    let integration = desk.integration.clone();
    let simulator = desk.bridge.stop().await;
    simulator.clear_requests();
    let mut config = bridge::config(database, &options());
    config.server.worker = worker;
    let parallel = size::of("TEST_BENCH_PARALLEL", config.tickets.parallel);
    if parallel != config.tickets.parallel {
        config.tickets.parallel = parallel;
        let settings = &mut config.connectors.settings;
        settings.insert("connectwise.concurrency".to_owned(), parallel.to_string());
    }
    let process = Process::start(Path::new(env!("CARGO_BIN_EXE_bridge-under-test")), &config);
    (process, (simulator, integration), limits)
}

fn name(database: &TestDatabase) -> &'static str {
    if database.url.starts_with("sqlite") {
        "SQLite"
    } else {
        "PostgreSQL"
    }
}

/// What the server's process has used so far.
struct Gauge {
    busy: Duration,
    memory: u64,
}

impl Gauge {
    fn read(process: &Process) -> Self {
        Self {
            busy: process.busy(),
            memory: process.resident_mib(),
        }
    }
}

/// What was measured.
struct Line {
    what: String,
    number: usize,
    goal: f64,
    limit: f64,
}

impl Line {
    /// Prints it: also how many processors the server's process has kept busy, and its memory before and after. Says
    /// whether the goal is reached.
    fn print(self, took: Duration, before: &Gauge, process: &Process) -> bool {
        let after = Gauge::read(process);
        let number = f64::from(u32::try_from(self.number).expect("a number of events"));
        let rate = number / took.as_secs_f64();
        let busy = (after.busy - before.busy).as_secs_f64() / took.as_secs_f64();
        println!(
            "{:<40} {:>7} {rate:>8.0} {:>7.0} {:>7.0} {:>6.2} {busy:>6.2} {:>5} → {:>4}",
            self.what,
            self.number,
            self.goal,
            self.limit,
            rate / self.limit,
            before.memory,
            after.memory
        );
        rate >= self.goal
    }
}
