//! Whole stories of one condition: what its tickets go through, whatever is reported.

use proptest::prelude::*;
use psa_entities::agent_settings::Agent;
use psa_entities::delivery::DeliveryKind;
use psa_entities::incident::IncidentState;
use psa_entities::ticket_settings::OnRecovery;

use super::tests::{APPEND, DAY, EACH, at, event, incident};
use super::{IncidentChange, IncidentFacts, TicketPolicy, decide};
use crate::tickets::rules::default_rules;

/// Plays events against one condition and gives the deliveries.
fn play(events: &[(&'static str, i64, bool)], policy: TicketPolicy) -> Vec<DeliveryKind> {
    let rules = default_rules(Agent::Backup);
    let (mut open, mut closed): (Option<IncidentFacts>, Option<IncidentFacts>) = (None, None);
    let mut all = Vec::new();
    for (trigger, minutes, touched) in events {
        if let Some(incident) = &mut open {
            incident.touched_by_person |= touched;
        }
        let decision = decide(&event(trigger, *minutes), open, closed, policy, &rules);
        match decision.incident {
            IncidentChange::Record => {}
            IncidentChange::Open | IncidentChange::Supersede | IncidentChange::Reopen => {
                open = incident(IncidentState::Open, *minutes, false);
            }
            IncidentChange::Append => open.iter_mut().for_each(|incident| incident.last_at = at(*minutes)),
            IncidentChange::Recover(state) => {
                closed = incident(state, *minutes, false);
                open = None;
            }
        }
        all.extend(decision.deliveries);
    }
    all
}

proptest! {
    #[test]
    fn deliveries_make_sense_in_their_order(
        events in prop::collection::vec((prop::sample::select(vec!["ERROR", "OVERDUE", "SUCCESS", "RUNNING", "WARNING"]), 0..5 * DAY, any::<bool>()), 0..40),
        on_recovery in prop::sample::select(vec![OnRecovery::Close, OnRecovery::Note, OnRecovery::Nothing]),
        reopen_within_days in 0..3,
    ) {
        let policy = TicketPolicy { on_recovery, reopen_within_days, ..APPEND };
        let mut ticket_open: Option<bool> = None;
        for delivery in play(&events, policy) {
            match delivery {
                DeliveryKind::Open => { prop_assert_ne!(ticket_open, Some(true)); ticket_open = Some(true); }
                DeliveryKind::Reopen => { prop_assert_eq!(ticket_open, Some(false)); ticket_open = Some(true); }
                DeliveryKind::Close => { prop_assert_eq!(ticket_open, Some(true)); ticket_open = Some(false); }
                DeliveryKind::Note | DeliveryKind::Escalate => prop_assert_eq!(ticket_open, Some(true)),
            }
        }
        let reported = events.iter().any(|(trigger, ..)| matches!(*trigger, "ERROR" | "OVERDUE"));
        // Events may be late only after something was handled, and successes alone handle nothing.
        prop_assert_eq!(ticket_open.is_some(), reported);
    }

    #[test]
    fn a_ticket_for_each_failure_in_order(failures in 1_usize..20) {
        let events: Vec<_> = (0..20).map(|minute| ("ERROR", minute, false)).take(failures).collect();
        prop_assert_eq!(play(&events, EACH), vec![DeliveryKind::Open; failures]);
        let appended = play(&events, APPEND);
        prop_assert_eq!(appended.iter().filter(|kind| **kind == DeliveryKind::Open).count(), 1);
        prop_assert_eq!(appended.len(), failures);
    }
}
