//! Which kinds of job a runner knows.

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};

use super::{INTERNAL, Job, JobContext, JobError, problem};

type Run = fn(serde_json::Value, JobContext) -> BoxFuture<'static, Result<serde_json::Value, JobError>>;

/// The kinds of job that a runner knows. It leaves rows of other kinds alone: a newer process may know them.
#[derive(Debug, Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, Run>);

impl Handlers {
    /// Adds a kind.
    #[must_use]
    pub fn with<J: Job + 'static>(mut self) -> Self {
        self.0.insert(J::KIND, run::<J>);
        self
    }

    /// The kinds there are.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    pub(super) fn find(&self, kind: &str) -> Option<Run> {
        self.0.get(kind).copied()
    }
}

fn run<J: Job + 'static>(
    payload: serde_json::Value,
    cx: JobContext,
) -> BoxFuture<'static, Result<serde_json::Value, JobError>> {
    async move {
        let job = serde_json::from_value::<J>(payload).map_err(|error| {
            tracing::error!(%error, kind = J::KIND, "a job's input cannot be read");
            JobError::Fail(problem(
                INTERNAL,
                "The job's input cannot be read.",
                "Start the job again.",
            ))
        })?;
        job.run(&cx).await
    }
    .boxed()
}
