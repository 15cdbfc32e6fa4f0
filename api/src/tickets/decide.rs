//! What an event does to the incident of its condition, and what the incident then owes the PSA.
//!
//! | the event | no incident is open | an incident is open |
//! |---|---|---|
//! | is older than the last one | recorded | recorded |
//! | ends by its own word | recorded | recovery |
//! | rule `IGNORE` | recorded | recorded |
//! | rule `CLOSE` | recorded: a repeated success | recovery |
//! | rule `NOTE` | recorded | note |
//! | rule `OPEN`, `APPEND_TO_OPEN` | goes on in a ticket still open, reopens a ticket closed lately, else opens | note |
//! | rule `OPEN`, `NEW_TICKET_PER_EVENT` | opens | supersedes and opens |

#[cfg(test)]
mod story;

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::agent_settings::{RuleAction, TicketRule};
use psa_entities::delivery::DeliveryKind;
use psa_entities::incident::IncidentState;
use psa_entities::ticket_settings::{OnRecovery, TicketMode};

use super::rules::action_for;

/// What of an event decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFacts<'a> {
    /// What rules are looked up by.
    pub trigger: &'a str,
    /// Whether the trouble is over by the event's own word.
    pub ended: bool,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// What of an incident decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentFacts {
    /// How far it is.
    pub state: IncidentState,
    /// When its latest event happened, the recovery included.
    pub last_at: DateTime<Utc>,
    /// When it stopped being open.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether a person changed its ticket.
    pub touched_by_person: bool,
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
}

/// What happens to the incidents of the condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentChange {
    /// Nothing; the event is on record.
    Record,
    /// A new incident opens.
    Open,
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
    /// The settings want a ticket for each event.
    TicketPerEvent,
    /// The condition is known and goes on.
    Repeated,
    /// The rule for the trigger wants a note.
    NotedByRule,
    /// The condition recovered while the ticket stayed open, and is back.
    BackInOpenTicket,
    /// The ticket was closed lately, and the condition is back.
    BackWithinReopenTime,
    /// The condition recovered.
    Recovered,
    /// The condition recovered, but a person works on the ticket.
    RecoveredInPersonsHands,
}

/// What is done about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What happens to the incident.
    pub incident: IncidentChange,
    /// What the incident, the new one if one opens, owes the PSA, in this order.
    pub deliveries: Vec<DeliveryKind>,
    /// Why.
    pub reason: Reason,
}

/// Decides about `event`, given the open incident of its condition and the last one that is not open.
pub fn decide(
    event: &EventFacts<'_>,
    open: Option<IncidentFacts>,
    last_closed: Option<IncidentFacts>,
    policy: TicketPolicy,
    rules: &[TicketRule],
) -> Decision {
    let latest = open.or(last_closed).map(|incident| incident.last_at);
    if latest.is_some_and(|latest| event.occurred_at < latest) {
        return record(Reason::Late);
    }
    let action = if event.ended {
        RuleAction::Close
    } else {
        action_for(rules, event.trigger)
    };
    match (action, open) {
        (RuleAction::Ignore, _) => record(Reason::IgnoredByRule),
        (RuleAction::Close | RuleAction::Note, None) => record(Reason::NothingOpen),
        (RuleAction::Close, Some(incident)) => recovery(policy, incident.touched_by_person),
        (RuleAction::Note, Some(_)) => owe(IncidentChange::Append, &[DeliveryKind::Note], Reason::NotedByRule),
        (RuleAction::Open, open) => match (policy.mode, open) {
            (TicketMode::AppendToOpen, Some(_)) => owe(IncidentChange::Append, &[DeliveryKind::Note], Reason::Repeated),
            (TicketMode::AppendToOpen, None) => back_or_new(event, last_closed, policy),
            (TicketMode::NewTicketPerEvent, Some(_)) => {
                owe(IncidentChange::Supersede, &[DeliveryKind::Open], Reason::TicketPerEvent)
            }
            (TicketMode::NewTicketPerEvent, None) => {
                owe(IncidentChange::Open, &[DeliveryKind::Open], Reason::NewCondition)
            }
        },
    }
}

/// What a recovery does to one incident whose ticket is open. A person who works on a ticket is told, not overruled.
pub fn recovery(policy: TicketPolicy, touched_by_person: bool) -> Decision {
    let kept = IncidentChange::Recover(IncidentState::Recovered);
    match policy.on_recovery {
        OnRecovery::Close if policy.close_only_untouched && touched_by_person => {
            owe(kept, &[DeliveryKind::Note], Reason::RecoveredInPersonsHands)
        }
        OnRecovery::Close => owe(
            IncidentChange::Recover(IncidentState::Closed),
            &[DeliveryKind::Close],
            Reason::Recovered,
        ),
        OnRecovery::Note => owe(kept, &[DeliveryKind::Note], Reason::Recovered),
        OnRecovery::Nothing => owe(kept, &[], Reason::Recovered),
    }
}

fn back_or_new(event: &EventFacts<'_>, last_closed: Option<IncidentFacts>, policy: TicketPolicy) -> Decision {
    let Some(last) = last_closed else {
        return owe(IncidentChange::Open, &[DeliveryKind::Open], Reason::NewCondition);
    };
    // Recovered, not closed: its ticket is still there for the next event.
    if matches!(last.state, IncidentState::Recovered | IncidentState::Open) {
        return owe(IncidentChange::Reopen, &[DeliveryKind::Note], Reason::BackInOpenTicket);
    }
    let window = TimeDelta::try_days(i64::from(policy.reopen_within_days)).unwrap_or(TimeDelta::MAX);
    let since = event.occurred_at - last.ended_at.unwrap_or(last.last_at);
    if policy.reopen_within_days > 0 && since <= window {
        owe(
            IncidentChange::Reopen,
            &[DeliveryKind::Reopen],
            Reason::BackWithinReopenTime,
        )
    } else {
        owe(IncidentChange::Open, &[DeliveryKind::Open], Reason::NewCondition)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::rules::default_rules;
    use psa_entities::agent_settings::Agent;

    pub(super) fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    pub(super) fn event(trigger: &'static str, minutes: i64) -> EventFacts<'static> {
        EventFacts {
            trigger,
            ended: false,
            occurred_at: at(minutes),
        }
    }

    pub(super) fn incident(state: IncidentState, minutes: i64, touched_by_person: bool) -> Option<IncidentFacts> {
        let ended_at = (state != IncidentState::Open).then(|| at(minutes));
        Some(IncidentFacts {
            state,
            last_at: at(minutes),
            ended_at,
            touched_by_person,
        })
    }

    pub(super) const APPEND: TicketPolicy = TicketPolicy {
        mode: TicketMode::AppendToOpen,
        on_recovery: OnRecovery::Close,
        close_only_untouched: true,
        reopen_within_days: 1,
    };
    pub(super) const EACH: TicketPolicy = TicketPolicy {
        mode: TicketMode::NewTicketPerEvent,
        ..APPEND
    };
    pub(super) const DAY: i64 = 24 * 60;

    #[test]
    fn the_table_holds() {
        use IncidentState::{Closed, ClosedInPsa, Open, Recovered};
        let is = |state| incident(state, 10, false);
        let touched = incident(Open, 10, true);
        let noted = TicketPolicy {
            on_recovery: OnRecovery::Note,
            ..APPEND
        };
        let silent = TicketPolicy {
            on_recovery: OnRecovery::Nothing,
            ..APPEND
        };
        let always = TicketPolicy {
            close_only_untouched: false,
            ..APPEND
        };
        let never = TicketPolicy {
            reopen_within_days: 0,
            ..APPEND
        };
        let cases = [
            // trigger, minute, open, last closed, policy, decision
            ("ERROR", 20, None, None, APPEND, "Open [Open] NewCondition"),
            ("ERROR", 20, is(Open), None, APPEND, "Append [Note] Repeated"),
            ("ERROR", 20, is(Open), None, EACH, "Supersede [Open] TicketPerEvent"),
            ("ERROR", 20, None, is(Closed), EACH, "Open [Open] NewCondition"),
            ("ERROR", 9, is(Open), None, APPEND, "Record [] Late"),
            ("SUCCESS", 9, is(Open), None, APPEND, "Record [] Late"),
            ("ERROR", 9, None, is(Closed), APPEND, "Record [] Late"),
            ("ERROR", 10, is(Open), None, APPEND, "Append [Note] Repeated"),
            ("SUCCESS", 20, None, None, APPEND, "Record [] NothingOpen"),
            ("SUCCESS", 20, None, is(Closed), APPEND, "Record [] NothingOpen"),
            (
                "SUCCESS",
                20,
                is(Open),
                None,
                APPEND,
                "Recover(Closed) [Close] Recovered",
            ),
            (
                "SUCCESS",
                20,
                is(Open),
                None,
                noted,
                "Recover(Recovered) [Note] Recovered",
            ),
            ("SUCCESS", 20, is(Open), None, silent, "Recover(Recovered) [] Recovered"),
            (
                "SUCCESS",
                20,
                touched,
                None,
                always,
                "Recover(Closed) [Close] Recovered",
            ),
            (
                "SUCCESS",
                20,
                touched,
                None,
                APPEND,
                "Recover(Recovered) [Note] RecoveredInPersonsHands",
            ),
            ("RUNNING", 20, is(Open), None, APPEND, "Record [] IgnoredByRule"),
            ("NO_RULE", 20, None, None, APPEND, "Record [] IgnoredByRule"),
            ("NOTED", 20, is(Open), None, APPEND, "Append [Note] NotedByRule"),
            ("NOTED", 20, None, None, APPEND, "Record [] NothingOpen"),
            (
                "ERROR",
                10 + DAY,
                None,
                is(Closed),
                APPEND,
                "Reopen [Reopen] BackWithinReopenTime",
            ),
            (
                "ERROR",
                20,
                None,
                is(ClosedInPsa),
                APPEND,
                "Reopen [Reopen] BackWithinReopenTime",
            ),
            ("ERROR", 11 + DAY, None, is(Closed), APPEND, "Open [Open] NewCondition"),
            ("ERROR", 20, None, is(Closed), never, "Open [Open] NewCondition"),
            (
                "ERROR",
                90 * DAY,
                None,
                is(Recovered),
                never,
                "Reopen [Note] BackInOpenTicket",
            ),
        ];
        let mut rules = default_rules(Agent::Backup);
        rules.push(TicketRule {
            trigger: "NOTED".to_owned(),
            action: RuleAction::Note,
        });
        for (trigger, minutes, open, closed, policy, expected) in cases {
            let Decision {
                incident,
                deliveries,
                reason,
            } = decide(&event(trigger, minutes), open, closed, policy, &rules);
            let decided = format!("{incident:?} {deliveries:?} {reason:?}");
            assert_eq!(decided, expected, "{trigger} at {minutes}, {open:?}, {closed:?}");
        }
    }

    #[test]
    fn an_alert_that_ended_recovers_whatever_the_rules_say() {
        for trigger in ["SMART:PROBLEM", "SMART:WARNING", "SMART:HEALTHY"] {
            let ended = EventFacts {
                ended: true,
                ..event(trigger, 20)
            };
            let rules = default_rules(Agent::Rmm);
            let closed = decide(&ended, incident(IncidentState::Open, 10, false), None, APPEND, &rules);
            assert_eq!(closed.deliveries, [DeliveryKind::Close], "{trigger}");
            assert_eq!(decide(&ended, None, None, APPEND, &rules).reason, Reason::NothingOpen);
        }
    }
}
