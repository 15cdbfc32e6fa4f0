//! One incident in a batch: what is known of it, what it takes in and what it owes.

use psa_entities::{
    delivery::{self, DeliveryKind, DeliveryState},
    ids::{ConsoleCompanyId, DeliveryId, IncidentId},
    incident::{IncidentKind, IncidentState, Model},
};

use super::{Cause, Decision, IncidentChange, IncidentFacts, Target, TicketOf};
use crate::tickets::{
    condition::{delivery_marker, ticket_marker},
    known::KnownTicket,
};

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

impl Entry {
    /// A new incident that waits, until it is decided otherwise.
    pub(super) fn begin(
        target: &Target,
        (key, company, kind): (&str, ConsoleCompanyId, IncidentKind),
        epoch: i32,
        cause: &Cause,
    ) -> Self {
        let id = IncidentId::at(cause.now);
        let row = Model {
            id,
            provider_id: target.agent.provider_id,
            integration_id: target.agent.integration_id,
            company_id: company,
            agent: target.agent.agent,
            kind,
            parent_id: None,
            condition_key: key.to_owned(),
            open_key: Some(key.to_owned()),
            epoch,
            state: IncidentState::Waiting,
            severity: cause.severity,
            title: cause.title.clone(),
            occurrences: 0,
            first_at: cause.occurred_at,
            last_at: cause.occurred_at,
            opens_at: None,
            opened_at: None,
            escalated: false,
            recovered_at: None,
            ended_at: None,
            marker: ticket_marker(id, epoch),
            ticket_external_id: None,
            ticket: None,
            updated_at: cause.now,
        };
        Self {
            row,
            next_sequence: 0,
            opening: false,
            changed: true,
        }
    }

    /// What of it decides. `storm` is the one of its company that is open.
    pub(super) fn facts(&self, storm: Option<IncidentId>) -> IncidentFacts {
        let row = &self.row;
        // A ticket that cannot be read is one of which nothing is known.
        let known = row
            .ticket
            .clone()
            .and_then(|json| serde_json::from_value::<KnownTicket>(json).ok());
        let ticket = match row.parent_id {
            Some(parent) if Some(parent) == storm => TicketOf::Storm,
            Some(_) => TicketOf::Nobody,
            None if self.opening || row.ticket_external_id.is_some() => TicketOf::Own,
            None => TicketOf::Nobody,
        };
        IncidentFacts {
            state: row.state,
            ticket,
            occurrences: row.occurrences,
            first_at: row.first_at,
            last_at: row.last_at,
            ended_at: row.ended_at,
            touched_by_person: known.is_some_and(|known| known.touched),
            escalated: row.escalated,
        }
    }

    /// Takes an event in, as it was decided.
    pub(super) fn take(&mut self, decision: &Decision, cause: &Cause) {
        let row = &mut self.row;
        match decision.incident {
            IncidentChange::Record => return,
            IncidentChange::Wait => {}
            IncidentChange::Append if row.state == IncidentState::Waiting => {}
            IncidentChange::Append
            | IncidentChange::Open(_)
            | IncidentChange::Begin(_)
            | IncidentChange::Supersede
            | IncidentChange::Reopen => row.state = IncidentState::Open,
            IncidentChange::Recover(state) => {
                row.state = state;
                row.open_key = None;
                row.opens_at = None;
                row.recovered_at = Some(cause.occurred_at);
                row.ended_at = Some(cause.occurred_at);
            }
        }
        if row.state == IncidentState::Open {
            row.opened_at = row.opened_at.or(Some(cause.now));
            row.opens_at = None;
        }
        if !matches!(decision.incident, IncidentChange::Recover(_)) {
            row.open_key = Some(row.condition_key.clone());
            row.severity = row.severity.max(cause.severity);
            row.title = cause.title.clone();
            row.recovered_at = None;
            row.ended_at = None;
            row.occurrences = row.occurrences.saturating_add(cause.failures);
        }
        row.escalated |= decision.deliveries.contains(&DeliveryKind::Escalate);
        row.last_at = row.last_at.max(cause.occurred_at);
        row.updated_at = cause.now;
        self.changed = true;
    }

    /// The next delivery.
    pub(super) fn owe(&mut self, kind: DeliveryKind, cause: &Cause) -> delivery::Model {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.opening |= kind == DeliveryKind::Open;
        let marker = match kind {
            DeliveryKind::Open => self.row.marker.clone(),
            _ => delivery_marker(&self.row.marker, sequence),
        };
        delivery::Model {
            id: DeliveryId::at(cause.now),
            provider_id: self.row.provider_id,
            integration_id: self.row.integration_id,
            incident_id: self.row.id,
            sequence,
            kind,
            state: DeliveryState::Owed,
            hold: None,
            marker,
            held_at: None,
            event_id: cause.event,
            attempts: 0,
            next_attempt_at: cause.now,
            lease_owner: None,
            lease_until: None,
            problem: None,
            outcome: None,
            created_at: cause.now,
            delivered_at: None,
        }
    }
}
