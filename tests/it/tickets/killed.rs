//! The real process, killed at arbitrary points while it takes in and delivers; and two of them at the same work.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use futures_util::future::join_all;
use psa_simulator::{Fault, FaultRule, Simulator};
use psa_tests::{Client, Options, TestDatabase, bridge, on_each_database, process::Process, setup, wait};
use serde_json::{Value, json};

use super::desk::{self, CONTOSO, Desk, FABRIKAM, UNBOUND, run};

/// Conditions at each company.
const CONDITIONS: usize = 20;

/// How often the process is killed.
const KILLS: usize = 8;

/// Reported in one call.
const BATCH: usize = 5;

/// Numbers that look arbitrary and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// The client of the process that lives.
type Current = Arc<Mutex<Client>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_ticket_is_lost_and_none_is_doubled() {
    on_each_database(|database| async move {
        let (simulator, integration) = set_up(&database).await;
        let mut config = bridge::config(
            &database,
            &Options {
                settle_seconds: 1,
                ..Options::default()
            },
        );
        config.tickets.lease_seconds = 5;
        config.jobs.lease_seconds = 5;
        let program = Path::new(env!("CARGO_BIN_EXE_bridge-under-test"));
        // Calls that take a while can be caught on their way; some lose their answer besides.
        arm(&simulator, Fault::ResetAfterCommit, Some(3));
        arm(&simulator, Fault::Latency { ms: 25 }, None);

        let mut process = Process::start(program, &config);
        let current: Current = Arc::new(Mutex::new(process.admin()));
        let reporter = tokio::spawn(report_everything(Arc::clone(&current)));
        let mut numbers = Numbers(20_260_301);
        for _ in 0..KILLS {
            let enough = simulator.requests().len() + usize::try_from(1 + numbers.below(24)).expect("it is small");
            wait::until("the next kill", || async {
                (simulator.requests().len() >= enough).then_some(())
            })
            .await;
            process.kill();
            process = Process::start(program, &config);
            *current.lock().expect("nobody panicked") = process.admin();
        }
        reporter.await.expect("everything was acknowledged");
        desk::delivered(&process.admin(), &integration).await;
        count(&simulator);
        process.kill();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_work() {
    on_each_database(|database| async move {
        let (simulator, integration) = set_up(&database).await;
        let config = bridge::config(
            &database,
            &Options {
                settle_seconds: 1,
                ..Options::default()
            },
        );
        arm(&simulator, Fault::ResetAfterCommit, Some(6));
        arm(&simulator, Fault::Latency { ms: 10 }, None);
        let program = Path::new(env!("CARGO_BIN_EXE_bridge-under-test"));
        let processes = [Process::start(program, &config), Process::start(program, &config)];
        // Each is told everything, so that each thing is told to both at about the same time.
        let reporters = processes
            .iter()
            .map(|process| report_everything(Arc::new(Mutex::new(process.admin()))));
        join_all(reporters).await;
        desk::delivered(&processes[0].admin(), &integration).await;
        count(&simulator);
        processes.into_iter().for_each(Process::kill);
    })
    .await;
}

/// An active integration with three bound companies, and the PSA that it is connected to.
async fn set_up(database: &TestDatabase) -> (Simulator, String) {
    let desk = Desk::open(database).await;
    setup::bind_company(&desk.client, &desk.integration, &desk.companies[2], "TreyResearch").await;
    let simulator = desk.bridge.stop().await;
    simulator.clear_requests();
    (simulator, desk.integration)
}

fn arm(simulator: &Simulator, fault: Fault, times: Option<u32>) {
    let rule = FaultRule::new(fault).on("POST", "service/tickets");
    simulator.inject(FaultRule { times, ..rule });
}

/// Reports two failures of every condition, each until it is acknowledged.
async fn report_everything(current: Current) {
    let companies = [CONTOSO.0, FABRIKAM.0, UNBOUND];
    for round in 0..2 {
        let runs: Vec<Value> = (0..CONDITIONS * companies.len())
            .map(|number| {
                let (company, computer) = (companies[number % companies.len()], format!("PC-{number}"));
                run(&format!("{computer}-{round}"), company, &computer, "ERROR")
            })
            .collect();
        for batch in runs.chunks(BATCH) {
            wait::until("an acknowledgement", || async {
                let client = current.lock().expect("nobody panicked").clone();
                acknowledged(&client, batch).await.then_some(())
            })
            .await;
        }
    }
}

/// Whether a process that lives has taken all of them in, now or before it answered the last time.
async fn acknowledged(client: &Client, batch: &[Value]) -> bool {
    let query = "mutation R($input: ReportBackupRunsInput!) { reportBackupRuns(input: $input) {
        accepted duplicates userErrors { code message }
    } }";
    let Ok((_, answer)) = client.send(query, json!({ "input": { "records": batch } })).await else {
        return false;
    };
    assert_eq!(answer.get("errors"), None, "{answer}");
    let taken = &answer["data"]["reportBackupRuns"];
    assert_eq!(
        taken["accepted"]
            .as_u64()
            .zip(taken["duplicates"].as_u64())
            .map(|(new, old)| new + old),
        Some(BATCH as u64)
    );
    true
}

/// Counts in the PSA: one ticket for each condition, of the right company, with one note.
fn count(simulator: &Simulator) {
    let companies: BTreeMap<_, _> = [(0, CONTOSO.1), (1, FABRIKAM.1), (2, "TreyResearch")]
        .into_iter()
        .collect();
    let expected: Vec<_> = (0..CONDITIONS * companies.len())
        .map(|number| {
            (
                format!("Backup Failed: Nightly on PC-{number}"),
                companies[&(number % companies.len())].to_owned(),
            )
        })
        .collect();
    let tickets = desk::tickets(simulator);
    let mut found: Vec<_> = tickets
        .iter()
        .map(|ticket| {
            (
                setup::text(&ticket["summary"]),
                setup::text(&ticket["company"]["identifier"]),
            )
        })
        .collect();
    let number = |summary: &str| {
        summary
            .rsplit('-')
            .next()
            .and_then(|number| number.parse::<usize>().ok())
    };
    found.sort_by_key(|(summary, _)| number(summary));
    assert_eq!(found, expected);

    let mut noted: Vec<_> = simulator
        .records("notes")
        .into_iter()
        .filter(|note| setup::text(&note["text"]).contains("[psa-bridge: PB:"))
        .map(|note| note["ticketId"].as_i64())
        .collect();
    noted.sort_unstable();
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket["id"].as_i64()).collect();
    assert_eq!(noted, ids, "one note on each");
}
