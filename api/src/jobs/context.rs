//! What a job is given besides its input.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Utc};
use psa_entities::{IntegrationId, JobId, ProviderScope};
use sea_orm::DatabaseTransaction;
use serde::{Serialize, de::DeserializeOwned};
use tokio_util::sync::CancellationToken;

use super::{
    JobError,
    lease::{Hold, Lease},
    pace::Start,
};
use crate::{app::App, live::Subject};

/// What a job is given besides its input.
#[derive(Clone)]
pub struct JobContext {
    /// The app.
    pub app: Arc<App>,
    /// The tenant that the job works for.
    pub scope: ProviderScope,
    /// The integration that the job works for.
    pub integration: Option<IntegrationId>,
    /// The job.
    pub job: JobId,
    /// The number of this attempt, counted from one.
    pub attempt: i32,
    pub(super) lease: Lease,
    pub(super) shutdown: CancellationToken,
    pub(super) stopped: Arc<AtomicBool>,
    /// From where the pace of the running step is measured.
    pub(super) start: Arc<Mutex<Option<Start>>>,
}

impl JobContext {
    /// Shows how far the job is, and keeps the hold on it: `phase` is a word for the step, `done` of `total` its
    /// units. Call it between steps, and pass its error on.
    ///
    /// # Errors
    /// [`JobError::Cancelled`] when a person asked the job to stop, the process stops, or another process took the job
    /// because this one stood still for too long.
    pub async fn progress(&self, phase: &str, done: i64, total: Option<i64>) -> Result<(), JobError> {
        if self.shutdown.is_cancelled() {
            return Err(JobError::Cancelled);
        }
        let now = self.app.now();
        let start = self.start(phase, done, now);
        let hold = self.lease.progress(&self.app.db, &start, done, total, now).await?;
        self.app.changes.tell(Subject::Job(self.job));
        match hold {
            Hold::Held => Ok(()),
            Hold::CancelRequested => {
                self.stopped.store(true, Ordering::Release);
                Err(JobError::Cancelled)
            }
            Hold::Lost => Err(JobError::Cancelled),
        }
    }

    /// Writes down where the job goes on if this attempt ends early. Call it in the transaction that stores what was done
    /// until then, and commit only when it succeeds.
    ///
    /// # Errors
    /// [`JobError::Cancelled`] when another process took the job because this one stood still for too long.
    pub async fn checkpoint(&self, transaction: &DatabaseTransaction, place: &impl Serialize) -> Result<(), JobError> {
        if self.lease.checkpoint(transaction, serde_json::to_value(place)?).await? {
            Ok(())
        } else {
            Err(JobError::Cancelled)
        }
    }

    /// Where an earlier attempt wrote down that the job goes on; `None` when it begins.
    ///
    /// # Errors
    /// Only of the database. A place in a form of an earlier release is none: the job begins again.
    pub async fn place<T: DeserializeOwned>(&self) -> Result<Option<T>, JobError> {
        let Some(place) = self.lease.place(&self.app.db).await? else {
            return Ok(None);
        };
        match serde_json::from_value(place) {
            Ok(place) => Ok(Some(place)),
            Err(error) => {
                tracing::warn!(%error, job.id = %self.job, "the job begins again: its checkpoint cannot be read");
                Ok(None)
            }
        }
    }

    fn start(&self, phase: &str, done: i64, now: DateTime<Utc>) -> Start {
        let mut current = self.start.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Start::of_step(current.take(), phase, done, now);
        *current = Some(start.clone());
        start
    }

    /// The time of day.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.now()
    }

    /// Whether a person asked the job to stop, and it was told so.
    pub(super) fn was_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

impl fmt::Debug for JobContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobContext")
            .field("job", &self.job)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
