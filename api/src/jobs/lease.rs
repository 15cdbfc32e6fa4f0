//! The hold on a job: who runs it, until when, and how it ends.
//!
//! Every change of a held row names its holder and the number of the attempt. A runner that lost its hold, because it
//! stood still for longer than the lease, therefore changes nothing any more, whoever holds the job now.

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::{
    JobId, Problem,
    job::{Column, Entity, JobState, Model},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
    sea_query::{Expr, LockBehavior, LockType},
};

use super::{MAX_ATTEMPTS, pace::Start};
use crate::database::Database;

/// The hold of one runner on one job.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    /// The job.
    pub(super) job: JobId,
    /// The runner.
    pub(super) owner: String,
    /// The number of the attempt, counted from one.
    pub(super) attempt: i32,
    /// How long it lasts without renewal.
    pub(super) length: TimeDelta,
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum End {
    /// With a result.
    Succeeded(serde_json::Value),
    /// For good, without one.
    Failed(Problem),
    /// It is tried again at this time.
    Retry(Problem, DateTime<Utc>),
    /// A person stopped it.
    Cancelled,
    /// The process stops; the attempt does not count.
    Released,
}

/// What a holder learns when it renews its hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// It holds the job.
    Held,
    /// It holds the job, and a person asked it to stop.
    CancelRequested,
    /// Somebody else holds the job, or it is gone.
    Lost,
}

/// Takes up to `limit` due jobs of the given kinds for `owner`, the longest due first. A job whose holder let the lease
/// run out is due too; one that was begun too often that way is not begun again, but failed.
pub(super) async fn claim(
    db: &Database,
    kinds: &[&'static str],
    owner: &str,
    length: TimeDelta,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, DbErr> {
    if limit == 0 || due(kinds, now, limit).one(db.read()).await?.is_none() {
        return Ok(Vec::new());
    }
    let transaction = db.begin().await?;
    let mut select = due(kinds, now, limit);
    if db.is_postgres() {
        select = select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let mut claimed = Vec::new();
    for mut row in select.all(&transaction).await? {
        if row.attempts >= MAX_ATTEMPTS {
            abandon(&transaction, row.id, now).await?;
            continue;
        }
        row.attempts += 1;
        row.started_at = row.started_at.or(Some(now));
        Entity::update_many()
            .filter(Column::Id.eq(row.id))
            .col_expr(Column::State, Expr::value(JobState::Running))
            .col_expr(Column::Attempts, Expr::value(row.attempts))
            .col_expr(Column::StartedAt, Expr::value(row.started_at))
            .col_expr(Column::LeaseOwner, Expr::value(Some(owner.to_owned())))
            .col_expr(Column::LeaseUntil, Expr::value(Some(now + length)))
            .col_expr(Column::PaceSince, Expr::value(Option::<DateTime<Utc>>::None))
            .col_expr(Column::PaceFrom, Expr::value(Option::<i64>::None))
            .exec(&transaction)
            .await?;
        claimed.push(row);
    }
    transaction.commit().await?;
    Ok(claimed)
}

impl Lease {
    /// Renews the hold, and says whether there still is one.
    pub(super) async fn renew(&self, db: &Database, now: DateTime<Utc>) -> Result<Hold, DbErr> {
        let changed = self
            .held()
            .col_expr(Column::LeaseUntil, Expr::value(Some(now + self.length)))
            .exec(db.write())
            .await?;
        if changed.rows_affected == 0 {
            Ok(Hold::Lost)
        } else {
            self.hold(db).await
        }
    }

    /// Writes down how far the job is and from where its pace is measured, renews the hold, and says whether there still
    /// is one.
    pub(super) async fn progress(
        &self,
        db: &Database,
        start: &Start,
        done: i64,
        total: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Hold, DbErr> {
        let changed = self
            .held()
            .col_expr(Column::Phase, Expr::value(Some(start.phase.clone())))
            .col_expr(Column::Done, Expr::value(done))
            .col_expr(Column::Total, Expr::value(total))
            .col_expr(Column::PaceSince, Expr::value(Some(start.since)))
            .col_expr(Column::PaceFrom, Expr::value(Some(start.from)))
            .col_expr(Column::LeaseUntil, Expr::value(Some(now + self.length)))
            .exec(db.write())
            .await?;
        if changed.rows_affected == 0 {
            Ok(Hold::Lost)
        } else {
            self.hold(db).await
        }
    }

    /// Writes down where the job goes on if this attempt ends early, in the transaction that stores what was done until
    /// then. False when there is no hold any more: then the transaction must not be committed.
    pub(super) async fn checkpoint(
        &self,
        transaction: &impl ConnectionTrait,
        place: serde_json::Value,
    ) -> Result<bool, DbErr> {
        let changed = self
            .held()
            .col_expr(Column::Checkpoint, Expr::value(Some(place)))
            .exec(transaction)
            .await?;
        Ok(changed.rows_affected > 0)
    }

    /// Where an earlier attempt wrote down that the job goes on.
    pub(super) async fn place(&self, db: &Database) -> Result<Option<serde_json::Value>, DbErr> {
        let row = Entity::find_by_id(self.job)
            .select_only()
            .column(Column::Checkpoint)
            .into_tuple::<Option<serde_json::Value>>();
        Ok(row.one(db.read()).await?.flatten())
    }

    /// Gives the hold up with the outcome of the attempt. False when there was none any more.
    pub(super) async fn end(&self, db: &Database, end: End, now: DateTime<Utc>) -> Result<bool, DbErr> {
        let none = Option::<String>::None;
        let update = self
            .held()
            .col_expr(Column::LeaseOwner, Expr::value(none.clone()))
            .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None));
        let update = match end {
            End::Released => update
                .col_expr(Column::State, Expr::value(JobState::Queued))
                .col_expr(Column::RunAt, Expr::value(now))
                .col_expr(Column::Attempts, Expr::value(self.attempt - 1)),
            End::Retry(problem, run_at) => update
                .col_expr(Column::State, Expr::value(JobState::Retrying))
                .col_expr(Column::RunAt, Expr::value(run_at))
                .col_expr(Column::Problem, Expr::value(Some(Problem { since: now, ..problem }))),
            last => {
                let update = update
                    .col_expr(Column::FinishedAt, Expr::value(Some(now)))
                    .col_expr(Column::DedupeKey, Expr::value(none));
                match last {
                    End::Succeeded(result) => update
                        .col_expr(Column::State, Expr::value(JobState::Succeeded))
                        .col_expr(Column::Result, Expr::value(Some(result)))
                        .col_expr(Column::Problem, Expr::value(Option::<Problem>::None)),
                    End::Failed(problem) => update
                        .col_expr(Column::State, Expr::value(JobState::Failed))
                        .col_expr(Column::Problem, Expr::value(Some(Problem { since: now, ..problem }))),
                    _ => update.col_expr(Column::State, Expr::value(JobState::Cancelled)),
                }
            }
        };
        Ok(update.exec(db.write()).await?.rows_affected > 0)
    }

    /// Whether a person asked the job to stop, as far as the hold still stands.
    async fn hold(&self, db: &Database) -> Result<Hold, DbErr> {
        let row = Entity::find_by_id(self.job)
            .select_only()
            .column(Column::CancelRequested)
            .into_tuple::<bool>();
        Ok(match row.one(db.read()).await? {
            None => Hold::Lost,
            Some(true) => Hold::CancelRequested,
            Some(false) => Hold::Held,
        })
    }

    fn held(&self) -> UpdateMany<Entity> {
        Entity::update_many()
            .filter(Column::Id.eq(self.job))
            .filter(Column::State.eq(JobState::Running))
            .filter(Column::LeaseOwner.eq(self.owner.as_str()))
            .filter(Column::Attempts.eq(self.attempt))
    }
}

fn due(kinds: &[&'static str], now: DateTime<Utc>, limit: u64) -> sea_orm::Select<Entity> {
    let waits = Condition::all()
        .add(Column::State.is_in([JobState::Queued, JobState::Retrying]))
        .add(Column::RunAt.lte(now));
    let left = Condition::all()
        .add(Column::State.eq(JobState::Running))
        .add(Column::LeaseUntil.lt(now));
    Entity::find()
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .filter(Condition::any().add(waits).add(left))
        .order_by_asc(Column::RunAt)
        .order_by_asc(Column::Id)
        .limit(limit)
}

/// Fails a job that ends its process every time it is begun.
async fn abandon(db: &impl ConnectionTrait, id: JobId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let problem = super::problem(
        super::INTERNAL,
        format!("It was begun {MAX_ATTEMPTS} times and never came to an end."),
        "Start it again; if it stops again, the server's log has the cause.",
    );
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .col_expr(Column::State, Expr::value(JobState::Failed))
        .col_expr(Column::Problem, Expr::value(Some(Problem { since: now, ..problem })))
        .col_expr(Column::FinishedAt, Expr::value(Some(now)))
        .col_expr(Column::DedupeKey, Expr::value(Option::<String>::None))
        .col_expr(Column::LeaseOwner, Expr::value(Option::<String>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .exec(db)
        .await?;
    Ok(())
}
