//! How the walk is told: numbered steps, what was called, what came back.

use std::{future::Future, io::Write, time::Duration};

use psa_simulator::Psa;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::super::report::client::Client;

/// How long a step may wait for work in the background.
const PATIENCE: Duration = Duration::from_secs(120);

/// The walk as it is told.
pub(super) struct Script<'a> {
    out: &'a mut (dyn Write + Send),
    /// The client that the walk calls with.
    pub(super) client: Client,
    step: u32,
}

impl<'a> Script<'a> {
    /// A walk that has not begun.
    pub(super) fn new(out: &'a mut (dyn Write + Send), client: Client) -> Self {
        Self { out, client, step: 0 }
    }

    /// Says what runs where.
    pub(super) fn opening(&mut self, base: &str, psa: &dyn Psa) -> anyhow::Result<()> {
        writeln!(self.out, "PSA Bridge  {base}/graphql")?;
        writeln!(self.out, "simulated {}  {}", psa.name(), psa.base_url())?;
        Ok(())
    }

    /// Says how to go on.
    pub(super) fn closing(&mut self, base: &str, psa: &str, token: &str) -> anyhow::Result<()> {
        writeln!(
            self.out,
            "\nEverything stays up. Look around:\n  GraphiQL        {base}/graphiql\n  simulated PSA   {psa}/simulator/state\n  header          {{\"Authorization\": \"Bearer {token}\"}}\n\nStop with Ctrl-C."
        )?;
        Ok(())
    }

    /// Begins a step.
    pub(super) fn step(&mut self, title: &str) -> anyhow::Result<()> {
        self.step += 1;
        writeln!(self.out, "\n{:>2}. {title}", self.step)?;
        Ok(())
    }

    /// Says what came back.
    pub(super) fn tell(&mut self, line: impl AsRef<str>) -> anyhow::Result<()> {
        writeln!(self.out, "      {}", line.as_ref())?;
        Ok(())
    }

    /// Runs a query.
    pub(super) async fn query(&mut self, name: &str, query: &str, variables: Value) -> anyhow::Result<Value> {
        writeln!(self.out, "    > query {name}")?;
        Ok(self.client.run(query, variables).await?)
    }

    /// Runs a mutation of one field that must succeed, and gives its payload back.
    pub(super) async fn mutate(&mut self, query: &str, input: Value) -> anyhow::Result<Value> {
        writeln!(self.out, "    > mutation {}", field(query))?;
        Ok(self.client.mutate(query, input).await?)
    }

    /// Runs a mutation of one field that must be refused, and gives its first user error back.
    pub(super) async fn refused(&mut self, query: &str, input: Value) -> anyhow::Result<Value> {
        writeln!(self.out, "    > mutation {}", field(query))?;
        let data = self.client.run(query, json!({ "input": input })).await?;
        let error = at(&data, &format!("/{}/userErrors/0", field(query)))?;
        Ok(error.clone())
    }

    /// Asks until `done` says so, and tells the progress whenever it changes.
    pub(super) async fn follow<T, F>(&mut self, what: &str, mut ask: impl FnMut(Client) -> F) -> anyhow::Result<T>
    where
        F: Future<Output = anyhow::Result<Progress<T>>>,
    {
        let deadline = Instant::now() + PATIENCE;
        let mut tick = interval(Duration::from_millis(50));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = String::new();
        loop {
            tick.tick().await;
            match ask(self.client.clone()).await? {
                Progress::Done(value) => return Ok(value),
                Progress::Going(progress) if progress != told => {
                    self.tell(&progress)?;
                    told = progress;
                }
                Progress::Going(_) => {}
            }
            anyhow::ensure!(
                Instant::now() < deadline,
                "{what} took longer than {} s",
                PATIENCE.as_secs()
            );
        }
    }
}

/// How far something in the background is.
pub(super) enum Progress<T> {
    /// It is done.
    Done(T),
    /// It goes on; the text says how far it is.
    Going(String),
}

/// The value at a JSON pointer.
pub(super) fn at<'v>(value: &'v Value, pointer: &str) -> anyhow::Result<&'v Value> {
    value
        .pointer(pointer)
        .ok_or_else(|| anyhow::anyhow!("the answer has no {pointer}: {value}"))
}

/// The text at a JSON pointer; numbers are written out.
pub(super) fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    Ok(match at(value, pointer)? {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    })
}

/// The list at a JSON pointer.
pub(super) fn list<'v>(value: &'v Value, pointer: &str) -> anyhow::Result<&'v Vec<Value>> {
    at(value, pointer)?
        .as_array()
        .ok_or_else(|| anyhow::anyhow!("{pointer} is no list: {value}"))
}

/// The name of a mutation's field: the word before `(input: $input)`.
fn field(query: &str) -> &str {
    let before = query.split("(input: $input)").next().unwrap_or(query);
    before
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or(before)
}
