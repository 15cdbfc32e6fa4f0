//! `psa-bridge report`: reports an export of the console's data through the API, as any script would.

pub mod client;
pub mod export;
pub mod records;

use std::{io::Write, path::PathBuf};

use clap::Args;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use client::{Client, ClientError};
use export::Export;
use records::Batch;

/// The most records that one call may bring.
const RECORDS_PER_CALL: usize = 1_000;

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The folder of the export.
    #[arg(long, value_name = "FOLDER")]
    export: PathBuf,
    /// The GraphQL endpoint of the server.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/graphql")]
    server: Url,
    /// The file that holds a token with the permission agent:report.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
}

impl ReportArgs {
    /// Reports the inventory, then the backup runs, and prints what became of them.
    ///
    /// # Errors
    /// A file cannot be read, or the server refuses. Records that it rejects are printed and counted as an error.
    pub async fn run(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let export = Export::read(&self.export)?;
        let token = std::fs::read_to_string(&self.token_file)?;
        let client = Client::new(self.server.clone(), SecretString::from(token.trim()))?;
        let runs = export
            .monitoring
            .iter()
            .map(|(name, runs)| records::runs(&export, name, runs));
        let mut rejected = 0;
        for batch in records::inventory(&export).into_iter().chain(runs) {
            let report = send(&client, &batch).await?;
            writeln!(out, "{}: {report}", batch.what)?;
            rejected += report.rejected.len();
        }
        anyhow::ensure!(rejected == 0, "{rejected} records were rejected");
        Ok(())
    }
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Report {
    /// How many records were sent.
    pub sent: usize,
    /// What the server says of those that it did not take.
    pub rejected: Vec<Value>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} reported, {} rejected", self.sent, self.rejected.len())?;
        self.rejected.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

/// Sends a batch in calls of at most 1,000 records.
///
/// # Errors
/// The server cannot be reached or refuses a call.
pub async fn send(client: &Client, batch: &Batch) -> Result<Report, ClientError> {
    let Batch { mutation, input, .. } = batch;
    let query = format!(
        "mutation Report($input: {input}!) {{ {mutation}(input: $input) {{ results {{ index error {{ code field message remedy }} }} userErrors {{ code field message remedy }} }} }}"
    );
    let mut report = Report::default();
    for records in batch.records.chunks(RECORDS_PER_CALL) {
        let payload = client.mutate(&query, json!({ "records": records })).await?;
        let results = payload.get("results").and_then(Value::as_array).into_iter().flatten();
        report.rejected.extend(
            results
                .filter_map(|result| result.get("error"))
                .filter(|error| !error.is_null())
                .cloned(),
        );
        report.sent += records.len();
    }
    Ok(report)
}
