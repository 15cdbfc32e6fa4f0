//! What an event does to the incident of its condition, and what the incident then owes the PSA.
//!
//! The whole of it, as the tests print it from [`decide`]:
//!
#![doc = include_str!("decide/table.md")]

#[cfg(test)]
mod story;
#[cfg(test)]
pub(crate) mod table;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::agent_settings::{RuleAction, TicketRule};
use psa_entities::delivery::DeliveryKind;
use psa_entities::incident::IncidentState;
use psa_entities::ticket_settings::{OnRecovery, TicketMode};

/// What of an event decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFacts {
    /// What the rules say about it; `None` when no rule names it.
    pub rule: Option<TicketRule>,
    /// Whether the trouble is over by the event's own word, whatever the rules say.
    pub ended: bool,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Whether the company has had as many new tickets lately as the settings allow.
    pub storm: bool,
}

/// What of an incident decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentFacts {
    /// How far it is.
    pub state: IncidentState,
    /// Where its trouble is told.
    pub ticket: TicketOf,
    /// Failures that were reported.
    pub occurrences: i32,
    /// When its first event happened.
    pub first_at: DateTime<Utc>,
    /// When its latest event happened, the recovery included.
    pub last_at: DateTime<Utc>,
    /// When it stopped being open.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether a person changed its ticket.
    pub touched_by_person: bool,
    /// Whether its ticket's priority was raised.
    pub escalated: bool,
}

/// Which ticket tells of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketOf {
    /// None: it waits, its ticket is gone, or nobody wanted one.
    Nobody,
    /// Its own, which is there or about to be.
    Own,
    /// The open one of a storm.
    Storm,
}

/// The settings that decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketPolicy {
    /// What a repeated failure does.
    pub mode: TicketMode,
    /// What a recovery does.
    pub on_recovery: OnRecovery,
    /// Whether a ticket that a person changed is left open.
    pub close_only_untouched: bool,
    /// For how many days a closed ticket is reopened rather than a new one opened; 0 never reopens.
    pub reopen_within_days: i32,
    /// The repeats after which the priority is raised; `None` never raises it.
    pub escalate_after: Option<i32>,
}

/// What happens to the incidents of the condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentChange {
    /// Nothing; the event is on record.
    Record,
    /// A new incident begins that is not yet worth a ticket.
    Wait,
    /// A new incident opens, with a ticket.
    Open(Place),
    /// The incident that waited opens, with a ticket.
    Begin(Place),
    /// The open incident gives its place to a new one; its ticket stays open until the condition recovers.
    Supersede,
    /// The event is one more of the open incident.
    Append,
    /// The last incident opens again.
    Reopen,
    /// The condition recovered; the open incident goes to this state. Incidents that it superseded and whose tickets are
    /// still open recover with it, each by [`recovery`].
    Recover(IncidentState),
}

/// Which ticket an incident gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One of its own.
    OwnTicket,
    /// The one that all conditions share which came when the company had too many tickets.
    StormTicket,
}

/// Why it was decided so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The event is older than the last one that was handled.
    Late,
    /// The rule for the trigger ignores it, or there is none.
    IgnoredByRule,
    /// Nothing is open that could be closed or noted on.
    NothingOpen,
    /// The condition is new.
    NewCondition,
    /// The rule waits for more failures or more time.
    NotYet,
    /// What the rule waited for has come.
    LongEnough,
    /// The company has too many new tickets.
    TooMany,
    /// The settings want a ticket for each event.
    TicketPerEvent,
    /// The condition is known and goes on.
    Repeated,
    /// The condition has gone on for too often.
    RepeatedTooOften,
    /// The rule for the trigger wants a note.
    NotedByRule,
    /// The condition recovered while the ticket stayed open, and is back.
    BackInOpenTicket,
    /// The ticket was closed lately, and the condition is back.
    BackWithinReopenTime,
    /// The condition recovered.
    Recovered,
    /// The condition recovered before it was worth a ticket.
    RecoveredInTime,
    /// The condition recovered, but a person works on the ticket.
    RecoveredInPersonsHands,
}

/// What is done about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What happens to the incident.
    pub incident: IncidentChange,
    /// What the incident, the new one if one opens, owes the PSA, in this order. What a storm owes for it, its list, is
    /// not among them.
    pub deliveries: Vec<DeliveryKind>,
    /// Why.
    pub reason: Reason,
}

/// Decides about `event`, given the open incident of its condition, which may be waiting, and the last one that is over.
pub fn decide(
    event: &EventFacts,
    open: Option<IncidentFacts>,
    last_closed: Option<IncidentFacts>,
    policy: TicketPolicy,
) -> Decision {
    let latest = open.or(last_closed).map(|incident| incident.last_at);
    if latest.is_some_and(|latest| event.occurred_at < latest) {
        return record(Reason::Late);
    }
    let action = match (&event.rule, event.ended) {
        (_, true) => RuleAction::Close,
        (Some(rule), false) => rule.action,
        (None, false) => RuleAction::Ignore,
    };
    match (action, open) {
        (RuleAction::Ignore, _) => record(Reason::IgnoredByRule),
        (RuleAction::Close | RuleAction::Note, None) => record(Reason::NothingOpen),
        (RuleAction::Close, Some(incident)) => recovery(policy, incident),
        (RuleAction::Note, Some(incident)) => note(incident, Reason::NotedByRule),
        (RuleAction::Open, Some(incident)) if incident.state == IncidentState::Waiting => goes_on(event, incident),
        (RuleAction::Open, Some(incident)) => repeated(event, incident, policy),
        (RuleAction::Open, None) => back_or_new(event, last_closed, policy),
    }
}

/// What a recovery does to one incident. A person who works on a ticket is told, not overruled; the ticket of a storm is
/// not the incident's to close.
pub fn recovery(policy: TicketPolicy, incident: IncidentFacts) -> Decision {
    let kept = IncidentChange::Recover(IncidentState::Recovered);
    match (incident.ticket, policy.on_recovery) {
        (TicketOf::Nobody, _) => owe(kept, &[], Reason::RecoveredInTime),
        (TicketOf::Storm, _) => owe(kept, &[], Reason::Recovered),
        (TicketOf::Own, OnRecovery::Close) if policy.close_only_untouched && incident.touched_by_person => {
            owe(kept, &[DeliveryKind::Note], Reason::RecoveredInPersonsHands)
        }
        (TicketOf::Own, OnRecovery::Close) => owe(
            IncidentChange::Recover(IncidentState::Closed),
            &[DeliveryKind::Close],
            Reason::Recovered,
        ),
        (TicketOf::Own, OnRecovery::Note) => owe(kept, &[DeliveryKind::Note], Reason::Recovered),
        (TicketOf::Own, OnRecovery::Nothing) => owe(kept, &[], Reason::Recovered),
    }
}

/// What an incident does whose time of waiting is over without a recovery.
pub fn waited_long_enough(storm: bool) -> Decision {
    placed(IncidentChange::Begin, storm, Reason::LongEnough)
}

/// Until when an incident waits at most, when the rule of its first event says so.
pub fn opens_at(rule: &TicketRule, first_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (rule.after_minutes > 0).then(|| first_at + TimeDelta::minutes(rule.after_minutes.into()))
}

/// A failure of a condition that waits.
fn goes_on(event: &EventFacts, incident: IncidentFacts) -> Decision {
    let failures = incident.occurrences.saturating_add(1);
    if is_worth_a_ticket(event, failures, incident.first_at) {
        placed(IncidentChange::Begin, event.storm, Reason::LongEnough)
    } else {
        owe(IncidentChange::Append, &[], Reason::NotYet)
    }
}

/// A failure of a condition that is told of already.
fn repeated(event: &EventFacts, incident: IncidentFacts, policy: TicketPolicy) -> Decision {
    let own = incident.ticket == TicketOf::Own;
    if policy.mode == TicketMode::NewTicketPerEvent && own && !event.storm {
        return owe(IncidentChange::Supersede, &[DeliveryKind::Open], Reason::TicketPerEvent);
    }
    let too_often = policy
        .escalate_after
        .is_some_and(|repeats| incident.occurrences >= repeats);
    if own && too_often && !incident.escalated {
        let deliveries = [DeliveryKind::Note, DeliveryKind::Escalate];
        return owe(IncidentChange::Append, &deliveries, Reason::RepeatedTooOften);
    }
    note(incident, Reason::Repeated)
}

/// One more event, told where the incident is told of.
fn note(incident: IncidentFacts, reason: Reason) -> Decision {
    match incident.ticket {
        TicketOf::Own => owe(IncidentChange::Append, &[DeliveryKind::Note], reason),
        TicketOf::Storm | TicketOf::Nobody => owe(IncidentChange::Append, &[], reason),
    }
}

/// A failure of a condition of which nothing is open.
fn back_or_new(event: &EventFacts, last_closed: Option<IncidentFacts>, policy: TicketPolicy) -> Decision {
    let last = last_closed.filter(|last| match last.ticket {
        TicketOf::Own => policy.mode == TicketMode::AppendToOpen,
        TicketOf::Storm => true,
        // A ticket that is gone, or was never opened because somebody said so, cannot be gone on with.
        TicketOf::Nobody => false,
    });
    if let Some(last) = last {
        // Recovered, not closed: its ticket is still there for the next event.
        if matches!(last.state, IncidentState::Recovered | IncidentState::Open) {
            let told: &[DeliveryKind] = if last.ticket == TicketOf::Own {
                &[DeliveryKind::Note]
            } else {
                &[]
            };
            return owe(IncidentChange::Reopen, told, Reason::BackInOpenTicket);
        }
        let window = TimeDelta::try_days(i64::from(policy.reopen_within_days)).unwrap_or(TimeDelta::MAX);
        let since = event.occurred_at - last.ended_at.unwrap_or(last.last_at);
        if last.ticket == TicketOf::Own && policy.reopen_within_days > 0 && since <= window {
            let deliveries = [DeliveryKind::Reopen];
            return owe(IncidentChange::Reopen, &deliveries, Reason::BackWithinReopenTime);
        }
    }
    if is_worth_a_ticket(event, 1, event.occurred_at) {
        placed(IncidentChange::Open, event.storm, Reason::NewCondition)
    } else {
        owe(IncidentChange::Wait, &[], Reason::NotYet)
    }
}

/// Whether a condition has failed for often or long enough. Of a count and a time, what comes first is enough.
fn is_worth_a_ticket(event: &EventFacts, failures: i32, first_at: DateTime<Utc>) -> bool {
    let Some(rule) = &event.rule else { return true };
    let (counts, waits) = (rule.after > 1, rule.after_minutes > 0);
    let often = counts && u32::try_from(failures).is_ok_and(|failures| failures >= rule.after);
    let long = waits && event.occurred_at - first_at >= TimeDelta::minutes(rule.after_minutes.into());
    often || long || !(counts || waits)
}

fn placed(change: impl FnOnce(Place) -> IncidentChange, storm: bool, reason: Reason) -> Decision {
    if storm {
        owe(change(Place::StormTicket), &[], Reason::TooMany)
    } else {
        owe(change(Place::OwnTicket), &[DeliveryKind::Open], reason)
    }
}

fn record(reason: Reason) -> Decision {
    owe(IncidentChange::Record, &[], reason)
}

fn owe(incident: IncidentChange, deliveries: &[DeliveryKind], reason: Reason) -> Decision {
    Decision {
        incident,
        deliveries: deliveries.to_vec(),
        reason,
    }
}
