//! One attempt to carry out a delivery: prepare, look, put on record, call, put the outcome on record.
//!
//! Exactly once rests on four rules, all of them in [`run`]:
//! 1. The attempt is committed before the PSA is called, so a call that nobody remembers cannot be.
//! 2. A delivery that was attempted before, however that ended, is looked for by its marker first, and adopted when it is
//!    found: looking once too often costs a call, writing once too often a second ticket.
//! 3. A call ends before its hold lapses, so nobody looks for it while it may still be on its way.
//! 4. A call without a clear answer is uncertain, and is not looked for before the settling time is over.

use std::{future::Future, time::Duration};

use chrono::TimeDelta;
use psa_connectors::{
    Capability, Error, ErrorKind,
    record::{ChoiceId, NoteDraft, StatusId, TicketId},
};
use psa_entities::{Problem, ProviderScope, delivery::DeliveryState};

use super::{
    known::KnownTicket,
    pace::Health,
    prepare::{Act, Order, Prepared, prepare},
    queue::Claimed,
    record::{self, Begun, Receipt},
    state,
};
use crate::{app::App, failure::Outcome, integrations::health};

/// How often it is tried to look for an uncertain call while nothing may be sent.
const UNCERTAIN_HOLD: TimeDelta = TimeDelta::seconds(60);

/// Works on a delivery that is held, and says how the PSA fared.
///
/// # Errors
/// The database fails. The delivery keeps its state; its hold lapses.
pub async fn run(app: &App, claim: Claimed) -> Outcome<Health> {
    let order = match prepare(app, &claim.row).await? {
        Prepared::Ready(order) => order,
        // What is uncertain stays so until somebody can look.
        Prepared::Held(_, problem) | Prepared::Impossible(problem) if claim.row.state == DeliveryState::Uncertain => {
            record::later(app, &claim, problem, app.now() + UNCERTAIN_HOLD).await?;
            return Ok(Health::Unknown);
        }
        Prepared::Held(reason, problem) => {
            record::hold(app, &claim, reason, problem).await?;
            return Ok(Health::Unknown);
        }
        Prepared::Later(problem) => {
            record::later(app, &claim, problem, app.now() + delay(claim.row.attempts + 1)).await?;
            return Ok(Health::Unknown);
        }
        Prepared::Impossible(problem) => {
            record::impossible(app, &claim, problem).await?;
            return Ok(Health::Unknown);
        }
    };
    let attempted_before = claim.row.attempts > 0;
    let (write, seen) = match in_time(app, look(&order, attempted_before)).await {
        Some(Ok(Seen::Done(receipt))) => {
            record::found(app, &claim, receipt).await?;
            return Ok(Health::Answers);
        }
        Some(Ok(Seen::ToDo(write, seen))) => (write, seen),
        Some(Err(error)) => return look_failed(app, &claim, &error).await,
        None => return look_failed(app, &claim, &silence(ErrorKind::Unavailable)).await,
    };
    let Some(begun) = record::begin(app, claim).await? else {
        return Ok(Health::Unknown);
    };
    match in_time(app, send(&order, &write, attempted_before)).await {
        Some(Ok(receipt)) => {
            let receipt = Receipt {
                ticket: receipt.ticket.or(seen),
                ..receipt
            };
            record::delivered(app, &begun, receipt).await?;
            Ok(Health::Answers)
        }
        Some(Err(error)) => call_failed(app, &begun, &write, &error).await,
        None => call_failed(app, &begun, &write, &silence(ErrorKind::Ambiguous)).await,
    }
}

/// What is left to be written.
#[derive(Debug, PartialEq, Eq)]
enum Write {
    /// The ticket.
    Create,
    /// A note.
    Note(TicketId, NoteDraft),
    /// A status.
    Status(TicketId, StatusId),
    /// A status, then a note. The status can be given again; the note has its marker.
    StatusAndNote(TicketId, StatusId, NoteDraft),
    /// A routing field, which can be given again.
    Field(TicketId, &'static str, ChoiceId),
}

/// What looking found.
#[derive(Debug)]
enum Seen {
    /// Nothing is left to do.
    Done(Receipt),
    /// This is left to do; with the ticket, when it was read.
    ToDo(Write, Option<KnownTicket>),
}

/// Finds out what is left to do. Writes nothing. The first attempt at a ticket or a note asks nothing: nobody can have
/// written it. A status is always compared first, because a person may have been faster.
async fn look(order: &Order, attempted_before: bool) -> Result<Seen, Error> {
    let known = order.known.as_ref();
    match &order.act {
        Act::Open(_) => {
            if attempted_before {
                let tickets = order.connector.find_tickets(&order.marker).await?;
                if tickets.len() > 1 {
                    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id.as_str()).collect();
                    tracing::error!(marker = %order.marker, ?ids, "the PSA has several tickets with one marker: the oldest counts");
                }
                if let Some(ticket) = tickets.into_iter().next() {
                    return Ok(Seen::Done(Receipt {
                        ticket: Some(KnownTicket::written(ticket, None)),
                        note: None,
                    }));
                }
            }
            Ok(Seen::ToDo(Write::Create, None))
        }
        Act::Note(ticket, note) => look_for_note(order, attempted_before, ticket, note, None).await,
        Act::Close {
            ticket,
            status,
            only_untouched,
            note,
        } => {
            let now = KnownTicket::read(order.connector.ticket(ticket).await?, known);
            if now.ticket.closed {
                return Ok(Seen::Done(Receipt {
                    ticket: Some(now),
                    note: None,
                }));
            }
            let touched = *only_untouched && (now.touched || is_worked_on(order, ticket).await?);
            if touched {
                let now = KnownTicket { touched, ..now };
                return look_for_note(order, attempted_before, ticket, note, Some(now)).await;
            }
            Ok(Seen::ToDo(Write::Status(ticket.clone(), status.clone()), Some(now)))
        }
        Act::Raise {
            ticket,
            field,
            priority,
        } => Ok(Seen::ToDo(Write::Field(ticket.clone(), field, priority.clone()), None)),
        Act::Reopen { ticket, status, note } => {
            let now = KnownTicket::read(order.connector.ticket(ticket).await?, known);
            let closed = now.ticket.closed;
            Ok(
                match look_for_note(order, attempted_before, ticket, note, Some(now)).await? {
                    Seen::Done(found) if closed => {
                        Seen::ToDo(Write::Status(ticket.clone(), status.clone()), found.ticket)
                    }
                    Seen::ToDo(_, now) if closed => {
                        Seen::ToDo(Write::StatusAndNote(ticket.clone(), status.clone(), note.clone()), now)
                    }
                    seen => seen,
                },
            )
        }
    }
}

/// Whether a person has added to the ticket what does not show in who changed it last.
async fn is_worked_on(order: &Order, ticket: &TicketId) -> Result<bool, Error> {
    if !order.connector.descriptor().capabilities.has(Capability::TicketNotes) {
        return Ok(false);
    }
    order.connector.is_worked_on(ticket).await
}

async fn look_for_note(
    order: &Order,
    attempted_before: bool,
    ticket: &TicketId,
    note: &NoteDraft,
    now: Option<KnownTicket>,
) -> Result<Seen, Error> {
    if attempted_before
        && let Some(found) = order
            .connector
            .find_notes(ticket, &order.marker)
            .await?
            .into_iter()
            .next()
    {
        return Ok(Seen::Done(Receipt {
            ticket: now,
            note: Some(found.id.to_string()),
        }));
    }
    Ok(Seen::ToDo(Write::Note(ticket.clone(), note.clone()), now))
}

/// Writes it, or what is left of it where a right is missing without which an integration works as well.
async fn send(order: &Order, write: &Write, attempted_before: bool) -> Result<Receipt, Error> {
    match write_all(order, write).await {
        Err(error) if is_only_comfort(order, &error) => write_less(order, attempted_before, error).await,
        outcome => outcome,
    }
}

/// Whether the PSA refuses for want of an optional right.
fn is_only_comfort(order: &Order, error: &Error) -> bool {
    let ErrorKind::Forbidden { right: Some(id) } = error.kind() else {
        return false;
    };
    order
        .connector
        .descriptor()
        .right(id)
        .is_some_and(|right| right.optional)
}

/// Tells in a note what may not be done to the ticket.
async fn write_less(order: &Order, attempted_before: bool, refused: Error) -> Result<Receipt, Error> {
    let (ticket, note) = match &order.act {
        Act::Close { ticket, note, .. } | Act::Reopen { ticket, note, .. } => (ticket, note),
        Act::Raise { .. } => return Ok(Receipt::default()),
        Act::Open(_) | Act::Note(..) => return Err(refused),
    };
    tracing::info!(%refused, "a note says what the API user may not do");
    match look_for_note(order, attempted_before, ticket, note, None).await? {
        Seen::Done(receipt) => Ok(receipt),
        Seen::ToDo(write, _) => write_all(order, &write).await,
    }
}

async fn write_all(order: &Order, write: &Write) -> Result<Receipt, Error> {
    let written = |ticket| Some(KnownTicket::written(ticket, order.known.as_ref()));
    match (write, &order.act) {
        (Write::Create, Act::Open(draft)) => {
            let ticket = order.connector.create_ticket(draft, &order.marker).await?;
            Ok(Receipt {
                ticket: written(ticket),
                note: None,
            })
        }
        (Write::Create, _) => Err(Error::new(ErrorKind::Unsupported, "only an opening creates a ticket")),
        (Write::Note(ticket, note), _) => {
            let note = order.connector.add_note(ticket, note, &order.marker).await?;
            Ok(Receipt {
                ticket: None,
                note: Some(note.id.to_string()),
            })
        }
        (Write::Status(ticket, status), _) => {
            let ticket = order.connector.set_ticket_status(ticket, status).await?;
            Ok(Receipt {
                ticket: written(ticket),
                note: None,
            })
        }
        (Write::Field(ticket, field, value), _) => {
            let ticket = order.connector.set_ticket_field(ticket, field, value).await?;
            Ok(Receipt {
                ticket: written(ticket),
                note: None,
            })
        }
        (Write::StatusAndNote(ticket, status, note), _) => {
            let reopened = order.connector.set_ticket_status(ticket, status).await?;
            let note = order.connector.add_note(ticket, note, &order.marker).await?;
            Ok(Receipt {
                ticket: written(reopened),
                note: Some(note.id.to_string()),
            })
        }
    }
}

/// What an error means for the delivery whose call it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It may have happened.
    Uncertain,
    /// It certainly did not happen; trying again can help.
    NotSent,
    /// The PSA does not accept our keys.
    LockedOut,
    /// The ticket that it was for is gone.
    Gone,
    /// It was refused for good.
    Refused,
}

fn judge(write: &Write, error: &Error) -> Verdict {
    match error.kind() {
        ErrorKind::Unauthorized => Verdict::LockedOut,
        ErrorKind::Unavailable | ErrorKind::RateLimited => Verdict::NotSent,
        ErrorKind::NotFound if *write != Write::Create => Verdict::Gone,
        ErrorKind::Forbidden { .. }
        | ErrorKind::NotFound
        | ErrorKind::Invalid { .. }
        | ErrorKind::PeriodClosed
        | ErrorKind::Changed
        | ErrorKind::Unsupported => {
            if error.is_temporary() {
                Verdict::NotSent
            } else {
                Verdict::Refused
            }
        }
        // An answer that breaks the contract proves nothing, and neither does a kind that is not known yet.
        _ => Verdict::Uncertain,
    }
}

async fn call_failed(app: &App, begun: &Begun, write: &Write, error: &Error) -> Outcome<Health> {
    let problem = reported(app, &begun.claim, error).await?;
    match judge(write, error) {
        Verdict::Uncertain => {
            let wait = app.config.tickets.settle().max(delay(begun.attempt));
            record::uncertain(app, begun, problem, app.now() + wait).await?
        }
        Verdict::NotSent => record::not_sent(app, begun, problem, app.now() + back_off(begun.attempt, error)).await?,
        Verdict::LockedOut => record::locked_out(app, begun, problem).await?,
        Verdict::Gone => record::ticket_gone_meanwhile(app, begun, problem).await?,
        Verdict::Refused => record::refused(app, begun, problem).await?,
    };
    Ok(health_in(error))
}

/// Without knowing what is there nothing is sent: it stays what it is, unless there is nothing left to look at.
async fn look_failed(app: &App, claim: &Claimed, error: &Error) -> Outcome<Health> {
    let problem = reported(app, claim, error).await?;
    match error.kind() {
        ErrorKind::NotFound => record::ticket_gone(app, claim, problem).await?,
        ErrorKind::Unsupported if claim.row.state == DeliveryState::Owed => {
            record::impossible(app, claim, problem).await?
        }
        _ => record::later(app, claim, problem, app.now() + back_off(claim.row.attempts + 1, error)).await?,
    };
    Ok(health_in(error))
}

async fn reported(app: &App, claim: &Claimed, error: &Error) -> Outcome<Problem> {
    tracing::warn!(%error, "a delivery did not get through");
    let scope = ProviderScope::new(claim.row.provider_id);
    let report = health::report(app, scope, claim.row.integration_id, error).await?;
    Ok(report.problem)
}

fn back_off(attempt: i32, error: &Error) -> TimeDelta {
    let asked = error.retry_after().and_then(|pause| TimeDelta::from_std(pause).ok());
    asked.unwrap_or_else(|| delay(attempt))
}

/// How long to wait after the attempt of this number. There is no last one: nothing that is owed is dropped because a
/// PSA was away for long.
fn delay(attempt: i32) -> TimeDelta {
    let attempt = u32::try_from(attempt).unwrap_or(1).min(state::MAX_ATTEMPTS - 1);
    state::retry_delay(attempt).unwrap_or_default()
}

/// What an error says of the PSA's health.
fn health_in(error: &Error) -> Health {
    match error.kind() {
        ErrorKind::RateLimited => Health::AsksForPause(error.retry_after()),
        ErrorKind::Unavailable | ErrorKind::Ambiguous | ErrorKind::Protocol => Health::Ails,
        _ => Health::Answers,
    }
}

/// The outcome of a call that ends well before its hold lapses; `None` when time ran out.
async fn in_time<T>(app: &App, call: impl Future<Output = T>) -> Option<T> {
    let limit = Duration::from_secs(app.config.tickets.lease_seconds.into()) * 3 / 4;
    tokio::time::timeout(limit, call).await.ok()
}

fn silence(kind: ErrorKind) -> Error {
    Error::new(kind, "The PSA did not answer in time.")
}

#[cfg(test)]
mod tests;
