//! Four who report at the same time: each batch is told by two of them, and told again until it is acknowledged.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::{join, join_all};
use psa_tests::{Client, wait};
use serde_json::{Value, json};

/// How many pairs there are.
const PAIRS: usize = 2;

/// Reported in one call.
const BATCH: usize = 5;

/// How long they go on telling. It is long enough for a process to be killed and started again many times.
const PATIENCE: Duration = Duration::from_secs(600);

/// The clients of both processes. That of a killed one is there until its successor's.
#[derive(Debug, Clone)]
pub struct Clients(Arc<Mutex<[Client; 2]>>);

impl Clients {
    /// Of the processes that were started.
    pub fn new(clients: [Client; 2]) -> Self {
        Self(Arc::new(Mutex::new(clients)))
    }

    /// Puts the client of a new process in the place of a killed one's.
    pub fn replace(&self, index: usize, client: Client) {
        self.0.lock().expect("nobody panicked")[index] = client;
    }

    /// The client of one process.
    pub fn of(&self, index: usize) -> Client {
        self.0.lock().expect("nobody panicked")[index].clone()
    }
}

/// Reports a round; when it returns, all four have an answer for everything that they told.
pub async fn report(clients: Clients, runs: Vec<Value>) {
    let batches: Vec<_> = runs.chunks(BATCH).collect();
    let pairs = (0..PAIRS).map(|pair| {
        let batches = batches.iter().skip(pair).step_by(PAIRS);
        let clients = &clients;
        async move {
            for batch in batches {
                // The same ids reach both processes at about the same time.
                join(tell(clients, 0, batch), tell(clients, 1, batch)).await;
            }
        }
    });
    join_all(pairs).await;
}

/// Tells it to one process, to the other when that does not answer, and so on.
async fn tell(clients: &Clients, first: usize, batch: &[Value]) {
    let mut next = first;
    wait::until_within(PATIENCE, "an acknowledgement", || {
        let client = clients.of(next % 2);
        next += 1;
        async move { is_acknowledged(&client, batch).await.then_some(()) }
    })
    .await;
}

/// Whether a process that lives has taken all of them in, now or before.
async fn is_acknowledged(client: &Client, batch: &[Value]) -> bool {
    let query = "mutation R($input: ReportBackupRunsInput!) { reportBackupRuns(input: $input) {
        accepted duplicates userErrors { code message }
    } }";
    let Ok((_, answer)) = client.send(query, json!({ "input": { "records": batch } })).await else {
        return false;
    };
    assert_eq!(answer.get("errors"), None, "{answer}");
    let taken = &answer["data"]["reportBackupRuns"];
    let [new, old] = ["accepted", "duplicates"].map(|count| taken[count].as_u64().expect("a number"));
    assert_eq!(usize::try_from(new + old), Ok(batch.len()), "{answer}");
    true
}
