//! Putting jobs into the queue, and taking them out again.

use chrono::{DateTime, Utc};
use psa_entities::{
    IntegrationId, JobId, ProviderScope,
    job::{ActiveModel, Column, Entity, JobState},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, TryInsertResult,
    sea_query::{Expr, OnConflict},
};

use super::Job;

/// How often an insertion is tried that keeps meeting a job which finishes in the same moment.
const TRIES: usize = 5;

/// A job to be.
#[derive(Debug, Clone)]
pub struct NewJob {
    scope: ProviderScope,
    integration: Option<IntegrationId>,
    kind: &'static str,
    payload: serde_json::Value,
    dedupe_key: Option<String>,
    created_by: String,
    now: DateTime<Utc>,
    run_at: DateTime<Utc>,
}

impl NewJob {
    /// The job `job` of one tenant, due at once.
    ///
    /// # Errors
    /// The input has no form in JSON.
    pub fn new<J: Job>(
        scope: ProviderScope,
        job: &J,
        created_by: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            scope,
            integration: None,
            kind: J::KIND,
            payload: serde_json::to_value(job)?,
            dedupe_key: None,
            created_by: created_by.to_owned(),
            now,
            run_at: now,
        })
    }

    /// Ties it to an integration: at most one unfinished job of a kind for each.
    #[must_use]
    pub fn of_integration(self, integration: IntegrationId) -> Self {
        let kind = self.kind;
        Self {
            integration: Some(integration),
            ..self
        }
        .once(&format!("{kind}:{integration}"))
    }

    /// Makes it the only unfinished one with this key, among those of its provider.
    #[must_use]
    pub fn once(mut self, key: &str) -> Self {
        self.dedupe_key = Some(format!("{}:{key}", self.scope.provider_id()));
        self
    }

    /// Makes it due later.
    #[must_use]
    pub fn at(mut self, run_at: DateTime<Utc>) -> Self {
        self.run_at = run_at;
        self
    }
}

/// Puts a job into the queue, in the caller's transaction.
///
/// When an unfinished job has the same key, there is no second one, and the id is that of the first. Call
/// `wake.jobs.notify_one()` after the commit; without it the job waits for the workers' next look.
///
/// # Errors
/// The database fails.
pub async fn enqueue(db: &impl ConnectionTrait, job: NewJob) -> Result<JobId, DbErr> {
    let id = JobId::at(job.now);
    let row = ActiveModel {
        id: Set(id),
        provider_id: Set(job.scope.provider_id()),
        integration_id: Set(job.integration),
        kind: Set(job.kind.to_owned()),
        payload: Set(job.payload),
        state: Set(JobState::Queued),
        phase: Set(None),
        done: Set(0),
        total: Set(None),
        attempts: Set(0),
        run_at: Set(job.run_at),
        lease_owner: Set(None),
        lease_until: Set(None),
        cancel_requested: Set(false),
        dedupe_key: Set(job.dedupe_key.clone()),
        problem: Set(None),
        result: Set(None),
        checkpoint: Set(None),
        pace_since: Set(None),
        pace_from: Set(None),
        created_by: Set(job.created_by),
        created_at: Set(job.now),
        started_at: Set(None),
        finished_at: Set(None),
    };
    let Some(key) = job.dedupe_key else {
        Entity::insert(row).exec_without_returning(db).await?;
        return Ok(id);
    };
    for _ in 0..TRIES {
        let conflict = OnConflict::column(Column::DedupeKey).do_nothing().to_owned();
        let inserted = Entity::insert(row.clone())
            .on_conflict(conflict)
            .try_insert()
            .exec_without_returning(db)
            .await?;
        if matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0) {
            return Ok(id);
        }
        let existing = job
            .scope
            .find::<Entity>()
            .select_only()
            .column(Column::Id)
            .filter(Column::DedupeKey.eq(&key));
        if let Some(existing) = existing.into_tuple::<JobId>().one(db).await? {
            return Ok(existing);
        }
    }
    Err(DbErr::Custom(format!(
        "the job {} could neither be added nor found",
        job.kind
    )))
}

/// Asks a job to stop. One that waits is cancelled at once; one that runs is told at its next step.
///
/// # Errors
/// The database fails.
///
/// # Behavior
/// * Returns whether there was an unfinished job of this provider.
pub async fn cancel(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    id: JobId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let waiting = scope
        .update_many::<Entity>()
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in([JobState::Queued, JobState::Retrying]))
        .col_expr(Column::State, Expr::value(JobState::Cancelled))
        .col_expr(Column::FinishedAt, Expr::value(Some(now)))
        .col_expr(Column::DedupeKey, Expr::value(Option::<String>::None))
        .col_expr(Column::CancelRequested, Expr::value(true))
        .exec(db)
        .await?;
    if waiting.rows_affected > 0 {
        return Ok(true);
    }
    let running = scope
        .update_many::<Entity>()
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(JobState::Running))
        .col_expr(Column::CancelRequested, Expr::value(true))
        .exec(db)
        .await?;
    Ok(running.rows_affected > 0)
}
