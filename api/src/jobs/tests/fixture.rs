//! A queue, a tenant and jobs that do what the test says.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use psa_entities::{
    JobId, ProviderScope,
    job::{Entity, JobState, Model},
};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    app::testing::{Backend, TestApp},
    jobs::{Handlers, Job, JobContext, JobError, NewJob, Runner, enqueue, lease, problem},
};

/// A job that does what the test says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Scripted {
    Succeed,
    FailFirst {
        attempts: i32,
    },
    Fail,
    Panic,
    WorkUntilStopped,
    Hold,
    /// Does a thousand in each attempt, the first of which fails; the second stands still.
    GoOn,
}

#[async_trait]
impl Job for Scripted {
    const KIND: &'static str = "scripted";

    async fn run(&self, cx: &JobContext) -> Result<serde_json::Value, JobError> {
        match self {
            Self::Succeed => {
                cx.progress("counting", 3, Some(4)).await?;
                Ok(json!({ "attempt": cx.attempt }))
            }
            Self::FailFirst { attempts } if cx.attempt <= *attempts => Err(JobError::Retry {
                problem: problem("PSA_UNAVAILABLE", "The PSA is down.", "Wait."),
                after: None,
            }),
            Self::FailFirst { .. } => Ok(json!("at last")),
            Self::Fail => Err(JobError::Fail(problem(
                "INVALID",
                "It cannot work.",
                "Do something else.",
            ))),
            Self::Panic => panic!("a job that panics"),
            Self::WorkUntilStopped => loop {
                cx.progress("working", 0, None).await?;
                tokio::task::yield_now().await;
            },
            Self::GoOn => {
                cx.progress("reading", i64::from(cx.attempt) * 1_000, Some(5_000))
                    .await?;
                if cx.attempt == 1 {
                    let problem = problem("PSA_UNAVAILABLE", "The PSA is down.", "Wait.");
                    return Err(JobError::Retry { problem, after: None });
                }
                std::future::pending().await
            }
            Self::Hold => {
                cx.progress("holding", 0, None).await?;
                std::future::pending().await
            }
        }
    }
}

/// A queue with one tenant.
pub(super) struct Fixture {
    pub(super) test: TestApp,
    pub(super) scope: ProviderScope,
}

/// A runner at work.
pub(super) struct Running {
    pub(super) shutdown: CancellationToken,
    pub(super) task: JoinHandle<()>,
}

impl Running {
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

impl Fixture {
    pub(super) async fn start(backend: Backend) -> Option<Self> {
        let test = TestApp::on(backend, |config| config.jobs.poll_seconds = 1).await?;
        let scope = test.provider("msp-1").await;
        Some(Self { test, scope })
    }

    pub(super) fn new_job(&self, job: &Scripted) -> NewJob {
        NewJob::new(self.scope, job, "ann", self.test.app.now()).unwrap()
    }

    pub(super) async fn enqueue(&self, job: &Scripted) -> JobId {
        let id = enqueue(self.test.app.db.write(), self.new_job(job)).await.unwrap();
        self.test.app.wake.jobs.notify_one();
        id
    }

    pub(super) fn run(&self) -> Running {
        let shutdown = CancellationToken::new();
        let runner = Runner::new(Arc::clone(&self.test.app), Handlers::default().with::<Scripted>());
        let token = shutdown.clone();
        Running {
            shutdown,
            task: tokio::spawn(async move { runner.run(token).await }),
        }
    }

    pub(super) async fn row(&self, id: JobId) -> Model {
        Entity::find_by_id(id)
            .one(self.test.app.db.read())
            .await
            .unwrap()
            .unwrap()
    }

    /// The row, as soon as it is in this state.
    pub(super) async fn until(&self, id: JobId, is: impl Fn(&Model) -> bool) -> Model {
        let reached = async {
            loop {
                let row = self.row(id).await;
                if is(&row) {
                    return row;
                }
                tokio::task::yield_now().await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(20), reached).await {
            Ok(row) => row,
            Err(_) => panic!("never reached: {:?}", self.row(id).await),
        }
    }

    pub(super) async fn claim(&self, owner: &str) -> Vec<Model> {
        let app = &self.test.app;
        lease::claim(
            &app.db,
            &[Scripted::KIND],
            owner,
            app.config.jobs.lease(),
            10,
            app.now(),
        )
        .await
        .unwrap()
    }
}

pub(super) fn in_state(state: JobState) -> impl Fn(&Model) -> bool {
    move |row| row.state == state
}
