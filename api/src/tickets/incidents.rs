//! Carries the decisions about events into incidents and the deliveries that they owe, in memory: a batch is read with a
//! few statements, handled here event by event, and written with a few statements.

mod entry;
mod storm;
mod trial;

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::{
    agent_event, agent_settings, delivery,
    ids::{AgentEventId, ConsoleCompanyId},
    incident::{IncidentKind, IncidentState, Model, Severity},
    ticket_settings,
};

use super::{
    decide::{
        self, Decision, EventFacts, IncidentChange, IncidentFacts, Place, TicketOf, TicketPolicy, decide, recovery,
    },
    event::AgentReport,
    rules::rule_for,
};
pub use entry::Entry;
pub use storm::{Surroundings, storm_key};
pub use trial::test;

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

/// What an incident is changed by.
#[derive(Debug, Clone)]
pub struct Cause {
    /// The event, when there is one.
    pub event: Option<AgentEventId>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// How bad it is.
    pub severity: Severity,
    /// What people read of it.
    pub title: String,
    /// Failures that it reports: 1, or 0 when it is time that has passed.
    pub failures: i32,
    /// The time of day.
    pub now: DateTime<Utc>,
}

/// The incidents of one integration and agent that a batch is about, by condition, in the order of their epochs.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: HashMap<String, Vec<Entry>>,
    around: Surroundings,
    owed: Vec<delivery::Model>,
}

impl Ledger {
    /// Takes what the database has: of every condition, and of the storms of their companies, the latest incident and
    /// those whose condition still holds.
    pub fn new(entries: Vec<Entry>, around: Surroundings) -> Self {
        let mut ledger = Self {
            around,
            ..Self::default()
        };
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
        let (key, company) = (&event.row.condition_key, event.row.company_id);
        let storm = self.open_storm(target, company);
        let entries = self.entries.entry(key.clone()).or_default();
        let open = entries.iter().position(|entry| entry.row.open_key.is_some());
        let last = entries.iter().rposition(|entry| entry.row.open_key.is_none());
        let facts_at = |index: Option<usize>| Some(entries.get(index?)?.facts(storm));
        let seen = EventFacts {
            rule: rule_for(&target.agent.rules.0, &event.report.trigger()).cloned(),
            ended: event.report.has_ended(),
            occurred_at: event.row.occurred_at,
            storm: self.around.is_crowded(company, &target.shared),
        };
        let decision = decide(&seen, facts_at(open), facts_at(last), policy(target));
        let cause = Cause {
            event: Some(event.row.id),
            occurred_at: event.row.occurred_at,
            severity: event.report.severity(),
            title,
            failures: 1,
            now,
        };
        let subject = match decision.incident {
            IncidentChange::Record => return decision,
            IncidentChange::Wait | IncidentChange::Open(_) => self.begin(target, key, company, &cause),
            IncidentChange::Supersede => {
                if let Some(entry) = open.and_then(|index| self.entry(key, index)) {
                    entry.row.open_key = None;
                    entry.changed = true;
                }
                self.begin(target, key, company, &cause)
            }
            IncidentChange::Begin(_) | IncidentChange::Append | IncidentChange::Recover(_) => open.unwrap_or_default(),
            IncidentChange::Reopen => last.unwrap_or_default(),
        };
        if decision.incident == IncidentChange::Wait
            && let Some(entry) = self.entry(key, subject)
        {
            entry.row.opens_at = seen.rule.and_then(|rule| decide::opens_at(&rule, cause.occurred_at));
        }
        self.apply(target, (key, subject), &decision, &cause);
        if matches!(decision.incident, IncidentChange::Recover(_)) {
            self.recover_superseded(target, key, &cause);
        }
        decision
    }

    /// Opens the incident of `key` that has waited long enough.
    pub fn open_waiting(&mut self, target: &Target, key: &str, event: Option<AgentEventId>, now: DateTime<Utc>) {
        let Some(entries) = self.entries.get(key) else { return };
        let is_due =
            |entry: &Entry| entry.row.state == IncidentState::Waiting && entry.row.opens_at.is_some_and(|at| at <= now);
        let Some((index, entry)) = entries.iter().enumerate().find(|(_, entry)| is_due(entry)) else {
            return;
        };
        let cause = Cause {
            event,
            occurred_at: entry.row.last_at,
            severity: entry.row.severity,
            title: entry.row.title.clone(),
            failures: 0,
            now,
        };
        let decision = decide::waited_long_enough(self.around.is_crowded(entry.row.company_id, &target.shared));
        self.apply(target, (key, index), &decision, &cause);
    }

    /// The incidents to be stored and the deliveries that are owed. Incidents come in the order in which they make room
    /// for each other: of one condition at most one may be open at any moment. The list of a storm is told after
    /// `pause`, so that what else joins or leaves it in the meantime is in the same note.
    pub fn finish(
        mut self,
        target: &Target,
        now: DateTime<Utc>,
        pause: TimeDelta,
    ) -> (Vec<Model>, Vec<delivery::Model>) {
        self.tell_storms(target, now, pause);
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

    /// Changes one incident as it was decided, and what it owes.
    fn apply(&mut self, target: &Target, (key, index): (&str, usize), decision: &Decision, cause: &Cause) {
        let Some(entry) = self.entry(key, index) else { return };
        let was_open = entry.row.state == IncidentState::Open;
        entry.take(decision, cause);
        let (company, parent, is_open) = (
            entry.row.company_id,
            entry.row.parent_id,
            entry.row.state == IncidentState::Open,
        );
        let owed: Vec<_> = decision.deliveries.iter().map(|kind| entry.owe(*kind, cause)).collect();
        self.owed.extend(owed);
        match decision.incident {
            IncidentChange::Open(Place::OwnTicket)
            | IncidentChange::Begin(Place::OwnTicket)
            | IncidentChange::Supersede => self.around.has_new_ticket(company),
            IncidentChange::Open(Place::StormTicket) | IncidentChange::Begin(Place::StormTicket) => {
                let storm = self.join_storm(target, company, cause);
                if let Some(entry) = self.entry(key, index) {
                    entry.row.parent_id = Some(storm);
                }
            }
            _ => {
                if let Some(parent) = parent {
                    self.around.changes(parent, i64::from(is_open) - i64::from(was_open));
                }
            }
        }
    }

    /// Those that were superseded have tickets of their own, which the same recovery ends.
    fn recover_superseded(&mut self, target: &Target, key: &str, cause: &Cause) {
        let policy = policy(target);
        for entry in self.entries.get_mut(key).into_iter().flatten() {
            if entry.row.state == IncidentState::Open {
                let decision = recovery(policy, entry.facts(None));
                entry.take(&decision, cause);
                let owed = decision.deliveries.iter().map(|kind| entry.owe(*kind, cause));
                self.owed.extend(owed);
            }
        }
    }

    fn entry(&mut self, key: &str, index: usize) -> Option<&mut Entry> {
        self.entries.get_mut(key)?.get_mut(index)
    }

    /// A new incident, waiting, and where it stands among those of its condition.
    fn begin(&mut self, target: &Target, key: &str, company: ConsoleCompanyId, cause: &Cause) -> usize {
        let entries = self.entries.entry(key.to_owned()).or_default();
        let epoch = entries.last().map_or(0, |entry| entry.row.epoch + 1);
        let subject = (key, company, IncidentKind::Condition);
        entries.push(Entry::begin(target, subject, epoch, cause));
        entries.len() - 1
    }
}

/// What the settings decide by. A priority is raised only when somebody has said to what.
fn policy(target: &Target) -> TicketPolicy {
    let shared = &target.shared;
    let raises = target.agent.routing.raised_priority.is_some();
    TicketPolicy {
        mode: shared.mode,
        on_recovery: shared.on_recovery,
        close_only_untouched: shared.close_only_untouched,
        reopen_within_days: shared.reopen_within_days,
        escalate_after: shared.escalate_after.filter(|_| raises),
    }
}

#[cfg(test)]
mod tests;
