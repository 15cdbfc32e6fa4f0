//! The real process, killed in the middle of an import of everything and of the deletion of it all: the next one
//! finishes, and what there is then is what there would be had nothing happened.

use std::path::Path;

use psa_bridge::config::Config;
use psa_simulator::connectwise::{Simulator, SimulatorOptions};
use psa_simulator::{DataSet, Fault, FaultRule};
use psa_tests::{Bridge, Options, TestDatabase, bridge, on_two_of_each_database, process::Process, setup, wait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::{
    deleting::{DELETE, tables_with_rows},
    rows,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bridge-under-test");

/// What an import fills.
const IMPORTED: [&str; 7] = [
    "addition",
    "agreement",
    "board",
    "import_state",
    "psa_company",
    "psa_contact",
    "psa_product",
];

/// What differs between two imports of the same: whose a record is, and when and by which job it was read.
const OF_THE_RUN: [&str; 9] = [
    "id",
    "agreement_id",
    "job_id",
    "full_at",
    "provider_id",
    "integration_id",
    "imported_at",
    "watermark",
    "finished_at",
];

/// What a deletion counts of what is here.
const DELETED: [&str; 6] = [
    "agreement",
    "board",
    "credential",
    "psa_company",
    "psa_contact",
    "psa_product",
];

/// The lists that are read page by page.
const LISTS: [&str; 4] = [
    "/company/companies",
    "/company/contacts",
    "/finance/agreements",
    "/procurement/catalog",
];

/// When the importing process is killed, in percent of the requests that an undisturbed import takes.
const KILLED_AT: [usize; 3] = [15, 45, 75];

/// When the deleting process is killed, in percent of the rows that are left.
const LEFT_AT: [usize; 3] = [90, 65, 35];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_interrupted_ends_as_if_nothing_had_happened() {
    on_two_of_each_database(|undisturbed, killed| async move {
        let options = options();
        let bridge = Bridge::start_with(&undisturbed, options).await;
        let integration = setup::connect(&bridge, &bridge.admin()).await;
        bridge.simulator.clear_requests();
        setup::import(&bridge.admin(), &integration).await;
        let simulator = bridge.stop().await;
        let needed = simulator.requests().len();

        let bridge = Bridge::start_beside(&killed, simulator, self::options()).await;
        let integration = setup::connect(&bridge, &bridge.admin()).await;
        let simulator = bridge.stop().await;
        simulator.clear_requests();
        let mut config = bridge::config(&killed, &self::options());
        config.jobs.lease_seconds = 5;
        let process = import(&config, &simulator, &integration, needed).await;
        never_goes_back(&simulator, needed);
        for table in IMPORTED {
            let expected = rows::without(&undisturbed.url, table, &OF_THE_RUN).await;
            let found = rows::without(&killed.url, table, &OF_THE_RUN).await;
            assert!(!expected.is_empty(), "{table}");
            assert!(expected == found, "{table}: {}", difference(&expected, &found));
        }
        delete(&config, process, &killed, &integration).await;
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

/// Imports everything in processes of which only the last is not killed, and gives that one back.
async fn import(config: &Config, simulator: &Simulator, integration: &str, needed: usize) -> Process {
    let slow = simulator.inject(FaultRule::new(Fault::Latency { ms: 60 }));
    let mut process = Process::start(Path::new(PROGRAM), config);
    let input = json!({ "integrationId": integration });
    let begun = process.admin().succeed(setup::IMPORT, input).await;
    for percent in KILLED_AT {
        wait::until("the next kill", || async {
            (simulator.requests().len() >= needed * percent / 100).then_some(())
        })
        .await;
        process.kill();
        process = Process::start(Path::new(PROGRAM), config);
    }
    for job in begun["jobs"].as_array().expect("a list") {
        let job = setup::finished(&process.admin(), &setup::text(&job["id"])).await;
        assert_eq!(
            (&job["state"], &job["problem"]),
            (&json!("SUCCEEDED"), &Value::Null),
            "{job:#}"
        );
    }
    simulator.remove_fault(slow);
    process
}

/// Asserts that what was read once is not read again, but for what was on its way when a process died.
fn never_goes_back(simulator: &Simulator, needed: usize) {
    let requests = simulator.requests();
    let asked = requests.len();
    assert!(asked < 2 * needed, "{asked} requests where {needed} would do");
    for list in LISTS {
        let pages = requests.iter().filter(|request| request.path.ends_with(list));
        let after: Vec<u64> = pages.filter_map(|request| page(&request.query)).collect();
        assert!(after.is_sorted() && !after.is_empty(), "{list}: {after:?}");
    }
}

/// The id after which a page was asked for.
fn page(query: &str) -> Option<u64> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == "pageId")?.1.parse().ok()
}

/// Deletes the integration in processes of which only the last is not killed.
async fn delete(config: &Config, mut process: Process, database: &TestDatabase, integration: &str) {
    let db = Database::connect(&database.url).await.expect("the database answers");
    let all = left(&db).await;
    let input = json!({ "integrationId": integration, "confirmName": "ConnectWise PSA" });
    let begun = process.admin().succeed(DELETE, input).await;
    for percent in LEFT_AT {
        wait::until("the next kill", || async {
            (left(&db).await <= all * percent / 100).then_some(())
        })
        .await;
        process.kill();
        assert!(left(&db).await > 0, "the kill came when everything was deleted");
        process = Process::start(Path::new(PROGRAM), config);
    }
    let client = process.admin();
    let ended = setup::finished(&client, &setup::text(&begun["job"]["id"])).await;
    assert_eq!(ended["state"], "SUCCEEDED", "{ended:#}");
    assert_eq!(ended["result"]["deleted"], all, "every row is counted once: {ended:#}");
    let rest = ["provider", "audit_entry", "job", "seaql_migrations"].map(str::to_owned);
    assert_eq!(tables_with_rows(&db).await, rest.into());
    let log = "{ auditLog(filter: { actions: [INTEGRATION_DELETED] }) { totalCount } }";
    assert_eq!(client.run(log, json!({})).await["auditLog"]["totalCount"], 1);
    db.close().await.expect("the connection can be closed");
    process.kill();
}

/// How many rows a deletion still has to count.
async fn left(db: &DatabaseConnection) -> usize {
    let counts = DELETED.map(|table| format!("(SELECT COUNT(*) FROM {table})"));
    let sql = format!("SELECT {} AS rows", counts.join(" + "));
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await;
    let row = row.expect("the tables can be counted").expect("one row");
    let rows: i64 = row.try_get("", "rows").expect("a number");
    usize::try_from(rows).expect("no less than none")
}

/// Some of what is only in one of two sorted lists.
fn difference(expected: &[String], found: &[String]) -> String {
    let missing: Vec<_> = expected
        .iter()
        .filter(|row| found.binary_search(row).is_err())
        .take(3)
        .collect();
    let besides: Vec<_> = found
        .iter()
        .filter(|row| expected.binary_search(row).is_err())
        .take(3)
        .collect();
    format!(
        "{} rows for {}; missing: {missing:#?}; besides: {besides:#?}",
        found.len(),
        expected.len()
    )
}
