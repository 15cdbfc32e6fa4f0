//! Background jobs.

use async_graphql::{Context, Enum, ID, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{JobId, job};

use super::import::{ImportChange, ImportChangeKind};
use crate::{
    graphql::{
        ids::NodeKind,
        loaders::{job::ChangesOf, nested::page_of},
        pagination::{List, PageArgs},
        request::{Request, internal},
    },
    jobs::pace::pace,
};

/// A job.
#[derive(Debug, Clone)]
pub struct Job(pub job::Model);

/// Work that goes on after the call that asked for it was answered.
#[Object]
impl Job {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::Job.id(self.0.id)
    }

    /// What it does, such as `directory.import`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// How far it is.
    async fn state(&self) -> JobState {
        self.0.state.into()
    }

    /// What it is doing; null before it starts.
    async fn phase(&self) -> Option<&str> {
        self.0.phase.as_deref()
    }

    /// How much is done, and how fast.
    async fn progress(&self, ctx: &Context<'_>) -> Result<Progress> {
        let pace = pace(&self.0, ctx.app()?.now());
        Ok(Progress {
            done: self.0.done,
            total: self.0.total,
            rate_per_second: pace.map(|pace| pace.per_second),
            eta_seconds: pace.and_then(|pace| pace.eta_seconds),
        })
    }

    /// How often it was started.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Why it failed or has to try again; null when nothing is wrong.
    async fn problem(&self) -> Option<Problem> {
        self.0.problem.clone().map(Problem::from)
    }

    /// What it did, as its kind defines it; null before it has succeeded.
    async fn result(&self) -> Option<Json<serde_json::Value>> {
        self.0.result.clone().map(Json)
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was first started; null while it waits.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.0.started_at
    }

    /// When it ended; null while it has not.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }

    /// The records that an import found different, newest first; empty for other jobs, and for the first import of a
    /// resource, to which everything is new.
    #[graphql(complexity = "5 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn import_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that this became of.")] kind: Option<ImportChangeKind>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<ImportChange>> {
        let page = PageArgs::new(first, after, last, before)?;
        let changes = ChangesOf {
            kind: kind.map(Into::into),
        };
        Ok(page_of(ctx, changes, self.0.id, &page).await?.connect(ImportChange))
    }
}

/// The job that a mutation has just made.
///
/// # Errors
/// Only of the database.
pub async fn find(ctx: &Context<'_>, id: Option<JobId>) -> Result<Option<Job>> {
    let Some(id) = id else { return Ok(None) };
    let found = ctx
        .scope()?
        .find_by_id::<job::Entity>(id)
        .one(ctx.app()?.db.read())
        .await;
    Ok(found.map_err(internal)?.map(Job))
}

/// How much of a job is done.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct Progress {
    /// Records done.
    pub done: i64,
    /// Records in all; null when nobody knows.
    pub total: Option<i64>,
    /// Records done in a second, in the step that is running and since the job was last started; null while it does not
    /// run or is not measured yet.
    pub rate_per_second: Option<f64>,
    /// Seconds that the rest of the step takes at this rate, rounded up; null when the rate or the total is not known.
    pub eta_seconds: Option<i32>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "job::JobState")]
pub enum JobState {
    /// It waits.
    Queued,
    /// It runs.
    Running,
    /// It failed for a passing reason and will be tried again.
    Retrying,
    /// It is done.
    Succeeded,
    /// It failed; somebody has to mend the cause.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// Something that is wrong, and what mends it.
#[derive(Debug, Clone, SimpleObject)]
pub struct Problem {
    /// What kind of problem it is: one of the codes of `ErrorCode`, or of a billing line's block.
    pub code: String,
    /// What is wrong, for a person.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// More about the cause; null when there is no more.
    pub detail: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl From<psa_entities::Problem> for Problem {
    fn from(problem: psa_entities::Problem) -> Self {
        Self {
            code: problem.code,
            message: problem.message,
            remedy: problem.remedy,
            detail: problem.detail,
            since: problem.since,
        }
    }
}
