//! Tests of how events become incidents and deliveries.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;
use psa_connectors::record::{Ticket, TicketId};
use psa_entities::{
    ProviderScope,
    agent_settings::{Agent, TicketRouting, TicketRules},
    ids::{AgentEventId, ConsoleCompanyId, IntegrationId, ProviderId},
    incident::Severity,
    ticket_settings::{OnRecovery, TicketMode},
};

use psa_entities::{delivery::DeliveryKind, ids::IncidentId};

use super::*;
use crate::tickets::{
    event::{BackupRun, PlanStatus},
    known::KnownTicket,
    rules::default_rules,
    settings,
};

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// An incident whose ticket is open.
fn known(row: Model) -> Entry {
    Entry {
        row,
        next_sequence: 1,
        opening: false,
        changed: false,
    }
}

fn target(mode: TicketMode, on_recovery: OnRecovery, reopen_within_days: i32) -> Target {
    let integration = IntegrationId::at(at(0));
    let provider = ProviderId::at(at(0));
    let shared = settings::usual(ProviderScope::new(provider), integration, at(0));
    Target {
        shared: ticket_settings::Model {
            mode,
            on_recovery,
            reopen_within_days,
            ..shared
        },
        agent: agent_settings::Model {
            integration_id: integration,
            agent: Agent::Backup,
            provider_id: provider,
            enabled: true,
            rules: TicketRules(default_rules(Agent::Backup)),
            routing: TicketRouting::default(),
            summary_template: String::new(),
            body_template: String::new(),
            version: 1,
            updated_at: at(0),
        },
    }
}

fn event(target: &Target, status: PlanStatus, plan: &str, minutes: i64) -> Fresh {
    let company = ConsoleCompanyId::from_uuid(uuid::Uuid::from_u128(1));
    let report = AgentReport::Backup(BackupRun {
        status,
        plan_name: plan.to_owned(),
        plan_id: None,
        plan_type: None,
        computer_name: "PC-1".to_owned(),
        computer_hid: None,
        user: None,
        started_at: None,
        finished_at: None,
        files_copied: None,
        files_failed: None,
        data_copied: None,
        error_message: None,
        report_link: None,
    });
    let row = agent_event::Model {
        id: AgentEventId::at(at(minutes)),
        provider_id: target.agent.provider_id,
        agent: Agent::Backup,
        event_id: format!("{plan}-{minutes}-{status:?}"),
        company_id: company,
        condition_key: report.condition(company).to_string(),
        status: report.trigger(),
        occurred_at: at(minutes),
        received_at: at(minutes),
        detail: serde_json::to_value(&report).unwrap(),
    };
    Fresh { row, report }
}

/// What the events of one plan, a minute apart, lead to: the incidents, and what each owes.
fn after(target: &Target, statuses: &[PlanStatus]) -> (Vec<Model>, Vec<Vec<DeliveryKind>>) {
    let mut ledger = Ledger::default();
    for (minute, status) in (1..).zip(statuses) {
        ledger.handle(
            target,
            &event(target, *status, "Nightly", minute),
            format!("{status:?}"),
            at(minute),
        );
    }
    let (incidents, deliveries) = ledger.finish(target, at(99), PAUSE);
    let owed = |incident: &Model| {
        let mut own: Vec<_> = deliveries
            .iter()
            .filter(|delivery| delivery.incident_id == incident.id)
            .collect();
        own.sort_by_key(|delivery| delivery.sequence);
        own.into_iter().map(|delivery| delivery.kind).collect()
    };
    let owed = incidents.iter().map(owed).collect();
    (incidents, owed)
}

use DeliveryKind::{Close, Escalate, Note, Open, Reopen};
use PlanStatus::{Error, Overdue, Success};

#[test]
fn a_condition_has_one_ticket_from_failure_to_recovery() {
    let (incidents, owed) = after(
        &target(TicketMode::AppendToOpen, OnRecovery::Close, 0),
        &[Error, Overdue, Success],
    );
    assert_eq!(owed, [vec![Open, Note, Close]]);
    let incident = &incidents[0];
    assert_eq!(
        (incident.state, incident.open_key.as_deref(), incident.occurrences),
        (IncidentState::Closed, None, 2)
    );
    assert_eq!(
        (incident.first_at, incident.last_at, incident.recovered_at),
        (at(1), at(3), Some(at(3)))
    );
    assert_eq!(
        (incident.title.as_str(), incident.severity),
        ("Overdue", Severity::Error)
    );
}

#[test]
fn a_condition_that_comes_back_gets_a_ticket_of_its_own_or_its_old_one() {
    let (incidents, owed) = after(
        &target(TicketMode::AppendToOpen, OnRecovery::Close, 0),
        &[Error, Success, Error],
    );
    assert_eq!(owed, [vec![Open, Close], vec![Open]]);
    assert_eq!((incidents[0].epoch, incidents[1].epoch), (0, 1));
    assert_ne!(incidents[0].marker, incidents[1].marker);

    let (incidents, owed) = after(
        &target(TicketMode::AppendToOpen, OnRecovery::Close, 7),
        &[Error, Success, Error],
    );
    assert_eq!(owed, [vec![Open, Close, Reopen]]);
    assert_eq!((incidents[0].state, incidents[0].ended_at), (IncidentState::Open, None));

    let (_, owed) = after(
        &target(TicketMode::AppendToOpen, OnRecovery::Note, 0),
        &[Error, Success, Error],
    );
    assert_eq!(owed, [vec![Open, Note, Note]]);
}

#[test]
fn a_ticket_for_each_event_is_closed_by_one_recovery() {
    let (incidents, owed) = after(
        &target(TicketMode::NewTicketPerEvent, OnRecovery::Close, 0),
        &[Error, Error, Success],
    );
    assert_eq!(owed, [vec![Open, Close], vec![Open, Close]]);
    assert!(
        incidents
            .iter()
            .all(|incident| incident.state == IncidentState::Closed && incident.open_key.is_none())
    );
}

#[test]
fn markers_name_the_write_and_repeat_nowhere() {
    let target = target(TicketMode::AppendToOpen, OnRecovery::Close, 7);
    let mut ledger = Ledger::default();
    for (minute, status) in (1..).zip([Error, Error, Success, Error]) {
        ledger.handle(
            &target,
            &event(&target, status, "Nightly", minute),
            String::new(),
            at(minute),
        );
    }
    let (incidents, deliveries) = ledger.finish(&target, at(99), PAUSE);
    let markers: Vec<_> = deliveries.iter().map(|delivery| delivery.marker.clone()).collect();
    let ticket = &incidents[0].marker;
    assert_eq!(
        markers,
        [
            ticket.clone(),
            format!("{ticket}:1"),
            format!("{ticket}:2"),
            format!("{ticket}:3")
        ]
    );
}

#[test]
fn a_ticket_that_is_gone_is_not_reopened() {
    let target = target(TicketMode::AppendToOpen, OnRecovery::Close, 7);
    let (mut incidents, _) = after(&target, &[Error]);
    let gone = Model {
        state: IncidentState::ClosedInPsa,
        open_key: None,
        ended_at: Some(at(2)),
        ..incidents.remove(0)
    };
    let there = Model {
        ticket_external_id: Some("7".to_owned()),
        ..gone.clone()
    };
    for (row, expected) in [(gone, vec![Open]), (there, vec![Reopen])] {
        let mut ledger = Ledger::new(vec![known(row)], Surroundings::default());
        ledger.handle(&target, &event(&target, Error, "Nightly", 3), String::new(), at(3));
        let (_, deliveries) = ledger.finish(&target, at(99), PAUSE);
        assert_eq!(
            deliveries.iter().map(|delivery| delivery.kind).collect::<Vec<_>>(),
            expected
        );
    }
}

#[test]
fn a_ticket_in_a_persons_hands_is_told_and_not_closed() {
    let target = target(TicketMode::AppendToOpen, OnRecovery::Close, 0);
    let (mut incidents, _) = after(&target, &[Error]);
    let ticket = Ticket {
        id: TicketId::new("7"),
        number: None,
        url: None,
        company: None,
        board: None,
        status: None,
        status_name: None,
        closed: false,
        merged_into: None,
        key: None,
        changed_by: Some("ann".to_owned()),
        changed_at: None,
    };
    let touched = KnownTicket {
        ticket,
        our_name: Some("api".to_owned()),
        touched: true,
    };
    let row = Model {
        ticket: Some(serde_json::to_value(touched).unwrap()),
        ticket_external_id: Some("7".to_owned()),
        ..incidents.remove(0)
    };
    let mut ledger = Ledger::new(vec![known(row)], Surroundings::default());
    ledger.handle(&target, &event(&target, Success, "Nightly", 3), String::new(), at(3));
    let (incidents, deliveries) = ledger.finish(&target, at(99), PAUSE);
    assert_eq!((deliveries[0].kind, deliveries[0].sequence), (Note, 1));
    assert_eq!(incidents[0].state, IncidentState::Recovered);
}

#[test]
fn what_changes_nothing_is_not_stored() {
    let target = target(TicketMode::AppendToOpen, OnRecovery::Close, 0);
    let (incidents, owed) = after(&target, &[Success, PlanStatus::Running, PlanStatus::Warning]);
    assert!(incidents.is_empty() && owed.is_empty());
}

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

fn statuses() -> impl Strategy<Value = Vec<PlanStatus>> {
    prop::collection::vec(prop::sample::select(PlanStatus::ALL.to_vec()), 0..30)
}

proptest! {
    /// Stored in this order, one statement after the other, no two incidents of a condition are ever open at once.
    #[test]
    fn at_most_one_incident_is_open(statuses in statuses(), each: bool, reopen in 0..2) {
        let mode = if each { TicketMode::NewTicketPerEvent } else { TicketMode::AppendToOpen };
        let (incidents, owed) = after(&target(mode, OnRecovery::Close, reopen), &statuses);
        let open: Vec<_> = incidents.iter().filter(|incident| incident.open_key.is_some()).collect();
        prop_assert!(open.len() <= 1);
        // Only the last one may be open, so storing them in order makes room before it is taken.
        prop_assert!(open.iter().all(|incident| incident.epoch + 1 == i32::try_from(incidents.len()).unwrap()));
        prop_assert!(owed.iter().all(|kinds| kinds.first() == Some(&Open)));
        prop_assert!(owed.iter().all(|kinds| kinds.iter().filter(|kind| **kind == Open).count() == 1));
        let markers: BTreeSet<_> = incidents.iter().map(|incident| &incident.marker).collect();
        prop_assert_eq!(markers.len(), incidents.len());
    }

    /// However a batch is cut, the outcome is the same.
    #[test]
    fn a_batch_and_its_parts_come_to_the_same(statuses in statuses(), cut in 0_usize..30, each: bool) {
        let mode = if each { TicketMode::NewTicketPerEvent } else { TicketMode::AppendToOpen };
        let target = target(mode, OnRecovery::Close, 1);
        let (whole, owed) = after(&target, &statuses);
        let cut = cut.min(statuses.len());
        let mut first = Ledger::default();
        for (minute, status) in (1..).zip(&statuses[..cut]) {
            first.handle(&target, &event(&target, *status, "Nightly", minute), format!("{status:?}"), at(minute));
        }
        let (stored, mut deliveries) = first.finish(&target, at(99), PAUSE);
        let next = |incident: &Model| i32::try_from(deliveries.iter().filter(|d| d.incident_id == incident.id).count()).unwrap();
        let entries = stored
            .iter()
            .map(|row| Entry { next_sequence: next(row), opening: true, changed: false, row: row.clone() })
            .collect();
        let mut second = Ledger::new(entries, Surroundings::default());
        for (minute, status) in (i64::try_from(cut).unwrap() + 1..).zip(&statuses[cut..]) {
            second.handle(&target, &event(&target, *status, "Nightly", minute), format!("{status:?}"), at(minute));
        }
        let (changed, more) = second.finish(&target, at(99), PAUSE);
        deliveries.extend(more);
        let last = |epoch: i32| changed.iter().chain(&stored).find(|row| row.epoch == epoch).unwrap();
        for (incident, kinds) in whole.iter().zip(&owed) {
            let same = last(incident.epoch);
            prop_assert_eq!((same.state, same.occurrences, same.last_at, &same.title), (incident.state, incident.occurrences, incident.last_at, &incident.title));
            let own: Vec<_> = deliveries.iter().filter(|d| d.incident_id == same.id).collect();
            prop_assert_eq!(own.iter().map(|d| d.kind).collect::<Vec<_>>(), kinds.clone());
            prop_assert!(own.iter().zip(0..).all(|(d, sequence)| d.sequence == sequence));
        }
    }
}
