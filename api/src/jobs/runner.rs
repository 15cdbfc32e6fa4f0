//! Runs due jobs: some at a time, each in a task of its own.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::FutureExt;
use psa_entities::{JobId, ProviderScope, job::Model};
use tokio::{task::JoinSet, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    INTERNAL, JobContext, JobError,
    lease::{self, End, Hold, Lease},
    problem,
    registry::Handlers,
    retry_delay,
};
use crate::{app::App, live::Subject};

/// How long running jobs have to stop when the process does. What has not stopped by then is dropped at its next wait.
const GRACE: Duration = Duration::from_secs(6);

/// Runs due jobs until it is told to stop.
#[derive(Debug)]
pub struct Runner {
    app: Arc<App>,
    handlers: Handlers,
    owner: String,
}

impl Runner {
    /// A runner of its own name, which no other has.
    pub fn new(app: Arc<App>, handlers: Handlers) -> Self {
        let owner = JobId::at(app.now()).to_string();
        Self { app, handlers, owner }
    }

    /// Runs due jobs until `shutdown`, then lets those under way stop at their next step and gives them back.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut running = JoinSet::new();
        let mut poll = tokio::time::interval(self.app.config.jobs.poll());
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !shutdown.is_cancelled() {
            let free = self.app.config.jobs.parallel.saturating_sub(running.len());
            for row in self.claim(free).await {
                self.app.changes.tell(Subject::Job(row.id));
                running.spawn(self.attempt(row, shutdown.clone()));
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.app.wake.jobs.notified() => {}
                _ = poll.tick() => {}
                Some(_) = running.join_next(), if !running.is_empty() => {}
            }
        }
        let all_stopped = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all_stopped).await.is_err() {
            tracing::warn!(
                jobs = running.len(),
                "jobs did not stop in time; their leases run out by themselves"
            );
            running.shutdown().await;
        }
    }

    async fn claim(&self, free: usize) -> Vec<Model> {
        let length = self.app.config.jobs.lease();
        let free = u64::try_from(free).unwrap_or(u64::MAX);
        let kinds = self.handlers.kinds();
        match lease::claim(&self.app.db, &kinds, &self.owner, length, free, self.app.now()).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%error, "due jobs cannot be read");
                Vec::new()
            }
        }
    }

    /// One attempt at one job, from claim to outcome.
    fn attempt(&self, row: Model, shutdown: CancellationToken) -> impl Future<Output = ()> + Send + 'static {
        let span = tracing::info_span!("job", job.id = %row.id, job.kind = row.kind, job.attempt = row.attempts);
        let lease = Lease {
            job: row.id,
            owner: self.owner.clone(),
            attempt: row.attempts,
            length: self.app.config.jobs.lease(),
        };
        let cx = JobContext {
            app: Arc::clone(&self.app),
            scope: ProviderScope::new(row.provider_id),
            integration: row.integration_id,
            job: row.id,
            attempt: row.attempts,
            lease,
            shutdown,
            stopped: Arc::new(AtomicBool::new(false)),
            start: Arc::new(Mutex::new(None)),
        };
        let run = self.handlers.find(&row.kind);
        async move {
            // The claim asks for known kinds only, so there always is one.
            let Some(run) = run else { return };
            let work = AssertUnwindSafe(run(row.payload, cx.clone())).catch_unwind();
            let outcome = tokio::select! {
                outcome = work => outcome,
                () = heartbeat(&cx) => {
                    tracing::warn!("another process took the job; this attempt is given up");
                    return;
                }
            };
            let end = outcome.map_or_else(|_| panicked(&cx), |outcome| end(&cx, outcome));
            record(&cx, end).await;
        }
        .instrument(span)
    }
}

/// Renews the lease until it is lost.
async fn heartbeat(cx: &JobContext) {
    let mut beat = tokio::time::interval(cx.app.config.jobs.heartbeat());
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.tick().await;
    loop {
        beat.tick().await;
        match cx.lease.renew(&cx.app.db, cx.now()).await {
            Ok(Hold::Held | Hold::CancelRequested) => {}
            Ok(Hold::Lost) => return,
            // The next beat tries again; the lease lasts for three of them.
            Err(error) => tracing::warn!(%error, "the lease cannot be renewed"),
        }
    }
}

/// What follows from how the attempt ended.
fn end(cx: &JobContext, outcome: Result<serde_json::Value, JobError>) -> End {
    match outcome {
        Ok(result) => End::Succeeded(result),
        Err(JobError::Fail(problem)) => End::Failed(problem),
        Err(JobError::Retry { problem, after }) => retry(cx, problem, after),
        Err(JobError::Cancelled) if cx.was_stopped() => End::Cancelled,
        Err(JobError::Cancelled) => End::Released,
    }
}

fn panicked(cx: &JobContext) -> End {
    tracing::error!("a job panicked");
    retry(
        cx,
        problem(
            INTERNAL,
            "The job broke off.",
            "It is tried again by itself; the server's log has the cause.",
        ),
        None,
    )
}

fn retry(cx: &JobContext, problem: psa_entities::Problem, after: Option<Duration>) -> End {
    match retry_delay(cx.attempt) {
        None => End::Failed(problem),
        Some(delay) => {
            let delay = after.map_or(delay, |after| after.max(delay));
            End::Retry(
                problem,
                cx.now() + TimeDelta::from_std(delay).unwrap_or(TimeDelta::hours(1)),
            )
        }
    }
}

async fn record(cx: &JobContext, end: End) {
    match &end {
        End::Succeeded(_) => tracing::info!("the job is done"),
        End::Failed(problem) => tracing::warn!(problem.code, problem.message, "the job failed"),
        End::Retry(problem, run_at) => tracing::warn!(problem.code, problem.message, %run_at, "the job is tried again"),
        End::Cancelled => tracing::info!("the job was cancelled"),
        End::Released => tracing::info!("the job was given back"),
    }
    match cx.lease.end(&cx.app.db, end, cx.now()).await {
        Ok(true) => cx.app.changes.tell(Subject::Job(cx.job)),
        Ok(false) => tracing::warn!("another process took the job; this outcome is not kept"),
        Err(error) => {
            tracing::error!(%error, "the job's outcome cannot be written; it is begun again when the lease has run out");
        }
    }
}
