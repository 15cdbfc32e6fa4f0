//! What people do to deliveries that wait: dead letters are retried or discarded.

use psa_entities::{
    Problem, ProviderScope,
    audit_entry::{AuditAction, AuditSubject},
    delivery::{self, ActiveModel, Column, DeliveryKind, DeliveryState, Entity, HoldReason},
    ids::{DeliveryId, IntegrationId},
    incident::{self, IncidentState},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QuerySelect, UpdateMany};
use serde_json::{Value, json};

use super::{holds::release, queue};
use crate::{
    app::App,
    audit::{Entry, Stamp, Subject},
    failure::{ErrorCode, Failure, Outcome, UserError},
};

/// Deliveries that one mutation may name.
const MOST: usize = 1_000;

/// How many deliveries are in a state, and why.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct Count {
    /// The state.
    pub state: DeliveryState,
    /// Why they are held; `None` in every other state.
    pub hold: Option<HoldReason>,
    /// How many.
    pub count: i64,
}

/// Counts the deliveries of an integration by state and hold reason.
///
/// # Errors
/// Only of the database.
pub async fn counts(app: &App, scope: ProviderScope, integration: IntegrationId) -> Outcome<Vec<Count>> {
    let rows = scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(integration))
        .select_only()
        .columns([Column::State, Column::Hold])
        .column_as(Column::Id.count(), "count")
        .group_by(Column::State)
        .group_by(Column::Hold)
        .into_model::<Count>()
        .all(app.db.read())
        .await?;
    Ok(rows)
}

/// Makes dead letters owed again, and those that wait for their next attempt due at once. Gives back how many.
///
/// # Errors
/// `INVALID` for too many ids; `NOT_FOUND` and `WRONG_STATE` at the ids they are about. Nothing is changed then.
pub async fn retry(app: &App, stamp: Stamp<'_>, ids: &[DeliveryId]) -> Outcome<Vec<delivery::Model>> {
    let scope = stamp.scope;
    let transaction = app.db.begin().await?;
    let rows = choose(
        &transaction,
        scope,
        ids,
        &[DeliveryState::Dead, DeliveryState::Owed],
        "retried",
    )
    .await?;
    let owed = ActiveModel {
        state: Set(DeliveryState::Owed),
        next_attempt_at: Set(stamp.at),
        held_at: Set(None),
        ..Default::default()
    };
    chosen(scope, ids).set(owed).exec(&transaction).await?;
    let after = json!({ "state": DeliveryState::Owed });
    record(&transaction, stamp, AuditAction::DeliveryRetried, &rows, &after).await?;
    transaction.commit().await?;
    finish(app, scope, ids).await
}

/// Gives deliveries up. Giving up an opening that made no ticket gives up everything else that its incident owes, and
/// ends the incident, so that the next failure opens one anew.
///
/// # Errors
/// `REQUIRED` without a reason; otherwise as [`retry`].
pub async fn discard(app: &App, stamp: Stamp<'_>, ids: &[DeliveryId], reason: &str) -> Outcome<Vec<delivery::Model>> {
    let (scope, by) = (stamp.scope, &stamp.by.name);
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        let error = UserError::new(ErrorCode::Required, "Give a reason of 1 to 500 characters.").at("reason");
        return Err(Failure::refused(error.with_remedy(
            "Say why the delivery is not wanted: it stays with the delivery.",
        )));
    }
    let now = stamp.at;
    let problem = Problem {
        code: "DISCARDED".to_owned(),
        message: format!("Discarded by {by}: {reason}"),
        remedy: "Nothing is to be done.".to_owned(),
        detail: None,
        since: now,
    };
    let states = [
        DeliveryState::Owed,
        DeliveryState::Held,
        DeliveryState::Uncertain,
        DeliveryState::Dead,
    ];
    let transaction = app.db.begin().await?;
    let rows = choose(&transaction, scope, ids, &states, "discarded").await?;
    let discarded = ActiveModel {
        state: Set(DeliveryState::Discarded),
        hold: Set(None),
        problem: Set(Some(problem)),
        ..Default::default()
    };
    chosen(scope, ids).set(discarded.clone()).exec(&transaction).await?;
    let after = json!({ "state": DeliveryState::Discarded, "reason": reason });
    record(&transaction, stamp, AuditAction::DeliveryDiscarded, &rows, &after).await?;
    let openings: Vec<_> = rows
        .iter()
        .filter(|row| row.kind == DeliveryKind::Open)
        .map(|row| row.incident_id)
        .collect();
    if !openings.is_empty() {
        scope
            .update_many::<Entity>()
            .set(discarded)
            .filter(Column::IncidentId.is_in(openings.iter().copied()))
            .filter(Column::State.is_not_in(queue::DONE))
            .exec(&transaction)
            .await?;
        let ended = incident::ActiveModel {
            open_key: Set(None),
            ended_at: Set(Some(now)),
            updated_at: Set(now),
            ..Default::default()
        };
        scope
            .update_many::<incident::Entity>()
            .set(incident::ActiveModel {
                state: Set(IncidentState::Recovered),
                ..ended
            })
            .filter(incident::Column::Id.is_in(openings))
            .filter(incident::Column::State.is_in([IncidentState::Open, IncidentState::Recovered]))
            .exec(&transaction)
            .await?;
    }
    transaction.commit().await?;
    finish(app, scope, ids).await
}

/// Says in the log what was done to each delivery; people call it by its kind and its marker.
async fn record(
    transaction: &impl ConnectionTrait,
    stamp: Stamp<'_>,
    action: AuditAction,
    rows: &[delivery::Model],
    after: &Value,
) -> Result<(), DbErr> {
    let entry = |row: &delivery::Model| {
        let subject = Subject::new(AuditSubject::Delivery, &row.id, row.marker.as_str());
        let entry = Entry::new(action, subject).within(row.integration_id);
        entry.changing(&json!({ "state": row.state }), after)
    };
    stamp.record(transaction, rows.iter().map(entry).collect()).await
}

/// Locks the named deliveries and refuses what cannot be done to them.
async fn choose(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    ids: &[DeliveryId],
    states: &[DeliveryState],
    verb: &str,
) -> Outcome<Vec<delivery::Model>> {
    if ids.is_empty() || ids.len() > MOST {
        let error =
            UserError::new(ErrorCode::Invalid, format!("Name between 1 and {MOST} deliveries.")).at("deliveryIds");
        return Err(Failure::refused(error));
    }
    let rows = scope
        .find::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .lock_exclusive()
        .all(db)
        .await?;
    let errors: Vec<_> = ids
        .iter()
        .enumerate()
        .filter_map(|(index, id)| {
            let field = format!("deliveryIds.{index}");
            let Some(row) = rows.iter().find(|row| row.id == *id) else {
                return Some(UserError::not_found(&field, "delivery"));
            };
            let free = states.contains(&row.state) && row.lease_owner.is_none();
            let error =
                || UserError::new(ErrorCode::WrongState, format!("The delivery cannot be {verb} now.")).at(&field);
            (!free).then(|| error().with_remedy("Read its state: it may be under way or done."))
        })
        .collect();
    if errors.is_empty() {
        Ok(rows)
    } else {
        Err(Failure::Refused(errors))
    }
}

fn chosen(scope: ProviderScope, ids: &[DeliveryId]) -> UpdateMany<Entity> {
    scope
        .update_many::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::LeaseOwner.is_null())
}

async fn finish(app: &App, scope: ProviderScope, ids: &[DeliveryId]) -> Outcome<Vec<delivery::Model>> {
    release(app, &Condition::all().add(Column::ProviderId.eq(scope.provider_id()))).await?;
    app.wake.deliveries.notify_one();
    Ok(scope
        .find::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(app.db.read())
        .await?)
}
