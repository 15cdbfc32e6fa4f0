//! The incident of a test ticket, which no event reports.

use chrono::{DateTime, Utc};
use psa_entities::{
    delivery::{self, DeliveryKind},
    ids::{ConsoleCompanyId, IncidentId},
    incident::{IncidentKind, IncidentState, Model, Severity},
};

use super::{Cause, Decision, Entry, IncidentChange, Place, Target};
use crate::tickets::{condition::ConditionKey, decide::Reason};

/// A new incident that stands for a test, with the ticket that it opens and, when `closes`, closes again.
pub fn test(
    target: &Target,
    company: ConsoleCompanyId,
    title: String,
    closes: bool,
    now: DateTime<Utc>,
) -> (Model, Vec<delivery::Model>) {
    let key = ConditionKey::test(company, &IncidentId::at(now).to_string());
    let cause = Cause {
        event: None,
        occurred_at: now,
        severity: Severity::Info,
        title,
        failures: 1,
        now,
    };
    let mut entry = Entry::begin(target, (key.as_str(), company, IncidentKind::Test), 0, &cause);
    let mut deliveries = Vec::new();
    let opens = IncidentChange::Open(Place::OwnTicket);
    let ends = IncidentChange::Recover(IncidentState::Closed);
    let steps = [
        (opens, DeliveryKind::Open, Reason::NewCondition),
        (ends, DeliveryKind::Close, Reason::Recovered),
    ];
    for (incident, kind, reason) in steps.into_iter().take(1 + usize::from(closes)) {
        let decision = Decision {
            incident,
            deliveries: vec![kind],
            reason,
        };
        entry.take(&decision, &cause);
        deliveries.push(entry.owe(kind, &cause));
    }
    (entry.row, deliveries)
}
