//! The durable queue of deliveries: who may work on which, and until when.
//!
//! A delivery can be taken when it is due, nobody holds it, and everything that its incident owed before it is done. The
//! hold has a name of its own for every claim, so that a worker which stood still for too long cannot mistake a later
//! hold of its own for the one it lost. A call whose hold lapsed may have happened: it becomes uncertain, and stays
//! alone until what it may have written must be visible.

use chrono::{DateTime, Utc};
use psa_entities::{
    delivery::{ActiveModel, Column, DeliveryState, Entity, Model},
    delivery_attempt::{self, AttemptOutcome},
    ids::{DeliveryId, IntegrationId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement},
};

use crate::app::App;

/// The states after which nothing more is owed.
pub const DONE: [DeliveryState; 2] = [DeliveryState::Delivered, DeliveryState::Discarded];

/// A delivery that this worker holds, without having called the PSA for it.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The row as it was when it was taken.
    pub row: Model,
    /// The name of the hold.
    pub owner: String,
}

/// Takes up to `limit` due deliveries under the name `owner`, those with an uncertain outcome first. Deliveries of the
/// integrations in `resting` are left alone.
///
/// # Errors
/// Only of the database.
pub async fn claim(app: &App, owner: &str, limit: u64, resting: &[IntegrationId]) -> Result<Vec<Claimed>, DbErr> {
    let now = app.now();
    let mut waiting = false;
    for state in [DeliveryState::Uncertain, DeliveryState::Owed] {
        waiting |= due(state, now, resting).one(app.db.read()).await?.is_some();
    }
    if !waiting {
        return Ok(Vec::new());
    }
    let transaction = app.db.begin().await?;
    let mut ids: Vec<DeliveryId> = Vec::new();
    for state in [DeliveryState::Uncertain, DeliveryState::Owed] {
        let room = limit.saturating_sub(u64::try_from(ids.len()).unwrap_or(u64::MAX));
        // One state at a time, so that the index on (state, next_attempt_at) gives the order without sorting.
        let select = due(state, now, resting).select_only().column(Column::Id).limit(room);
        let select = select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        ids.extend(select.into_tuple::<DeliveryId>().all(&transaction).await?);
    }
    let lease = ActiveModel {
        lease_owner: Set(Some(owner.to_owned())),
        lease_until: Set(Some(now + app.config.tickets.lease())),
        ..Default::default()
    };
    Entity::update_many()
        .set(lease)
        .filter(Column::Id.is_in(ids.clone()))
        .exec(&transaction)
        .await?;
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids))
        .order_by_asc(Column::NextAttemptAt)
        .all(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| Claimed {
            row,
            owner: owner.to_owned(),
        })
        .collect())
}

/// Gives back what was taken and not worked on. It is due as before.
///
/// # Errors
/// Only of the database; the holds then lapse by themselves.
pub async fn give_back(app: &App, claims: &[Claimed]) -> Result<(), DbErr> {
    for claim in claims {
        let free = ActiveModel {
            lease_owner: Set(None),
            lease_until: Set(None),
            ..Default::default()
        };
        Entity::update_many()
            .set(free)
            .filter(Column::Id.eq(claim.row.id))
            .filter(Column::LeaseOwner.eq(claim.owner.as_str()))
            // Once a call has begun, only its outcome or the lapse of the hold ends it.
            .filter(Column::State.ne(DeliveryState::Sending))
            .exec(app.db.write())
            .await?;
    }
    Ok(())
}

/// Finds the calls whose worker is gone and declares them uncertain: each is looked for after the settling time. Gives
/// back how many there were.
///
/// # Errors
/// Only of the database.
pub async fn recover(app: &App) -> Result<usize, DbErr> {
    let now = app.now();
    let lapsed = || {
        Entity::find()
            .filter(Column::State.eq(DeliveryState::Sending))
            .filter(Column::LeaseUntil.lt(now))
    };
    if lapsed().one(app.db.read()).await?.is_none() {
        return Ok(0);
    }
    let transaction = app.db.begin().await?;
    let select = lapsed()
        .select_only()
        .column(Column::Id)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let ids: Vec<DeliveryId> = select.into_tuple().all(&transaction).await?;
    delivery_attempt::Entity::update_many()
        .set(delivery_attempt::ActiveModel {
            outcome: Set(Some(AttemptOutcome::Uncertain)),
            finished_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(delivery_attempt::Column::DeliveryId.is_in(ids.clone()))
        .filter(delivery_attempt::Column::Outcome.is_null())
        .exec(&transaction)
        .await?;
    let uncertain = ActiveModel {
        state: Set(DeliveryState::Uncertain),
        next_attempt_at: Set(now + app.config.tickets.settle()),
        lease_owner: Set(None),
        lease_until: Set(None),
        ..Default::default()
    };
    Entity::update_many()
        .set(uncertain)
        .filter(Column::Id.is_in(ids.clone()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(ids.len())
}

/// Deliveries of one state that can be taken, the longest due first.
fn due(state: DeliveryState, now: DateTime<Utc>, resting: &[IntegrationId]) -> Select<Entity> {
    let free = Column::LeaseUntil.is_null().or(Column::LeaseUntil.lt(now));
    let select = Entity::find()
        .filter(Column::State.eq(state))
        .filter(Column::NextAttemptAt.lte(now))
        .filter(free)
        .filter(Expr::not_exists(earlier(|column| {
            column(Column::State).is_not_in(DONE)
        })))
        .order_by_asc(Column::NextAttemptAt);
    if resting.is_empty() {
        select
    } else {
        select.filter(Column::IntegrationId.is_not_in(resting.iter().copied()))
    }
}

/// The deliveries that the same incident owed before and that meet a condition on their columns.
pub fn earlier(condition: impl FnOnce(&dyn Fn(Column) -> Expr) -> Expr) -> SelectStatement {
    let before = Alias::new("before");
    let column = |column: Column| Expr::col((before.clone(), column));
    Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, before.clone())
        .and_where(column(Column::IncidentId).equals((Entity, Column::IncidentId)))
        .and_where(column(Column::Sequence).lt(Expr::col((Entity, Column::Sequence))))
        .and_where(condition(&column))
        .to_owned()
}
