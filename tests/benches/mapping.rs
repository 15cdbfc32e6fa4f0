//! How long a page of the mapping list takes among 10,000 companies, and how that compares with one statement.
//!
//! `cargo bench -p psa-tests --bench mapping`. Requests go one after the other over a real socket. The peer is another
//! server on the same runtime and the same database connections, which sends the JSON of one hand-written aggregating
//! statement as it is. The goal: 99 of 100 pages take less than 10 ms.

#[path = "mapping/peer.rs"]
mod peer;
#[path = "statement/server.rs"]
mod server;
#[path = "mapping/world.rs"]
mod world;

use std::time::Duration;

use psa_tests::{Client, TestDatabase, on_each_database};
use serde_json::{Value, json};
use tokio::time::Instant;

use peer::Peer;
use world::World;

const GOAL: Duration = Duration::from_millis(10);
/// Rows of a page.
const PAGE: usize = 50;
/// Measured requests: pages in whole walks through the list, searches, and lists by state and by health.
const WALKS: usize = 5;
const OTHERS: usize = 1_000;

const LIST: &str = "query Page($id: ID!, $after: String, $filter: CompanyMappingFilter) { integration(id: $id) {
    companies(first: 50, after: $after, filter: $filter) {
        pageInfo { hasNextPage endCursor }
        nodes { id state health changedAt company { id name } psaCompany { id name } blocks { code count message } }
    }
} }";

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    println!(
        "{:<30} {:>8} {:>8} {:>8} {:>8} {:>10}",
        "", "requests", "p50 ms", "p95 ms", "p99 ms", "statement"
    );
    let missed = std::sync::atomic::AtomicBool::new(false);
    runtime.block_on(on_each_database(|database| {
        let missed = &missed;
        async move {
            if !measure(&database).await {
                missed.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }));
    if missed.into_inner() {
        println!("the goal of {GOAL:?} is missed");
        std::process::exit(1);
    }
}

/// Whether the goal is reached on one database.
async fn measure(database: &TestDatabase) -> bool {
    let world = World::make(database).await;
    let name = if database.url.starts_with("sqlite") {
        "SQLite"
    } else {
        "PostgreSQL"
    };
    let client = world.bridge.admin();
    let peer = Peer::start(&world);
    let cursors = walk(&client, &world.integration).await;
    let places = world.places(PAGE).await;
    assert_eq!(cursors.len(), places.len(), "both have the same pages");

    let (mut pages, mut statements) = (Vec::new(), Vec::new());
    for after in &cursors {
        ask(&client, &world.integration, after.as_deref(), &Value::Null).await;
    }
    for place in &places {
        peer.ask(place.as_ref()).await;
    }
    for _ in 0..WALKS {
        for (after, place) in cursors.iter().zip(&places) {
            let (time, ours) = ask(&client, &world.integration, after.as_deref(), &Value::Null).await;
            pages.push(time);
            let (time, theirs) = peer.ask(place.as_ref()).await;
            statements.push(time);
            assert_same(&ours, &theirs);
        }
    }
    let reached = report(&format!("{name}, page"), &mut pages, Some(&mut statements));
    report(&format!("{name}, the statement"), &mut statements, None);

    let kinds = [
        ("search", world.searches()),
        (
            "by state",
            ["UNMAPPED", "MAPPED", "EXCLUDED"]
                .map(|state| json!({ "state": state }))
                .to_vec(),
        ),
        (
            "by health",
            ["RENAMED", "DELETED", "OK"]
                .map(|health| json!({ "health": health }))
                .to_vec(),
        ),
    ];
    for (kind, filters) in &kinds {
        let mut times = Vec::new();
        for round in 0..=OTHERS / kinds.len() {
            let filter = &filters[round % filters.len()];
            let (time, rows) = ask(&client, &world.integration, None, filter).await;
            assert!(
                !rows["nodes"].as_array().expect("rows").is_empty(),
                "{filter} finds something"
            );
            if round >= filters.len() {
                times.push(time);
            }
        }
        report(&format!("{name}, {kind}"), &mut times, None);
    }
    world.bridge.stop().await;
    reached
}

/// Walks through the whole list and gives the cursor that each page starts beyond.
async fn walk(client: &Client, integration: &str) -> Vec<Option<String>> {
    let mut cursors = vec![None];
    loop {
        let after = cursors.last().expect("there is one").clone();
        let (_, page) = ask(client, integration, after.as_deref(), &Value::Null).await;
        if page["pageInfo"]["hasNextPage"] == false {
            return cursors;
        }
        cursors.push(Some(psa_tests::setup::text(&page["pageInfo"]["endCursor"])));
    }
}

async fn ask(client: &Client, integration: &str, after: Option<&str>, filter: &Value) -> (Duration, Value) {
    let variables = json!({ "id": integration, "after": after, "filter": filter });
    let started = Instant::now();
    let mut data = client.run(LIST, variables).await;
    (started.elapsed(), data["integration"]["companies"].take())
}

/// Makes sure that both say the same of the same companies.
fn assert_same(ours: &Value, theirs: &Value) {
    let seen = |row: &Value| {
        let blocks = row["blocks"].as_array().map_or(0, Vec::len);
        (
            row["company"]["name"].clone(),
            row["psaCompany"]["name"].clone(),
            row["state"].clone(),
            blocks,
        )
    };
    let ours: Vec<_> = ours["nodes"].as_array().expect("rows").iter().map(seen).collect();
    let theirs: Vec<_> = theirs.as_array().expect("rows").iter().map(seen).collect();
    assert_eq!(ours, theirs);
}

/// Prints a line; says whether the goal is reached.
fn report(what: &str, times: &mut [Duration], peer: Option<&mut Vec<Duration>>) -> bool {
    times.sort();
    let at = |times: &[Duration], percent: usize| times[(times.len() - 1) * percent / 100];
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let ratio = peer.map_or_else(String::new, |peer| {
        peer.sort();
        format!("{:.2}", ms(at(times, 50)) / ms(at(peer, 50)))
    });
    println!(
        "{what:<30} {:>8} {:>8.2} {:>8.2} {:>8.2} {ratio:>10}",
        times.len(),
        ms(at(times, 50)),
        ms(at(times, 95)),
        ms(at(times, 99))
    );
    at(times, 99) < GOAL
}
