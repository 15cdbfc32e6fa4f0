//! Carries the decisions about events into incidents and the deliveries that they owe, in memory: a batch is read with a
//! few statements, handled here event by event, and written with a few statements.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use psa_entities::{
    agent_event, agent_settings,
    delivery::{self, DeliveryKind, DeliveryState},
    ids::{DeliveryId, IncidentId},
    incident::{IncidentState, Model},
    ticket_settings,
};

use super::{
    condition::{delivery_marker, ticket_marker},
    decide::{Decision, EventFacts, IncidentChange, IncidentFacts, TicketPolicy, decide, recovery},
    event::AgentReport,
    known::KnownTicket,
};

/// An integration that makes tickets of an agent's events.
#[derive(Debug)]
pub struct Target {
    /// What its agents share.
    pub shared: ticket_settings::Model,
    /// What this agent does.
    pub agent: agent_settings::Model,
}

/// An event that was not known before.
#[derive(Debug)]
pub struct Fresh {
    /// Its row.
    pub row: agent_event::Model,
    /// What it says.
    pub report: AgentReport,
}

/// An incident that takes part in a batch.
#[derive(Debug)]
pub struct Entry {
    /// Its row, as it is to be stored.
    pub row: Model,
    /// The number of its next delivery.
    pub next_sequence: i32,
    /// Whether its ticket is still to be opened.
    pub opening: bool,
    /// Whether the batch changed it.
    pub changed: bool,
}

/// The incidents of one integration and agent that a batch is about, by condition, in the order of their epochs.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: HashMap<String, Vec<Entry>>,
    owed: Vec<delivery::Model>,
}

impl Ledger {
    /// Takes what the database has: of every condition the latest incident and those whose condition still holds.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut ledger = Self::default();
        for entry in entries {
            ledger
                .entries
                .entry(entry.row.condition_key.clone())
                .or_default()
                .push(entry);
        }
        for entries in ledger.entries.values_mut() {
            entries.sort_by_key(|entry| entry.row.epoch);
        }
        ledger
    }

    /// Handles one event. `title` is what people read of it.
    pub fn handle(&mut self, target: &Target, event: &Fresh, title: String, now: DateTime<Utc>) -> Decision {
        let entries = self.entries.entry(event.row.condition_key.clone()).or_default();
        let open = entries.iter().position(|entry| entry.row.open_key.is_some());
        let last = entries.iter().rposition(|entry| entry.row.open_key.is_none());
        let facts_at = |index: Option<usize>| index.and_then(|index| entries.get(index)).map(facts);
        let trigger = event.report.trigger();
        let seen = EventFacts {
            trigger: &trigger,
            ended: event.report.has_ended(),
            occurred_at: event.row.occurred_at,
        };
        let policy = policy(&target.shared);
        let mut decision = decide(&seen, facts_at(open), facts_at(last), policy, &target.agent.rules.0);
        // A ticket that is gone, or was never opened because somebody said so, cannot be gone on with.
        let has_ticket = |entry: &Entry| entry.opening || entry.row.ticket_external_id.is_some();
        if decision.incident == IncidentChange::Reopen
            && !last.and_then(|index| entries.get(index)).is_some_and(has_ticket)
        {
            decision = Decision {
                incident: IncidentChange::Open,
                deliveries: vec![DeliveryKind::Open],
                ..decision
            };
        }
        let telling = Telling { event, title, now };
        let subject = match decision.incident {
            IncidentChange::Record => None,
            IncidentChange::Open => Some(open_new(entries, target, &telling)),
            IncidentChange::Supersede => {
                if let Some(entry) = open.and_then(|index| entries.get_mut(index)) {
                    entry.row.open_key = None;
                    entry.changed = true;
                }
                Some(open_new(entries, target, &telling))
            }
            IncidentChange::Append => open,
            IncidentChange::Reopen => last,
            IncidentChange::Recover(_) => open,
        };
        if let Some(entry) = subject.and_then(|index| entries.get_mut(index)) {
            entry.take(decision.incident, &telling);
            self.owed
                .extend(decision.deliveries.iter().map(|kind| entry.owe(*kind, &telling)));
        }
        if matches!(decision.incident, IncidentChange::Recover(_)) {
            // Those that were superseded have tickets of their own, which the same recovery ends.
            for entry in entries
                .iter_mut()
                .filter(|entry| entry.row.state == IncidentState::Open)
            {
                let decision = recovery(policy, facts(entry).touched_by_person);
                entry.take(decision.incident, &telling);
                self.owed
                    .extend(decision.deliveries.iter().map(|kind| entry.owe(*kind, &telling)));
            }
        }
        decision
    }

    /// The incidents to be stored and the deliveries that are owed. Incidents come in the order in which they make room
    /// for each other: of one condition at most one may be open at any moment.
    pub fn finish(self) -> (Vec<Model>, Vec<delivery::Model>) {
        let mut rows: Vec<_> = self
            .entries
            .into_values()
            .flatten()
            .filter(|entry| entry.changed)
            .map(|entry| entry.row)
            .collect();
        rows.sort_by(|one, other| (&one.condition_key, one.epoch).cmp(&(&other.condition_key, other.epoch)));
        (rows, self.owed)
    }
}

/// An event with what is told of it.
struct Telling<'a> {
    event: &'a Fresh,
    title: String,
    now: DateTime<Utc>,
}

impl Entry {
    /// Takes an event in.
    fn take(&mut self, change: IncidentChange, telling: &Telling<'_>) {
        let row = &mut self.row;
        let at = telling.event.row.occurred_at;
        match change {
            IncidentChange::Record | IncidentChange::Open | IncidentChange::Supersede => {}
            IncidentChange::Append | IncidentChange::Reopen => {
                row.state = IncidentState::Open;
                row.open_key = Some(row.condition_key.clone());
                row.occurrences = row.occurrences.saturating_add(1);
                row.severity = row.severity.max(telling.event.report.severity());
                row.title = telling.title.clone();
                row.recovered_at = None;
                row.ended_at = None;
            }
            IncidentChange::Recover(state) => {
                row.state = state;
                row.open_key = None;
                row.recovered_at = Some(at);
                row.ended_at = Some(at);
            }
        }
        row.last_at = row.last_at.max(at);
        row.updated_at = telling.now;
        self.changed = true;
    }

    /// The next delivery.
    fn owe(&mut self, kind: DeliveryKind, telling: &Telling<'_>) -> delivery::Model {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let marker = match kind {
            DeliveryKind::Open => self.row.marker.clone(),
            _ => delivery_marker(&self.row.marker, sequence),
        };
        delivery::Model {
            id: DeliveryId::at(telling.now),
            provider_id: self.row.provider_id,
            integration_id: self.row.integration_id,
            incident_id: self.row.id,
            sequence,
            kind,
            state: DeliveryState::Owed,
            hold: None,
            marker,
            event_id: Some(telling.event.row.id),
            attempts: 0,
            next_attempt_at: telling.now,
            lease_owner: None,
            lease_until: None,
            problem: None,
            outcome: None,
            created_at: telling.now,
            delivered_at: None,
        }
    }
}

fn open_new(entries: &mut Vec<Entry>, target: &Target, telling: &Telling<'_>) -> usize {
    let event = &telling.event.row;
    let id = IncidentId::at(telling.now);
    let epoch = entries.last().map_or(0, |entry| entry.row.epoch + 1);
    let row = Model {
        id,
        provider_id: event.provider_id,
        integration_id: target.agent.integration_id,
        company_id: event.company_id,
        agent: event.agent,
        condition_key: event.condition_key.clone(),
        open_key: Some(event.condition_key.clone()),
        epoch,
        state: IncidentState::Open,
        severity: telling.event.report.severity(),
        title: telling.title.clone(),
        occurrences: 1,
        first_at: event.occurred_at,
        last_at: event.occurred_at,
        recovered_at: None,
        ended_at: None,
        marker: ticket_marker(id, epoch),
        ticket_external_id: None,
        ticket: None,
        updated_at: telling.now,
    };
    entries.push(Entry {
        row,
        next_sequence: 0,
        opening: true,
        changed: true,
    });
    entries.len() - 1
}

fn facts(entry: &Entry) -> IncidentFacts {
    // A ticket that cannot be read is one of which nothing is known.
    let known = entry
        .row
        .ticket
        .clone()
        .and_then(|json| serde_json::from_value::<KnownTicket>(json).ok());
    IncidentFacts {
        state: entry.row.state,
        last_at: entry.row.last_at,
        ended_at: entry.row.ended_at,
        touched_by_person: known.is_some_and(|known| known.touched),
    }
}

fn policy(shared: &ticket_settings::Model) -> TicketPolicy {
    TicketPolicy {
        mode: shared.mode,
        on_recovery: shared.on_recovery,
        close_only_untouched: shared.close_only_untouched,
        reopen_within_days: shared.reopen_within_days,
    }
}

#[cfg(test)]
mod tests;
