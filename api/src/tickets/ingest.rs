//! Takes in what the agents report.
//!
//! Events, the incidents they make or change and the deliveries these owe are stored in one transaction, and the answer
//! follows its commit. An event that was reported before changes nothing.

mod checks;
pub(super) mod targets;

use std::collections::{HashMap, HashSet};

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope, agent_event,
    agent_settings::Agent,
    console_company,
    ids::{AgentEventId, ConsoleCompanyId},
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::{book, event::AgentReport, incidents::Fresh, render};
use crate::{
    app::App,
    database::rows::insert_new,
    failure::{ErrorCode, Failure, Outcome, UserError},
};

/// Reports of one call.
const LARGEST: usize = 1_000;

/// One event as an agent reports it.
#[derive(Debug)]
pub struct Report {
    /// The sender's id of it.
    pub event_id: String,
    /// The console's id of the company.
    pub company: String,
    /// When it happened. What lies ahead counts as now: a clock that is fast must not hide later events.
    pub occurred_at: DateTime<Utc>,
    /// What it says.
    pub report: AgentReport,
}

/// What became of a reported event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum EventOutcome {
    /// It is stored, and what it causes is on its way.
    Accepted,
    /// It was reported before, with this id: nothing happened.
    Duplicate,
    /// It breaks a rule and was not stored; `error` says which.
    Rejected,
}

/// The answer to one reported event.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct EventResult {
    /// The position of the event in the batch, from 0.
    pub index: usize,
    /// The sender's id of the event.
    pub event_id: String,
    /// What became of it.
    pub outcome: EventOutcome,
    /// Why it was rejected; null when it was not.
    pub error: Option<UserError>,
}

/// Takes in a batch of events of one agent.
///
/// # Errors
/// `INVALID` at `records` when they are too many. What is wrong with an event is in its result.
pub async fn report(app: &App, scope: ProviderScope, agent: Agent, reports: Vec<Report>) -> Outcome<Vec<EventResult>> {
    if reports.len() > LARGEST {
        let error = UserError::new(
            ErrorCode::Invalid,
            format!("A call brings at most {LARGEST} events, not {}.", reports.len()),
        );
        return Err(Failure::refused(
            error.at("records").with_remedy("Send them in several calls."),
        ));
    }
    let companies = companies(app, scope, &reports).await?;
    let now = app.now();
    let mut results = Vec::with_capacity(reports.len());
    let mut fresh = Vec::with_capacity(reports.len());
    let mut ids = HashSet::new();
    for (index, report) in reports.into_iter().enumerate() {
        let event_id = report.event_id.trim().to_owned();
        let company = companies.get(report.company.trim());
        let (outcome, error) = match (checks::problem(&report), company) {
            (Some(error), _) => (EventOutcome::Rejected, Some(error)),
            (None, None) => (EventOutcome::Rejected, Some(checks::unknown_company(&report.company))),
            (None, Some(_)) if !ids.insert(event_id.clone()) => (EventOutcome::Duplicate, None),
            (None, Some(company)) => {
                fresh.push((index, event(scope, agent, company.id, report, now)?));
                (EventOutcome::Accepted, None)
            }
        };
        let error = error.map(|error| error.in_record("records", index));
        results.push(EventResult {
            index,
            event_id,
            outcome,
            error,
        });
    }
    let names = companies
        .into_values()
        .map(|company| (company.id, company.name))
        .collect();
    for index in store(app, scope, agent, &names, fresh, now).await? {
        if let Some(result) = results.get_mut(index) {
            result.outcome = EventOutcome::Duplicate;
        }
    }
    Ok(results)
}

/// Stores the events that are not known and what follows from them. Gives back the positions of those that are known.
async fn store(
    app: &App,
    scope: ProviderScope,
    agent: Agent,
    companies: &HashMap<ConsoleCompanyId, String>,
    events: Vec<(usize, Fresh)>,
    now: DateTime<Utc>,
) -> Outcome<Vec<usize>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let targets = targets::targets(app, scope, agent).await?;
    let zone = targets::time_zone(app, scope).await?;
    let transaction = book::begin(app, scope).await?;
    let rows = events.iter().map(|(_, event)| event.row.clone()).collect();
    let stored: HashSet<AgentEventId> = insert_new::<agent_event::Entity>(&transaction, rows, reported_once())
        .await?
        .into_iter()
        .collect();
    let (mut fresh, known): (Vec<_>, Vec<_>) = events
        .into_iter()
        .partition(|(_, event)| stored.contains(&event.row.id));
    fresh.sort_by_key(|(_, event)| event.row.occurred_at);
    let mut owes = false;
    for target in &targets {
        let conditions: Vec<_> = fresh
            .iter()
            .map(|(_, event)| (event.row.condition_key.as_str(), event.row.company_id))
            .collect();
        let mut ledger = book::open(&transaction, scope, target, &conditions, now).await?;
        let titles = render::Titles::new(&target.agent)?;
        for (_, event) in &fresh {
            let company = companies.get(&event.row.company_id).map_or("", String::as_str);
            ledger.handle(target, event, titles.title(company, &event.report, zone), now);
        }
        owes |= book::close(app, &transaction, target, ledger, now).await?;
    }
    transaction.commit().await?;
    if owes {
        app.wake.deliveries.notify_one();
    }
    Ok(known.into_iter().map(|(index, _)| index).collect())
}

async fn companies(
    app: &App,
    scope: ProviderScope,
    reports: &[Report],
) -> Result<HashMap<String, console_company::Model>, DbErr> {
    let named: HashSet<&str> = reports.iter().map(|report| report.company.trim()).collect();
    let rows = scope
        .find::<console_company::Entity>()
        .filter(console_company::Column::ExternalId.is_in(named));
    Ok(rows
        .all(app.db.read())
        .await?
        .into_iter()
        .map(|row| (row.external_id.clone(), row))
        .collect())
}

/// The columns that tell one event from another.
fn reported_once() -> [agent_event::Column; 3] {
    use agent_event::Column;
    [Column::ProviderId, Column::Agent, Column::EventId]
}

fn event(
    scope: ProviderScope,
    agent: Agent,
    company: ConsoleCompanyId,
    report: Report,
    now: DateTime<Utc>,
) -> Outcome<Fresh> {
    let Report {
        event_id,
        occurred_at,
        report,
        ..
    } = report;
    let row = agent_event::Model {
        id: AgentEventId::at(now),
        provider_id: scope.provider_id(),
        agent,
        event_id: event_id.trim().to_owned(),
        company_id: company,
        condition_key: report.condition(company).to_string(),
        status: report.trigger(),
        occurred_at: Ord::min(occurred_at, now),
        received_at: now,
        detail: serde_json::to_value(&report)?,
    };
    Ok(Fresh { row, report })
}

#[cfg(test)]
mod tests;
