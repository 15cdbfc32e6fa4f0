//! Work in the background: leased rows that survive every crash.
//!
//! A job is a row, written in the transaction of whatever made it necessary. A [`Runner`] leases due rows, runs them,
//! and renews the lease while they run. When a process dies, the lease runs out and another process takes the job
//! again, so a job must be able to start over: it is run at least once. No transaction is held while a job runs.

pub mod context;
pub mod follow;
pub mod handlers;
pub mod lease;
pub mod pace;
pub mod queue;
pub mod registry;
pub mod runner;
pub mod stop;

use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use psa_entities::Problem;
use serde::{Serialize, de::DeserializeOwned};

use crate::failure::{Failure, Fault};

pub use context::JobContext;
pub use follow::follow;
pub use queue::{NewJob, enqueue};
pub use registry::Handlers;
pub use runner::Runner;
pub use stop::stop;

/// A kind of work. The value is the input; it is stored as JSON.
#[async_trait]
pub trait Job: Serialize + DeserializeOwned + Send + Sync {
    /// The name that rows have. Lasting: rows outlive the program that wrote them.
    const KIND: &'static str;

    /// Does the work, and returns what is worth keeping of it.
    ///
    /// # Behavior
    /// * It may run again after it ran in part, or in whole: every step must find what an earlier run left.
    /// * It calls [`JobContext::progress`] between steps and passes its error on, so that it can be stopped.
    ///
    /// # Errors
    /// The attempt failed; the variant decides what happens next.
    async fn run(&self, cx: &JobContext) -> Result<serde_json::Value, JobError>;
}

/// How an attempt failed. The runner stamps `since` on the problem.
#[derive(Debug)]
pub enum JobError {
    /// Trying again may help: see [`retry_delay`].
    Retry {
        /// What went wrong.
        problem: Problem,
        /// A longer wait, when the other side asked for one.
        after: Option<Duration>,
    },
    /// Trying again cannot help.
    Fail(Problem),
    /// It was asked to stop.
    Cancelled,
}

/// The code of a failure that only the log explains.
pub const INTERNAL: &str = "INTERNAL";

impl From<sea_orm::DbErr> for JobError {
    fn from(error: sea_orm::DbErr) -> Self {
        // The text may hold values of the tenant: it goes to the log, and the row keeps the fact.
        tracing::error!(%error, "the database failed during a job");
        let problem = problem(
            INTERNAL,
            "The database failed.",
            "It is tried again by itself; the server's log has the cause.",
        );
        Self::Retry { problem, after: None }
    }
}

impl From<Failure> for JobError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Internal(Fault::Database(error)) => Self::from(error),
            Failure::Internal(fault) => Self::from(fault),
            Failure::Refused(errors) => Self::Fail(errors.into_iter().next().map_or_else(
                || {
                    problem(
                        INTERNAL,
                        "The job was refused without a reason.",
                        "Quote the job's id when you report it.",
                    )
                },
                |error| error.to_problem(DateTime::UNIX_EPOCH),
            )),
        }
    }
}

impl From<Fault> for JobError {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "a job broke");
        Self::Fail(problem(
            INTERNAL,
            "Something broke on our side.",
            "Quote the job's id when you report it.",
        ))
    }
}

impl From<serde_json::Error> for JobError {
    fn from(error: serde_json::Error) -> Self {
        Self::from(Fault::from(error))
    }
}

/// How often a job is begun at most.
pub const MAX_ATTEMPTS: i32 = 8;

/// How long to wait after the attempt of this number: 5 s, 30 s, 2 min, 10 min, then 30 min; nothing after the last.
pub const fn retry_delay(attempt: i32) -> Option<Duration> {
    let seconds = match attempt {
        ..=1 => 5,
        2 => 30,
        3 => 120,
        4 => 600,
        5..MAX_ATTEMPTS => 1_800,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}

/// A problem whose time the runner sets.
pub(crate) fn problem(code: &str, message: impl Into<String>, remedy: &str) -> Problem {
    Problem {
        code: code.to_owned(),
        message: message.into(),
        remedy: remedy.to_owned(),
        detail: None,
        since: DateTime::UNIX_EPOCH,
    }
}

#[cfg(test)]
mod tests;
