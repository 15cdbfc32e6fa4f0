//! Whole stories of one condition: what its tickets go through, whatever is reported.

use proptest::prelude::*;

use super::tests::{APPEND, DAY, EACH, at, event};
use super::*;

/// Plays events against one condition and gives the deliveries. `storm` says whether the company has too many tickets
/// when the event comes; the storm lasts.
fn play(events: &[(&str, i64, bool, bool)], policy: TicketPolicy, after: u32) -> Vec<DeliveryKind> {
    let (mut open, mut closed): (Option<IncidentFacts>, Option<IncidentFacts>) = (None, None);
    let mut all = Vec::new();
    for (trigger, minutes, touched, storm) in events {
        if let Some(incident) = &mut open {
            incident.touched_by_person |= *touched && incident.ticket == TicketOf::Own;
        }
        let mut event = EventFacts {
            storm: *storm,
            ..event(trigger, *minutes)
        };
        event.rule.iter_mut().for_each(|rule| rule.after = after);
        let decision = decide(&event, open, closed, policy);
        let began = |state, ticket| IncidentFacts {
            ticket,
            ..tests::incident(state, *minutes, false)
        };
        let ticket = |place| {
            if place == Place::OwnTicket {
                TicketOf::Own
            } else {
                TicketOf::Storm
            }
        };
        match decision.incident {
            IncidentChange::Record => {}
            IncidentChange::Wait => open = Some(began(IncidentState::Waiting, TicketOf::Nobody)),
            IncidentChange::Open(place) => open = Some(began(IncidentState::Open, ticket(place))),
            IncidentChange::Supersede => open = Some(began(IncidentState::Open, TicketOf::Own)),
            IncidentChange::Begin(place) => {
                open = open.map(|incident| IncidentFacts {
                    state: IncidentState::Open,
                    ticket: ticket(place),
                    last_at: at(*minutes),
                    ..incident
                });
            }
            IncidentChange::Reopen => {
                open = closed.map(|incident| IncidentFacts {
                    last_at: at(*minutes),
                    ..incident
                });
                open.iter_mut()
                    .for_each(|incident| incident.state = IncidentState::Open);
            }
            IncidentChange::Append => open.iter_mut().for_each(|incident| {
                incident.last_at = at(*minutes);
                incident.occurrences += 1;
                incident.escalated |= decision.deliveries.contains(&DeliveryKind::Escalate);
            }),
            IncidentChange::Recover(state) => {
                let ended_at = Some(at(*minutes));
                closed = open.map(|incident| IncidentFacts {
                    state,
                    last_at: at(*minutes),
                    ended_at,
                    ..incident
                });
                open = None;
            }
        }
        all.extend(decision.deliveries);
    }
    all
}

const TRIGGERS: [&str; 5] = ["ERROR", "OVERDUE", "SUCCESS", "RUNNING", "WARNING"];

proptest! {
    #[test]
    fn deliveries_make_sense_in_their_order(
        events in prop::collection::vec((prop::sample::select(TRIGGERS.to_vec()), 0..5 * DAY, any::<bool>(), any::<bool>()), 0..40),
        on_recovery in prop::sample::select(vec![OnRecovery::Close, OnRecovery::Note, OnRecovery::Nothing]),
        reopen_within_days in 0..3,
        after in 1_u32..4,
    ) {
        let policy = TicketPolicy { on_recovery, reopen_within_days, ..APPEND };
        let mut ticket_open: Option<bool> = None;
        for delivery in play(&events, policy, after) {
            match delivery {
                DeliveryKind::Open => { prop_assert_ne!(ticket_open, Some(true)); ticket_open = Some(true); }
                DeliveryKind::Reopen => { prop_assert_eq!(ticket_open, Some(false)); ticket_open = Some(true); }
                DeliveryKind::Close => { prop_assert_eq!(ticket_open, Some(true)); ticket_open = Some(false); }
                DeliveryKind::Note | DeliveryKind::Escalate => prop_assert_eq!(ticket_open, Some(true)),
            }
        }
        let reported = events.iter().any(|(trigger, ..)| matches!(*trigger, "ERROR" | "OVERDUE"));
        prop_assert!(reported || ticket_open.is_none());
        let quiet = events.iter().all(|(.., storm)| *storm);
        prop_assert!(!quiet || ticket_open.is_none(), "in a storm nothing opens a ticket of its own");
    }

    #[test]
    fn a_ticket_for_each_failure_in_order(failures in 1_usize..20) {
        let events: Vec<_> = (0..20).map(|minute| ("ERROR", minute, false, false)).take(failures).collect();
        prop_assert_eq!(play(&events, EACH, 1), vec![DeliveryKind::Open; failures]);
        let count = |deliveries: &[DeliveryKind], wanted| deliveries.iter().filter(|kind| **kind == wanted).count();
        let appended = play(&events, APPEND, 1);
        prop_assert_eq!(count(&appended, DeliveryKind::Open), 1);
        prop_assert_eq!(count(&appended, DeliveryKind::Note), failures - 1);
        prop_assert_eq!(count(&appended, DeliveryKind::Escalate), usize::from(failures > 4));
        let patient = play(&events, APPEND, 3);
        prop_assert_eq!(count(&patient, DeliveryKind::Open), usize::from(failures >= 3));
    }
}
