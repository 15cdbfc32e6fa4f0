//! Storms in a batch: when a company has had as many new tickets as the settings allow, further conditions share the
//! ticket of one incident, which tells of them by a list and ends when all of them have.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::{
    agent_settings::Agent,
    delivery::DeliveryKind,
    ids::{ConsoleCompanyId, IncidentId},
    incident::{IncidentKind, IncidentState, Severity},
    ticket_settings,
};

use super::{Cause, Decision, Entry, IncidentChange, Ledger, Place, Target, policy, recovery};
use crate::tickets::{condition::ConditionKey, decide::Reason};

/// What beside its own incidents decides about a company's conditions.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// New tickets of each company in the time over which they are counted.
    pub tickets: HashMap<ConsoleCompanyId, i64>,
    /// How many conditions hold that share the ticket of a storm.
    pub holding: HashMap<IncidentId, i64>,
    /// Storms whose list is owed already and will be made when it is sent.
    pub told: HashSet<IncidentId>,
    pub(super) changed: HashSet<IncidentId>,
}

impl Surroundings {
    /// Whether a further condition of the company shares a ticket.
    pub(super) fn is_crowded(&self, company: ConsoleCompanyId, shared: &ticket_settings::Model) -> bool {
        let tickets = self.tickets.get(&company).copied().unwrap_or_default();
        shared.storm_tickets.is_some_and(|most| tickets >= most.into())
    }

    pub(super) fn has_new_ticket(&mut self, company: ConsoleCompanyId) {
        *self.tickets.entry(company).or_default() += 1;
    }

    /// One of the conditions of a storm has changed, and `by` more hold.
    pub(super) fn changes(&mut self, storm: IncidentId, by: i64) {
        // A repeat does not change who is on the list, and is no reason to tell it again.
        if by != 0 {
            *self.holding.entry(storm).or_default() += by;
            self.changed.insert(storm);
        }
    }
}

/// The condition that a storm at a company stands for.
pub fn storm_key(company: ConsoleCompanyId, agent: Agent) -> ConditionKey {
    ConditionKey::storm(company, agent)
}

impl Ledger {
    /// The storm of the company that is open.
    pub(super) fn open_storm(&self, target: &Target, company: ConsoleCompanyId) -> Option<IncidentId> {
        let entries = self.entries.get(storm_key(company, target.agent.agent).as_str())?;
        let open = entries.iter().find(|entry| entry.row.open_key.is_some())?;
        Some(open.row.id)
    }

    /// The storm that a condition joins, which begins when there is none.
    pub(super) fn join_storm(&mut self, target: &Target, company: ConsoleCompanyId, cause: &Cause) -> IncidentId {
        if let Some(open) = self.open_storm(target, company) {
            self.around.changes(open, 1);
            return open;
        }
        let key = storm_key(company, target.agent.agent);
        let entries = self.entries.entry(key.as_str().to_owned()).or_default();
        let epoch = entries.last().map_or(0, |entry| entry.row.epoch + 1);
        let begins = Cause {
            event: None,
            title: title(&target.shared),
            severity: Severity::Error,
            ..cause.clone()
        };
        let mut entry = Entry::begin(target, (key.as_str(), company, IncidentKind::Storm), epoch, &begins);
        let opens = Decision {
            incident: IncidentChange::Open(Place::OwnTicket),
            deliveries: vec![DeliveryKind::Open],
            reason: Reason::TooMany,
        };
        entry.take(&opens, &begins);
        self.owed.push(entry.owe(DeliveryKind::Open, &begins));
        let id = entry.row.id;
        entries.push(entry);
        // Its list is made when the ticket is opened.
        self.around.told.insert(id);
        self.around.changes(id, 1);
        id
    }

    /// Owes a note to every storm whose list has changed, and its end to one whose conditions are all over.
    pub(super) fn tell_storms(&mut self, target: &Target, now: DateTime<Utc>, pause: TimeDelta) {
        for entry in self.entries.values_mut().flatten() {
            let id = entry.row.id;
            if entry.row.state != IncidentState::Open || !self.around.changed.contains(&id) {
                continue;
            }
            let holding = self.around.holding.get(&id).copied().unwrap_or_default();
            let cause = Cause {
                event: None,
                occurred_at: now,
                severity: entry.row.severity,
                title: entry.row.title.clone(),
                failures: 0,
                now,
            };
            if holding <= 0 {
                let decision = recovery(policy(target), entry.facts(None));
                entry.take(&decision, &cause);
                let owed: Vec<_> = decision
                    .deliveries
                    .iter()
                    .map(|kind| entry.owe(*kind, &cause))
                    .collect();
                self.owed.extend(owed);
            } else if !self.around.told.contains(&id) {
                let mut note = entry.owe(DeliveryKind::Note, &cause);
                note.next_attempt_at = now + pause;
                self.owed.push(note);
            }
            entry.changed = true;
            entry.row.updated_at = now;
        }
    }
}

fn title(shared: &ticket_settings::Model) -> String {
    let most = shared.storm_tickets.unwrap_or_default();
    format!("More than {most} problems within {} minutes", shared.storm_minutes)
}
