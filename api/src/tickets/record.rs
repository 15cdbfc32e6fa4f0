//! What becomes of a held delivery: one small function for each change of its state.
//!
//! Every change names the hold it is made under (`lease_owner = mine`). A worker that lost its hold therefore changes
//! nothing, and learns it: the function gives back `false` or `None`. The order that makes a ticket exactly one is
//! [`begin`], committed, then the call, then one of the outcomes. A delivery that was begun before is looked for by its
//! marker before it is begun again. Which state follows which is decided by [`super::state`] alone.

use chrono::{DateTime, Utc};
use psa_entities::{
    Problem,
    delivery::{ActiveModel, Column, DeliveryKind, DeliveryState, Entity, HoldReason},
    delivery_attempt::{self, AttemptOutcome},
    ids::DeliveryAttemptId,
    incident::{self, IncidentState},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::{
    known::KnownTicket,
    queue::Claimed,
    state::{self, Happening},
    vanished,
};
use crate::{app::App, failure::Fault};

/// A delivery whose attempt is on record: the PSA may be called for it, once.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The hold.
    pub claim: Claimed,
    /// The number of the attempt, from 1.
    pub attempt: i32,
}

/// What the PSA has now that the delivery is done.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// The ticket as it is now; `None` when the write does not tell.
    pub ticket: Option<KnownTicket>,
    /// The note that was written, if one was.
    pub note: Option<String>,
}

/// Nothing may be sent now: waits until the reason is gone. What is uncertain cannot be held: see [`later`].
pub async fn hold(app: &App, claim: &Claimed, reason: HoldReason, problem: Problem) -> Result<bool, Fault> {
    let change = ActiveModel {
        problem: Set(Some(problem)),
        ..held(app, claim, claim.row.state, reason)?
    };
    Ok(change_mine(app.db.write(), claim, change).await?)
}

/// Could not even be looked at: stays what it is until `at`.
pub async fn later(app: &App, claim: &Claimed, problem: Problem, at: DateTime<Utc>) -> Result<bool, Fault> {
    let change = ActiveModel {
        next_attempt_at: Set(at),
        problem: Set(Some(problem)),
        ..freed(claim.row.state)
    };
    Ok(change_mine(app.db.write(), claim, change).await?)
}

/// Puts the attempt on record and renews the hold. After this the call counts as made, whatever happens to us. `None`:
/// the hold is lost, and nothing may be sent.
pub async fn begin(app: &App, claim: Claimed) -> Result<Option<Begun>, Fault> {
    let now = app.now();
    let attempt = claim.row.attempts + 1;
    let change = ActiveModel {
        state: Set(follow(claim.row.state, &[Happening::Attempted])?),
        attempts: Set(attempt),
        lease_until: Set(Some(now + app.config.tickets.lease())),
        ..Default::default()
    };
    let mine = claim.clone();
    let begun = app.db.together(move |transaction| {
        Box::pin(async move {
            if !change_mine(transaction, &mine, change).await? {
                return Ok(false);
            }
            insert_attempt(transaction, &mine, attempt, now, None).await?;
            Ok(true)
        })
    });
    Ok(begun.await?.then_some(Begun { claim, attempt }))
}

/// The PSA has it.
pub async fn delivered(app: &App, begun: &Begun, receipt: Receipt) -> Result<bool, Fault> {
    let now = app.now();
    let change = confirmed(to(DeliveryState::Sending, &[Happening::Confirmed])?, &receipt, now);
    let begun = begun.clone();
    let delivered = app.db.together(move |transaction| {
        Box::pin(async move {
            if !change_mine(transaction, &begun.claim, change).await? {
                return Ok(false);
            }
            end_attempt(transaction, &begun, AttemptOutcome::Delivered, None, now).await?;
            note_ticket(transaction, &begun.claim, receipt, now).await?;
            Ok(true)
        })
    });
    delivered.await
}

/// The PSA has it from an earlier attempt, or needs nothing: it was found before anything was sent. The look is an
/// attempt of its own on record.
pub async fn found(app: &App, claim: &Claimed, receipt: Receipt) -> Result<bool, Fault> {
    let now = app.now();
    let attempt = claim.row.attempts + 1;
    let steps = [Happening::Attempted, Happening::Confirmed];
    let change = ActiveModel {
        attempts: Set(attempt),
        ..confirmed(to(claim.row.state, &steps)?, &receipt, now)
    };
    let claim = claim.clone();
    let found = app.db.together(move |transaction| {
        Box::pin(async move {
            if !change_mine(transaction, &claim, change).await? {
                return Ok(false);
            }
            insert_attempt(transaction, &claim, attempt, now, Some(AttemptOutcome::Adopted)).await?;
            note_ticket(transaction, &claim, receipt, now).await?;
            Ok(true)
        })
    });
    found.await
}

/// The call may have happened: it is looked for at `at`, when the settling time is over.
pub async fn uncertain(app: &App, begun: &Begun, problem: Problem, at: DateTime<Utc>) -> Result<bool, Fault> {
    let next_attempt_at = Set(at);
    let change = ActiveModel {
        next_attempt_at,
        problem: Set(Some(problem.clone())),
        ..to(DeliveryState::Sending, &[Happening::LostSight])?
    };
    ended(app, begun, AttemptOutcome::Uncertain, problem, change).await
}

/// The call certainly had no effect: owed again at `at`.
pub async fn not_sent(app: &App, begun: &Begun, problem: Problem, at: DateTime<Utc>) -> Result<bool, Fault> {
    let change = ActiveModel {
        next_attempt_at: Set(at),
        problem: Set(Some(problem.clone())),
        ..to(DeliveryState::Sending, &[Happening::PutOff])?
    };
    ended(app, begun, AttemptOutcome::NotSent, problem, change).await
}

/// The PSA does not accept our keys: waits for better ones.
pub async fn locked_out(app: &App, begun: &Begun, problem: Problem) -> Result<bool, Fault> {
    let change = ActiveModel {
        problem: Set(Some(problem.clone())),
        ..held(app, &begun.claim, DeliveryState::Sending, HoldReason::IntegrationBroken)?
    };
    ended(app, begun, AttemptOutcome::Refused, problem, change).await
}

/// The PSA refuses it for good: a dead letter, for a person to retry or discard.
pub async fn refused(app: &App, begun: &Begun, problem: Problem) -> Result<bool, Fault> {
    let change = ActiveModel {
        problem: Set(Some(problem.clone())),
        ..to(DeliveryState::Sending, &[Happening::Refused])?
    };
    ended(app, begun, AttemptOutcome::Refused, problem, change).await
}

/// It can never be carried out, which shows before anything is sent: a dead letter.
pub async fn impossible(app: &App, claim: &Claimed, problem: Problem) -> Result<bool, Fault> {
    let change = ActiveModel {
        problem: Set(Some(problem)),
        ..to(claim.row.state, &[Happening::Refused])?
    };
    Ok(change_mine(app.db.write(), claim, change).await?)
}

/// The ticket is gone in the PSA, as looking showed. Whatever the incident still owed it is given up, and the incident
/// ends, so that the next failure gets a ticket of its own.
pub async fn ticket_gone(app: &App, claim: &Claimed, problem: Problem) -> Result<bool, Fault> {
    give_up(app, claim, claim.row.state, None, problem).await
}

/// The ticket is gone in the PSA, as the call showed: as [`ticket_gone`].
pub async fn ticket_gone_meanwhile(app: &App, begun: &Begun, problem: Problem) -> Result<bool, Fault> {
    give_up(app, &begun.claim, DeliveryState::Sending, Some(begun), problem).await
}

async fn give_up(
    app: &App,
    claim: &Claimed,
    from: DeliveryState,
    begun: Option<&Begun>,
    problem: Problem,
) -> Result<bool, Fault> {
    let now = app.now();
    let steps: &[Happening] = match from {
        // Nothing can have been written to a ticket that is not there.
        DeliveryState::Sending => &[Happening::FoundMissing, Happening::Discarded],
        _ => &[Happening::Discarded],
    };
    let discarded = ActiveModel {
        problem: Set(Some(problem.clone())),
        ..to(from, steps)?
    };
    let transaction = app.db.begin().await?;
    if !change_mine(&transaction, claim, discarded).await? {
        return Ok(false);
    }
    if let Some(begun) = begun {
        end_attempt(&transaction, begun, AttemptOutcome::Refused, Some(problem.clone()), now).await?;
    }
    vanished::end(&transaction, claim.row.incident_id, problem, now).await?;
    transaction.commit().await?;
    Ok(true)
}

fn confirmed(change: ActiveModel, receipt: &Receipt, now: DateTime<Utc>) -> ActiveModel {
    let ticket = receipt.ticket.as_ref().map(|known| known.ticket.id.as_str());
    ActiveModel {
        outcome: Set(Some(json!({ "ticketId": ticket, "noteId": receipt.note }))),
        problem: Set(None),
        delivered_at: Set(Some(now)),
        ..change
    }
}

/// Keeps what the PSA said of the ticket with its incident. A close that became a note leaves the ticket open.
async fn note_ticket(
    db: &DatabaseTransaction,
    claim: &Claimed,
    receipt: Receipt,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    if claim.row.kind == DeliveryKind::Close && !receipt.ticket.as_ref().is_some_and(|known| known.ticket.closed) {
        let recovered = incident::ActiveModel {
            state: Set(IncidentState::Recovered),
            updated_at: Set(now),
            ..Default::default()
        };
        incident_of(claim)
            .set(recovered)
            .filter(incident::Column::State.eq(IncidentState::Closed))
            .exec(db)
            .await?;
    }
    let Some(known) = receipt.ticket else { return Ok(()) };
    let change = incident::ActiveModel {
        ticket_external_id: Set(Some(known.ticket.id.to_string())),
        ticket: Set(Some(serde_json::to_value(&known)?)),
        updated_at: Set(now),
        ..Default::default()
    };
    incident_of(claim).set(change).exec(db).await?;
    Ok(())
}

async fn ended(
    app: &App,
    begun: &Begun,
    outcome: AttemptOutcome,
    problem: Problem,
    change: ActiveModel,
) -> Result<bool, Fault> {
    let (begun, now) = (begun.clone(), app.now());
    let ended = app.db.together(move |transaction| {
        Box::pin(async move {
            if !change_mine(transaction, &begun.claim, change).await? {
                return Ok(false);
            }
            end_attempt(transaction, &begun, outcome, Some(problem), now).await?;
            Ok(true)
        })
    });
    ended.await
}

/// A change that gives up the hold, with the state that follows.
fn to(from: DeliveryState, steps: &[Happening]) -> Result<ActiveModel, Fault> {
    Ok(freed(follow(from, steps)?))
}

/// A change that gives up the hold of the worker and waits for `reason` to go.
fn held(app: &App, claim: &Claimed, from: DeliveryState, reason: HoldReason) -> Result<ActiveModel, Fault> {
    Ok(ActiveModel {
        hold: Set(Some(reason)),
        held_at: Set(claim.row.held_at.or_else(|| Some(app.now()))),
        ..to(from, &[Happening::Held])?
    })
}

fn follow(from: DeliveryState, steps: &[Happening]) -> Result<DeliveryState, Fault> {
    let after = steps.iter().try_fold(from, |state, step| state::next(state, *step));
    after.map_err(|illegal| Fault::Inconsistent(illegal.to_string()))
}

fn freed(state: DeliveryState) -> ActiveModel {
    ActiveModel {
        state: Set(state),
        hold: Set(None),
        lease_owner: Set(None),
        lease_until: Set(None),
        ..Default::default()
    }
}

/// The fence: changes the delivery only while it is held under this claim's name.
async fn change_mine(db: &impl ConnectionTrait, claim: &Claimed, change: ActiveModel) -> Result<bool, DbErr> {
    let changed = Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(claim.row.id))
        .filter(Column::LeaseOwner.eq(claim.owner.as_str()))
        .exec(db)
        .await?;
    Ok(changed.rows_affected == 1)
}

async fn insert_attempt(
    db: &DatabaseTransaction,
    claim: &Claimed,
    number: i32,
    now: DateTime<Utc>,
    outcome: Option<AttemptOutcome>,
) -> Result<(), DbErr> {
    let row = delivery_attempt::ActiveModel {
        id: Set(DeliveryAttemptId::at(now)),
        provider_id: Set(claim.row.provider_id),
        delivery_id: Set(claim.row.id),
        number: Set(number),
        started_at: Set(now),
        finished_at: Set(outcome.map(|_| now)),
        outcome: Set(outcome),
        problem: Set(None),
    };
    delivery_attempt::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

async fn end_attempt(
    db: &DatabaseTransaction,
    begun: &Begun,
    outcome: AttemptOutcome,
    problem: Option<Problem>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let change = delivery_attempt::ActiveModel {
        finished_at: Set(Some(now)),
        outcome: Set(Some(outcome)),
        problem: Set(problem),
        ..Default::default()
    };
    delivery_attempt::Entity::update_many()
        .set(change)
        .filter(delivery_attempt::Column::DeliveryId.eq(begun.claim.row.id))
        .filter(delivery_attempt::Column::Number.eq(begun.attempt))
        .exec(db)
        .await?;
    Ok(())
}

fn incident_of(claim: &Claimed) -> sea_orm::UpdateMany<incident::Entity> {
    incident::Entity::update_many().filter(incident::Column::Id.eq(claim.row.incident_id))
}
