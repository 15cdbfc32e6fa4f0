//! How many pages a second there are for one and for sixteen clients, and how that compares with one statement.
//!
//! `cargo bench -p psa-tests --bench page`. A page is fifty companies of 10,000 with what they are bound to, whether that is
//! healthy, and three contacts of each: 200 records. One peer is another server on the same runtime and the same database
//! connections, which sends the JSON of one hand-written aggregating statement as it is. On PostgreSQL there is also
//! PostGraphile, as one process and as two, when `TEST_POSTGRAPHILE` names a folder in which `npm install postgraphile` was
//! run. Clients, both servers and SQLite share this process and its processors with the others; each client sends its next
//! request when it has the answer to the last. The ratio in a peer's row is our pages to its; the goals stand beside it.
//! `TEST_BENCH_SECONDS` sets how long each is measured, in turns.

#[expect(dead_code, reason = "the bench of the list uses all of it")]
#[path = "mapping/world.rs"]
mod world;
#[path = "page/peer.rs"]
mod peer;
#[path = "page/postgraphile.rs"]
mod postgraphile;
#[path = "page/rivals.rs"]
mod rivals;
#[path = "statement/server.rs"]
mod server;
#[path = "page/statement.rs"]
mod statement;

use std::{sync::Arc, time::Duration};

use psa_entities::{console_company, console_contact, ids::ConsoleContactId};
use psa_tests::{TestDatabase, on_each_database, size};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::Instant};

use rivals::rivals;
use world::World;

/// Contacts of a company.
const CONTACTS: usize = 3;
const BATCH: usize = 1_000;
/// How often each is measured, in turns with the others.
const ROUNDS: usize = 3;

const PAGE: &str =
    "query Page($id: ID!) { integration(id: $id) { companies(first: 50, filter: { state: MAPPED }) { nodes {
    id state health changedAt
    company { id name contacts(first: 3) { nodes { id name email } } }
    psaCompany { id name }
} } } }";

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    println!(
        "{:<34} {:>8} {:>9} {:>8} {:>8} {:>6} {:>6} {:>11}",
        "", "clients", "a second", "p50 ms", "p99 ms", "ratio", "goal", "memory, MiB"
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
        println!("a goal is missed");
        std::process::exit(1);
    }
}

/// Whether the goals are reached on one database.
async fn measure(database: &TestDatabase) -> bool {
    let world = World::make(database).await;
    add_contacts(&world).await;
    let is_sqlite = database.url.starts_with("sqlite");
    let name = if is_sqlite { "SQLite" } else { "PostgreSQL" };
    let client = Arc::new(world.bridge.admin());
    let variables = json!({ "id": world.integration });
    let rivals = rivals(database, &world, is_sqlite).await;
    assert_same(&client.run(PAGE, variables.clone()).await, &rivals[0].peer.page().await);

    let mut reached = true;
    for (size, clients) in [1, 16].into_iter().enumerate() {
        let mut ours = Load::default();
        let mut theirs: Vec<_> = rivals.iter().map(|_| Load::default()).collect();
        for _ in 0..ROUNDS {
            let ask = {
                let (client, variables) = (Arc::clone(&client), variables.clone());
                move || {
                    let (client, variables) = (Arc::clone(&client), variables.clone());
                    async move { drop(client.text(PAGE, &variables).await) }
                }
            };
            ours.add(load(clients, ask).await);
            for (rival, theirs) in rivals.iter().zip(&mut theirs) {
                let peer = rival.peer.clone();
                let ask = move || {
                    let peer = peer.clone();
                    async move { drop(peer.text().await) }
                };
                theirs.add(load(clients, ask).await);
            }
        }
        ours.print(&format!("{name}, page"), clients, None, None);
        for (rival, mut theirs) in rivals.iter().zip(theirs) {
            let ratio = ours.rate() / theirs.rate();
            let goal = rival.goals.map(|goals| goals[size]);
            theirs.print(&format!("{name}, {}", rival.peer.name), clients, Some(ratio), goal);
            reached &= goal.is_none_or(|goal| ratio >= goal);
        }
    }
    world.bridge.stop().await;
    reached
}

/// The contacts go into the table directly: how they get there is not what is measured.
async fn add_contacts(world: &World) {
    let app = &world.bridge.app;
    let (db, now) = (app.db.write(), app.now());
    let companies = console_company::Entity::find().all(db).await.expect("companies");
    let contacts: Vec<_> = companies
        .iter()
        .flat_map(|company| (0..CONTACTS).map(move |number| (company, number)))
        .map(|(company, number)| console_contact::Model {
            id: ConsoleContactId::at(now),
            provider_id: world.provider,
            company_id: company.id,
            external_id: format!("{}-{number}", company.external_id),
            name: format!("User {number} of {}", company.name),
            email: Some(format!("user{number}@{}.example", company.external_id)),
            normalized_name: format!("user {number} of {}", company.name).to_lowercase(),
            reported_at: now,
            removed_at: None,
        })
        .collect();
    for chunk in contacts.chunks(BATCH) {
        let rows = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        console_contact::Entity::insert_many(rows)
            .exec_without_returning(db)
            .await
            .expect("contacts are stored");
    }
    db.execute_unprepared("ANALYZE").await.expect("statistics are gathered");
}

/// The requests of some clients.
#[derive(Default)]
struct Load {
    times: Vec<Duration>,
    took: Duration,
}

async fn load<F>(clients: usize, ask: impl Fn() -> F + Clone + Send + 'static) -> Load
where
    F: Future<Output = ()> + Send,
{
    let began = Instant::now();
    let end = began + Duration::from_secs(size::of("TEST_BENCH_SECONDS", 4) as u64);
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let ask = ask.clone();
        tasks.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let sent = Instant::now();
                ask().await;
                times.push(sent.elapsed());
            }
            times
        });
    }
    let times = tasks.join_all().await.concat();
    Load {
        times,
        took: began.elapsed(),
    }
}

impl Load {
    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.took += other.took;
    }

    fn rate(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    fn print(&mut self, what: &str, clients: usize, ratio: Option<f64>, goal: Option<f64>) {
        self.times.sort();
        let at = |percent: usize| self.times[(self.times.len() - 1) * percent / 100].as_secs_f64() * 1_000.0;
        let written = |number: Option<f64>| number.map(|number| format!("{number:.2}")).unwrap_or_default();
        println!(
            "{what:<34} {clients:>8} {:>9.0} {:>8.2} {:>8.2} {:>6} {:>6} {:>11}",
            self.rate(),
            at(50),
            at(99),
            written(ratio),
            written(goal),
            resident_mib()
        );
    }
}

/// The memory of its own that this process has in use, as Linux counts it.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells about its processes");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib: Option<u64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    kib.expect("a number") / 1_024
}

/// Makes sure that both say the same.
fn assert_same(ours: &Value, theirs: &Value) {
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let contacts =
        |nodes: &Value| -> Vec<Value> { list(nodes).iter().map(|contact| contact["email"].clone()).collect() };
    let seen = |rows: &Value, below: &str| -> Vec<_> {
        let of = |row: &Value| {
            let company = &row["company"];
            (
                company["name"].clone(),
                row["psaCompany"]["name"].clone(),
                row["health"].clone(),
                contacts(company.pointer(below).expect("contacts")),
            )
        };
        list(rows).iter().map(of).collect()
    };
    let ours = seen(&ours["integration"]["companies"]["nodes"], "/contacts/nodes");
    let theirs = seen(theirs, "/contacts");
    assert_eq!(ours.len(), 50);
    assert_eq!(ours, theirs);
}
