//! Tests of how events become incidents and deliveries.

mod quiet;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;
use psa_connectors::record::{Ticket, TicketId};
use psa_entities::{
    ProviderScope,
    agent_settings::{Agent, TicketRouting, TicketRules},
    delivery::DeliveryKind,
    ids::{AgentEventId, ConsoleCompanyId, IntegrationId, ProviderId},
    incident::Severity,
    ticket_settings::{OnRecovery, TicketMode},
};

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

use DeliveryKind::{Close, Note, Open, Reopen};
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
