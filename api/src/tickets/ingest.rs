//! Takes in what the agents report.
//!
//! Events, the incidents they make or change and the deliveries these owe are stored in one transaction, and the answer
//! follows its commit. An event that was reported before changes nothing.

mod checks;
mod targets;

use std::collections::{HashMap, HashSet};

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope, agent_event,
    agent_settings::Agent,
    console_company,
    delivery::{self, DeliveryKind},
    ids::{AgentEventId, ConsoleCompanyId, IncidentId},
    incident::{self, IncidentState},
    provider,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, LockType, OnConflict, Query},
};

use super::{
    event::AgentReport,
    incidents::{Entry, Fresh, Ledger, Target},
    queue::DONE,
    render,
};
use crate::{
    app::App,
    failure::{ErrorCode, Failure, Outcome, UserError},
};

/// Reports of one call.
const LARGEST: usize = 1_000;

/// Rows of one statement: well below the parameters that SQLite and PostgreSQL allow.
const ROWS_PER_STATEMENT: usize = 500;

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
    let transaction = app.db.begin().await?;
    if app.db.is_postgres() {
        // Reports of one provider follow one another, so that no two of them open incidents of one condition at once.
        provider::Entity::find_by_id(scope.provider_id())
            .lock(LockType::NoKeyUpdate)
            .one(&transaction)
            .await?;
    }
    let known = known_ids(&transaction, scope, agent, &events).await?;
    let (known, mut fresh): (Vec<_>, Vec<_>) = events
        .into_iter()
        .partition(|(_, event)| known.contains(&event.row.event_id));
    fresh.sort_by_key(|(_, event)| event.row.occurred_at);
    insert(
        &transaction,
        fresh.iter().map(|(_, event)| event.row.clone()).collect::<Vec<_>>(),
        None,
    )
    .await?;
    let mut owes = false;
    for target in &targets {
        let mut ledger = ledger(&transaction, scope, target, &fresh).await?;
        let titles = render::Titles::new(&target.agent)?;
        for (_, event) in &fresh {
            let company = companies.get(&event.row.company_id).map_or("", String::as_str);
            ledger.handle(target, event, titles.title(company, &event.report, zone), now);
        }
        let (incidents, deliveries) = ledger.finish();
        owes |= !deliveries.is_empty();
        insert(&transaction, incidents, Some(changed_incident())).await?;
        insert(&transaction, deliveries, None).await?;
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

async fn known_ids(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    agent: Agent,
    events: &[(usize, Fresh)],
) -> Result<HashSet<String>, DbErr> {
    let ids: Vec<String> = scope
        .find::<agent_event::Entity>()
        .filter(agent_event::Column::Agent.eq(agent))
        .filter(agent_event::Column::EventId.is_in(events.iter().map(|(_, event)| event.row.event_id.as_str())))
        .select_only()
        .column(agent_event::Column::EventId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Reads the incidents that the events may change: of every condition the latest, and those that are not over.
async fn ledger(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    target: &Target,
    events: &[(usize, Fresh)],
) -> Result<Ledger, DbErr> {
    use incident::Column;
    let conditions: HashSet<&str> = events
        .iter()
        .map(|(_, event)| event.row.condition_key.as_str())
        .collect();
    let later = Alias::new("later");
    let same = |column: Column| Expr::col((later.clone(), column)).equals((incident::Entity, column));
    let newer = Query::select()
        .expr(Expr::val(1))
        .from_as(incident::Entity, later.clone())
        .and_where(same(Column::IntegrationId))
        .and_where(same(Column::ConditionKey))
        .and_where(Expr::col((later.clone(), Column::Epoch)).gt(Expr::col((incident::Entity, Column::Epoch))))
        .to_owned();
    let rows = scope
        .find::<incident::Entity>()
        .filter(Column::IntegrationId.eq(target.agent.integration_id))
        .filter(Column::ConditionKey.is_in(conditions))
        .filter(Column::State.eq(IncidentState::Open).or(Expr::not_exists(newer)))
        .lock(LockType::NoKeyUpdate)
        .all(db)
        .await?;
    let mut owed: HashMap<IncidentId, Owed> = HashMap::new();
    for row in owed_by(db, scope, &rows).await? {
        owed.insert(row.incident_id, row);
    }
    let entry = |row: incident::Model| {
        let owed = owed.get(&row.id);
        let next_sequence = owed.map_or(0, |owed| owed.last_sequence + 1);
        Entry {
            row,
            next_sequence,
            opening: owed.is_some_and(|owed| owed.openings > 0),
            changed: false,
        }
    };
    Ok(Ledger::new(rows.into_iter().map(entry).collect()))
}

/// What an incident has been owing.
#[derive(Debug, sea_orm::FromQueryResult)]
struct Owed {
    incident_id: IncidentId,
    last_sequence: i32,
    openings: i64,
}

async fn owed_by(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    incidents: &[incident::Model],
) -> Result<Vec<Owed>, DbErr> {
    use delivery::Column;
    if incidents.is_empty() {
        return Ok(Vec::new());
    }
    let unopened = Column::Kind.eq(DeliveryKind::Open).and(Column::State.is_not_in(DONE));
    let opening = Expr::case(unopened, Expr::val(1)).finally(Expr::val(0));
    scope
        .find::<delivery::Entity>()
        .filter(Column::IncidentId.is_in(incidents.iter().map(|incident| incident.id)))
        .select_only()
        .column(Column::IncidentId)
        .column_as(Column::Sequence.max(), "last_sequence")
        .column_as(Expr::expr(opening).sum(), "openings")
        .group_by(Column::IncidentId)
        .into_model()
        .all(db)
        .await
}

/// The columns of an incident that events change. Its ticket is the worker's, which may be writing it now.
fn changed_incident() -> OnConflict {
    use incident::Column;
    OnConflict::column(Column::Id)
        .update_columns([
            Column::OpenKey,
            Column::State,
            Column::Severity,
            Column::Title,
            Column::Occurrences,
            Column::LastAt,
            Column::RecoveredAt,
            Column::EndedAt,
            Column::UpdatedAt,
        ])
        .to_owned()
}

async fn insert<M>(db: &DatabaseTransaction, rows: Vec<M>, conflict: Option<OnConflict>) -> Result<(), DbErr>
where
    M: sea_orm::ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity> + Send,
{
    let mut rows = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all())
        .peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(ROWS_PER_STATEMENT).collect();
        let insert = M::Entity::insert_many(chunk);
        match conflict.clone() {
            Some(conflict) => _ = insert.on_conflict(conflict).exec_without_returning(db).await?,
            None => _ = insert.exec_without_returning(db).await?,
        }
    }
    Ok(())
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
