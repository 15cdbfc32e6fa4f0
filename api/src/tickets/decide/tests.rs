//! Cases of decisions that the table does not show by itself.

use psa_entities::agent_settings::Agent;

use super::*;
use crate::tickets::rules::{default_rules, rule_for};

pub(super) const APPEND: TicketPolicy = TicketPolicy {
    mode: TicketMode::AppendToOpen,
    on_recovery: OnRecovery::Close,
    close_only_untouched: true,
    reopen_within_days: 1,
    escalate_after: Some(4),
};
pub(super) const EACH: TicketPolicy = TicketPolicy {
    mode: TicketMode::NewTicketPerEvent,
    ..APPEND
};
pub(super) const DAY: i64 = 24 * 60;

pub(super) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

/// The usual rule of a trigger.
pub(super) fn rule(trigger: &str) -> TicketRule {
    rule_for(&default_rules(Agent::Backup), trigger).unwrap().clone()
}

pub(super) fn event(trigger: &str, minutes: i64) -> EventFacts {
    EventFacts {
        rule: Some(rule(trigger)),
        ended: false,
        occurred_at: at(minutes),
        storm: false,
    }
}

pub(super) fn fails(minutes: i64) -> EventFacts {
    event("ERROR", minutes)
}

/// An incident with a ticket of its own, that began when its latest event happened.
pub(super) fn incident(state: IncidentState, minutes: i64, touched_by_person: bool) -> IncidentFacts {
    let is_over = !matches!(state, IncidentState::Open | IncidentState::Waiting);
    IncidentFacts {
        state,
        ticket: TicketOf::Own,
        occurrences: 1,
        first_at: at(minutes),
        last_at: at(minutes),
        ended_at: is_over.then(|| at(minutes)),
        touched_by_person,
        escalated: false,
    }
}

fn decided(
    event: &EventFacts,
    open: Option<IncidentFacts>,
    last: Option<IncidentFacts>,
    policy: TicketPolicy,
) -> String {
    let Decision {
        incident,
        deliveries,
        reason,
    } = decide(event, open, last, policy);
    format!("{incident:?} {deliveries:?} {reason:?}")
}

#[test]
fn a_window_ends_to_the_minute() {
    let closed = Some(incident(IncidentState::Closed, 10, false));
    let never = TicketPolicy {
        reopen_within_days: 0,
        ..APPEND
    };
    for (minutes, policy, expected) in [
        (10 + DAY, APPEND, "Reopen [Reopen] BackWithinReopenTime"),
        (11 + DAY, APPEND, "Open(OwnTicket) [Open] NewCondition"),
        (20, never, "Open(OwnTicket) [Open] NewCondition"),
    ] {
        assert_eq!(decided(&fails(minutes), None, closed, policy), expected, "{minutes}");
    }
    let kept = Some(incident(IncidentState::Recovered, 10, false));
    let back = decided(&fails(90 * DAY), None, kept, never);
    assert_eq!(back, "Reopen [Note] BackInOpenTicket", "an open ticket has no window");
}

#[test]
fn of_a_count_and_a_time_the_first_is_enough() {
    let waits = |after, after_minutes| TicketRule {
        after,
        after_minutes,
        ..rule("ERROR")
    };
    for (rule, failures, minutes, opens) in [
        (waits(1, 0), 0, 0, true),
        (waits(3, 0), 1, 600, false),
        (waits(3, 0), 2, 1, true),
        (waits(1, 30), 5, 29, false),
        (waits(1, 30), 1, 30, true),
        (waits(3, 30), 1, 29, false),
        (waits(3, 30), 2, 1, true),
        (waits(3, 30), 1, 30, true),
        (waits(3, 0), 0, 0, false),
    ] {
        let waiting = IncidentFacts {
            ticket: TicketOf::Nobody,
            occurrences: failures,
            ..incident(IncidentState::Waiting, 0, false)
        };
        let event = EventFacts {
            rule: Some(rule.clone()),
            ..fails(minutes)
        };
        let decision = decide(&event, (failures > 0).then_some(waiting), None, APPEND);
        assert_eq!(
            decision.deliveries == [DeliveryKind::Open],
            opens,
            "{rule:?} {failures} {minutes}"
        );
        assert_eq!(
            decision.reason == Reason::NotYet,
            !opens,
            "{rule:?} {failures} {minutes}"
        );
    }
    assert_eq!(opens_at(&waits(3, 30), at(5)), Some(at(35)));
    assert_eq!(opens_at(&waits(3, 0), at(5)), None);
}

#[test]
fn a_priority_is_raised_once() {
    let open = |occurrences, escalated| {
        Some(IncidentFacts {
            occurrences,
            escalated,
            ..incident(IncidentState::Open, 10, false)
        })
    };
    for (occurrences, escalated, expected) in [
        (3, false, "Append [Note] Repeated"),
        (4, false, "Append [Note, Escalate] RepeatedTooOften"),
        (9, false, "Append [Note, Escalate] RepeatedTooOften"),
        (4, true, "Append [Note] Repeated"),
    ] {
        assert_eq!(
            decided(&fails(20), open(occurrences, escalated), None, APPEND),
            expected,
            "{occurrences}"
        );
    }
    let never = TicketPolicy {
        escalate_after: None,
        ..APPEND
    };
    assert_eq!(
        decided(&fails(20), open(99, false), None, never),
        "Append [Note] Repeated"
    );
}

#[test]
fn an_alert_that_ended_recovers_whatever_the_rules_say() {
    for trigger in ["SMART:PROBLEM", "SMART:WARNING", "SMART:HEALTHY"] {
        let rule = rule_for(&default_rules(Agent::Rmm), trigger).cloned();
        let ended = EventFacts {
            rule,
            ended: true,
            ..fails(20)
        };
        let closed = decide(&ended, Some(incident(IncidentState::Open, 10, false)), None, APPEND);
        assert_eq!(closed.deliveries, [DeliveryKind::Close], "{trigger}");
        assert_eq!(decide(&ended, None, None, APPEND).reason, Reason::NothingOpen);
    }
}

#[test]
fn the_same_minute_is_not_late() {
    let open = Some(incident(IncidentState::Open, 10, false));
    assert_eq!(decided(&fails(10), open, None, APPEND), "Append [Note] Repeated");
    assert_eq!(decided(&fails(9), open, None, APPEND), "Record [] Late");
}

#[test]
fn a_waiting_time_that_is_over_opens() {
    assert_eq!(waited_long_enough(false).deliveries, [DeliveryKind::Open]);
    assert_eq!(
        waited_long_enough(true).incident,
        IncidentChange::Begin(Place::StormTicket)
    );
}
