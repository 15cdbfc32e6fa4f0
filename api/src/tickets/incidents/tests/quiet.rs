//! Tests of what keeps a desk quiet: waiting, raised priorities, storms; and of test tickets.

use psa_entities::{
    delivery::DeliveryKind::{Close, Escalate, Note, Open},
    ids::IncidentId,
};

use super::*;

fn of_rule(target: &mut Target, after: u32, after_minutes: u32) {
    for rule in &mut target.agent.rules.0 {
        if rule.trigger == "ERROR" {
            (rule.after, rule.after_minutes) = (after, after_minutes);
        }
    }
}

#[test]
fn what_recovers_in_time_never_becomes_a_ticket() {
    let mut target = target(TicketMode::AppendToOpen, OnRecovery::Close, 7);
    of_rule(&mut target, 3, 30);
    let (incidents, owed) = after(&target, &[Error, Error, Success]);
    assert_eq!(owed, [vec![]]);
    let incident = &incidents[0];
    assert_eq!((incident.state, incident.occurrences), (IncidentState::Recovered, 2));
    assert_eq!(
        (incident.opened_at, incident.opens_at, &incident.open_key),
        (None, None, &None)
    );
    // The next time begins anew, and does not go on with a ticket that there never was.
    let (incidents, owed) = after(&target, &[Error, Success, Error, Error, Error]);
    assert_eq!((owed, incidents[1].epoch), (vec![vec![], vec![Open]], 1));
    assert_eq!(
        (incidents[1].state, incidents[1].opened_at),
        (IncidentState::Open, Some(at(5)))
    );
}

#[test]
fn time_opens_what_waits_and_what_does_not_wait_any_more_stays() {
    let mut target = target(TicketMode::AppendToOpen, OnRecovery::Close, 0);
    of_rule(&mut target, 1, 30);
    let (incidents, _) = after(&target, &[Error]);
    let waiting = incidents[0].clone();
    assert_eq!(
        (waiting.state, waiting.opens_at),
        (IncidentState::Waiting, Some(at(31)))
    );
    for (row, minute, expected) in [
        (waiting.clone(), 30, vec![]),
        (waiting.clone(), 31, vec![Open]),
        (
            Model {
                state: IncidentState::Recovered,
                ..waiting.clone()
            },
            31,
            vec![],
        ),
    ] {
        let key = row.condition_key.clone();
        let entry = Entry {
            next_sequence: 0,
            ..known(row)
        };
        let mut ledger = Ledger::new(vec![entry], Surroundings::default());
        ledger.open_waiting(&target, &key, None, at(minute));
        let (incidents, deliveries) = ledger.finish(&target, at(minute), PAUSE);
        assert_eq!(
            deliveries.iter().map(|delivery| delivery.kind).collect::<Vec<_>>(),
            expected,
            "{minute}"
        );
        assert!(
            incidents
                .iter()
                .all(|incident| incident.occurrences == 1 && incident.opens_at.is_none())
        );
    }
}

#[test]
fn a_priority_is_raised_only_when_somebody_said_to_what() {
    let mut target = target(TicketMode::AppendToOpen, OnRecovery::Close, 0);
    target.shared.escalate_after = Some(2);
    assert_eq!(after(&target, &[Error; 4]).1, [vec![Open, Note, Note, Note]]);
    target.agent.routing.raised_priority = Some("1".to_owned());
    let (incidents, owed) = after(&target, &[Error; 4]);
    assert_eq!(
        (owed, incidents[0].escalated),
        (vec![vec![Open, Note, Note, Escalate, Note]], true)
    );
}

/// The events of several plans, each a status.
fn told(ledger: &mut Ledger, target: &Target, events: &[(&str, PlanStatus)], from: i64) {
    for (minute, (plan, status)) in (from..).zip(events) {
        ledger.handle(
            target,
            &event(target, *status, plan, minute),
            (*plan).to_owned(),
            at(minute),
        );
    }
}

fn kinds(deliveries: &[delivery::Model], of: IncidentId) -> Vec<DeliveryKind> {
    let own = deliveries.iter().filter(|delivery| delivery.incident_id == of);
    own.map(|delivery| delivery.kind).collect()
}

#[test]
fn beyond_the_cap_conditions_share_a_ticket_that_ends_with_the_last_of_them() {
    let mut target = target(TicketMode::AppendToOpen, OnRecovery::Close, 0);
    target.shared.storm_tickets = Some(1);
    let mut ledger = Ledger::default();
    told(
        &mut ledger,
        &target,
        &[("A", Error), ("B", Error), ("C", Error), ("B", Error)],
        1,
    );
    let (incidents, deliveries) = ledger.finish(&target, at(4), PAUSE);
    let storm = incidents
        .iter()
        .find(|incident| incident.kind == IncidentKind::Storm)
        .unwrap()
        .clone();
    let children = incidents.iter().filter(|incident| incident.parent_id == Some(storm.id));
    let children: Vec<_> = children.cloned().collect();
    assert_eq!((incidents.len(), children.len()), (4, 2));
    assert_eq!(
        kinds(&deliveries, storm.id),
        [Open],
        "its list is made when it is opened"
    );
    assert_eq!(deliveries.len(), 2, "{deliveries:?}");

    // Later one is over and another comes: the list is told once, after the pause.
    let around = || Surroundings {
        tickets: [(storm.company_id, 1)].into(),
        holding: [(storm.id, 2)].into(),
        ..Surroundings::default()
    };
    let stored = || {
        let open = Entry {
            opening: true,
            ..known(storm.clone())
        };
        let of_children = children.iter().cloned().map(|row| Entry {
            next_sequence: 0,
            ..known(row)
        });
        std::iter::once(open).chain(of_children).collect::<Vec<_>>()
    };
    let mut ledger = Ledger::new(stored(), around());
    told(&mut ledger, &target, &[("B", Success), ("D", Error), ("C", Error)], 5);
    let (_, deliveries) = ledger.finish(&target, at(8), PAUSE);
    assert_eq!((kinds(&deliveries, storm.id), deliveries.len()), (vec![Note], 1));
    assert_eq!(deliveries[0].next_attempt_at, at(8) + PAUSE);

    // A list that is owed already will say this too.
    let told_already = Surroundings {
        told: [storm.id].into(),
        ..around()
    };
    let mut ledger = Ledger::new(stored(), told_already);
    told(&mut ledger, &target, &[("B", Success)], 5);
    assert!(ledger.finish(&target, at(8), PAUSE).1.is_empty());

    // With the last of them it ends.
    let mut ledger = Ledger::new(stored(), around());
    told(&mut ledger, &target, &[("B", Success), ("C", Success)], 5);
    let (incidents, deliveries) = ledger.finish(&target, at(8), PAUSE);
    assert_eq!((kinds(&deliveries, storm.id), deliveries.len()), (vec![Close], 1));
    let ended = incidents.iter().find(|incident| incident.id == storm.id).unwrap();
    assert_eq!((ended.state, &ended.open_key), (IncidentState::Closed, &None));
}

#[test]
fn a_condition_that_comes_back_in_a_storm_is_on_its_list_once() {
    let mut target = target(TicketMode::AppendToOpen, OnRecovery::Close, 7);
    target.shared.storm_tickets = Some(0);
    let mut ledger = Ledger::default();
    told(
        &mut ledger,
        &target,
        &[("A", Error), ("B", Error), ("A", Success), ("A", Error)],
        1,
    );
    let (incidents, _) = ledger.finish(&target, at(5), PAUSE);
    let of_storm: Vec<_> = incidents
        .iter()
        .filter(|incident| incident.parent_id.is_some())
        .collect();
    assert_eq!(of_storm.len(), 2);
    assert!(of_storm.iter().all(|incident| incident.state == IncidentState::Open));
}

#[test]
fn a_test_is_an_incident_of_its_own() {
    let target = target(TicketMode::AppendToOpen, OnRecovery::Note, 0);
    let company = ConsoleCompanyId::from_uuid(uuid::Uuid::from_u128(1));
    for (closes, expected, state) in [
        (false, vec![Open], IncidentState::Open),
        (true, vec![Open, Close], IncidentState::Closed),
    ] {
        let (incident, deliveries) = test(&target, company, "Test".to_owned(), closes, at(1));
        assert_eq!((kinds(&deliveries, incident.id), incident.state), (expected, state));
        assert_eq!(
            (incident.kind, incident.open_key.is_some()),
            (IncidentKind::Test, !closes)
        );
    }
}
