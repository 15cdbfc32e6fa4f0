//! Four senders, two processes on one database, one or the other killed again and again, every tenth call to the PSA in
//! trouble: at the end the PSA has what was reported, each ticket and each note once.

mod count;
mod plan;
mod senders;

use std::{path::Path, time::Duration};

use psa_simulator::{Fault, FaultRule, Psa, autotask, connectwise};
use psa_tests::{
    Bridge, Client, Numbers, Options, TestDatabase, bridge, on_each_database, process::Process, setup, size, wait,
};
use serde_json::json;
use tokio::task::JoinHandle;

use self::{
    plan::{Plan, ROUNDS},
    senders::Clients,
};
use super::desk::{self, Desk};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bridge-under-test");

/// The share of the calls about tickets and notes that meet trouble, in percent, over all kinds of it.
const TROUBLE: [(Fault, u32); 8] = [
    (Fault::ResetBefore, 1),
    (Fault::ResetAfterCommit, 2),
    (Fault::Truncated, 1),
    (Fault::too_many_requests(0), 1),
    (Fault::too_many_requests(1), 1),
    (Fault::status(500), 1),
    (Fault::status(503), 1),
    (Fault::Latency { ms: 300 }, 2),
];

/// What the calls that meet no trouble take, so that a kill finds some on their way.
const USUAL: Fault = Fault::Latency { ms: 20 };

/// The calls to the PSA, for each condition, that the kills are spread over. There are more: even the last kill finds
/// something that is still owed.
const CALLS: usize = 3;

/// How long the rest may take: a delivery that meets trouble again and again comes back ever later.
const PATIENCE: Duration = Duration::from_secs(3_600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_and_breaks_there_is_one_ticket_for_each_incident() {
    let conditions = size::of("TEST_TICKET_CONDITIONS", 60);
    let kills = size::of("TEST_TICKET_KILLS", 6);
    on_each_database(|database| async move {
        let options = connectwise::SimulatorOptions::default();
        let simulator = connectwise::Simulator::start(options).await.expect("it starts");
        survive(&database, simulator, conditions, kills).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_and_breaks_there_is_one_ticket_where_creating_answers_only_an_id() {
    let conditions = size::of("TEST_TICKET_CONDITIONS", 60);
    let kills = size::of("TEST_TICKET_KILLS", 6);
    on_each_database(|database| async move {
        let options = autotask::SimulatorOptions::default();
        let simulator = autotask::Simulator::start(options).await.expect("it starts");
        survive(&database, simulator, conditions, kills).await;
    })
    .await;
}

async fn survive(database: &TestDatabase, simulator: impl Psa, conditions: usize, kills: usize) {
    let (simulator, integration) = set_up(database, simulator).await;
    let options = Options {
        settle_seconds: 1,
        // A 429 makes a bridge slower for a minute; its usual pace would make this a test of patience.
        calls_per_minute: Some(60_000),
        ..Options::default()
    };
    let mut config = bridge::config(database, &options);
    (config.jobs.lease_seconds, config.tickets.lease_seconds) = (5, 5);
    let start = || Process::start(Path::new(PROGRAM), &config);
    let processes = [start(), start()];
    let clients = Clients::new(processes.each_ref().map(Process::admin));
    let mut processes = processes.map(Some);
    let mut reporting = tokio::spawn(report(clients.clone(), Plan::new(conditions), ROUNDS));

    let mut numbers = Numbers::new(20_261_125);
    let most = u64::try_from(2 * CALLS * conditions / kills.max(1)).expect("a small number");
    for _ in 0..kills {
        let point =
            simulator.requests().len() + usize::try_from(1 + numbers.below(most.max(1))).expect("a small number");
        while !is_reached(point, &simulator, &clients.of(0), &integration, &reporting).await {
            let plan = reporting.await.expect("everything was acknowledged");
            reporting = tokio::spawn(report(clients.clone(), plan, 1));
        }
        let victim = usize::try_from(numbers.below(2)).expect("a small number");
        let killed = processes[victim].take().expect("each is started again");
        killed.kill();
        let process = start();
        clients.replace(victim, process.admin());
        processes[victim] = Some(process);
    }

    let plan = reporting.await.expect("everything was acknowledged");
    let client = clients.of(0);
    wait::until_within(PATIENCE, "all deliveries", || async {
        (desk::owed(&client, &integration).await == 0).then_some(())
    })
    .await;
    let count::Found { tickets, notes, closed } = count::as_planned(&simulator, plan);
    let requests = simulator.requests();
    // What came late or in half does not show in the answers.
    let is_faulty = |status: &Option<u16>| status.is_none_or(|status| status >= 400);
    let faulty = requests.iter().filter(|request| is_faulty(&request.status)).count();
    let calls = requests.len();
    println!(
        "{conditions} conditions, {kills} kills: {tickets} tickets, {notes} notes, {closed} closed, {calls} calls to the PSA, {faulty} in trouble"
    );
    processes.into_iter().flatten().for_each(Process::kill);
}

/// An active integration with three bound companies, and the PSA that it is connected to, from now on in trouble.
async fn set_up<P: Psa>(database: &TestDatabase, simulator: P) -> (P, String) {
    let bridge = Bridge::start_beside(database, simulator, Options::default()).await;
    let client = bridge.admin();
    let desk = Desk::open_on(bridge, client).await;
    setup::bind_company(&desk.client, &desk.integration, &desk.companies[2], "TreyResearch").await;
    let settings =
        json!({ "onRecovery": "CLOSE", "closeOnlyUntouched": true, "reopenWithinDays": 0, "stormCap": null });
    desk.share(settings).await;
    let simulator = desk.bridge.stop().await;
    simulator.clear_requests();
    // Autotask refuses with 500, which is then no trouble, and whoever has an hour's budget is slow for minutes after a 429.
    let only_others = simulator.kind() == "autotask";
    let may_happen = |(fault, _): &(Fault, u32)| !only_others || !has_status(fault, &[429, 500]);
    for (seed, (fault, percent)) in (1..).zip(TROUBLE.into_iter().filter(may_happen)) {
        let path = simulator.ticket_path();
        simulator.inject(FaultRule::new(fault).on_path(path).chance(percent, seed));
    }
    simulator.inject(FaultRule::new(USUAL));
    (simulator, desk.integration)
}

fn has_status(fault: &Fault, codes: &[u16]) -> bool {
    matches!(fault, Fault::Status { code, .. } if codes.contains(code))
}

/// Reports so many rounds, each when everybody knows that the one before was taken in. Gives back what was reported.
async fn report(clients: Clients, mut plan: Plan, rounds: usize) -> Plan {
    for _ in 0..rounds {
        let (after, runs) = plan.next();
        senders::report(clients.clone(), runs).await;
        plan = after;
    }
    plan
}

/// Waits until the PSA was called so often. False: it will not be, unless more is reported.
async fn is_reached(
    point: usize,
    simulator: &impl Psa,
    client: &Client,
    integration: &str,
    reporting: &JoinHandle<Plan>,
) -> bool {
    wait::until_within(PATIENCE, "the next kill", || async {
        if simulator.requests().len() >= point {
            return Some(true);
        }
        let is_idle = reporting.is_finished() && desk::owed(client, integration).await == 0;
        is_idle.then_some(false)
    })
    .await
}
