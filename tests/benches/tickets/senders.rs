//! Four who report events at the same time, 100 in a call.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use psa_tests::Client;
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::Instant};

use crate::desk::{CONTOSO, FABRIKAM, run};

/// The companies at which they happen, each at the next.
pub const COMPANIES: [&str; 2] = [CONTOSO.0, FABRIKAM.0];

const SENDERS: usize = 4;
const IN_A_CALL: usize = 100;

/// The answer that a script needs: nothing about each event.
const REPORT: &str = "mutation Report($input: ReportBackupRunsInput!) { reportBackupRuns(input: $input) {
    accepted duplicates rejected userErrors { code message }
} }";

/// Reports so many events of this status, each of another condition, and says how long it took. What `name` tells apart
/// are other events of other conditions.
pub async fn send(client: &Client, events: usize, status: &'static str, name: &'static str) -> Duration {
    let next = Arc::new(AtomicUsize::new(0));
    let mut senders = JoinSet::new();
    let started = Instant::now();
    for _ in 0..SENDERS {
        let (client, next) = (client.clone(), Arc::clone(&next));
        senders.spawn(async move {
            loop {
                let first = next.fetch_add(IN_A_CALL, Ordering::Relaxed);
                if first >= events {
                    return;
                }
                let numbers = first..events.min(first + IN_A_CALL);
                let expected = numbers.len();
                let records = records(numbers, status, name);
                let taken = client.succeed(REPORT, json!({ "records": records })).await;
                assert_eq!(taken["accepted"], expected, "{taken}");
            }
        });
    }
    senders.join_all().await;
    started.elapsed()
}

fn records(numbers: Range<usize>, status: &str, name: &str) -> Vec<Value> {
    let runs = numbers.map(|number| {
        let computer = format!("{name}-{number}");
        run(
            &format!("{computer}-1"),
            COMPANIES[number % COMPANIES.len()],
            &computer,
            status,
        )
    });
    runs.collect()
}
