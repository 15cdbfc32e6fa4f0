//! Reads the incidents that a batch is about from the database, and writes what became of them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::{
    ProviderScope,
    delivery::{self, DeliveryKind, DeliveryState},
    ids::{ConsoleCompanyId, IncidentId},
    incident::{self, IncidentKind, IncidentState},
    provider,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, LockType, OnConflict, Query},
};

use super::{
    incidents::{Entry, Ledger, Surroundings, Target, storm_key},
    queue::DONE,
};
use crate::{
    app::App,
    database::rows::{insert_all, put_all},
};

/// Begins a change of a provider's incidents. Such changes follow one another, so that no two of them open incidents of
/// one condition at once.
pub(super) async fn begin(app: &App, scope: ProviderScope) -> Result<DatabaseTransaction, DbErr> {
    let transaction = app.db.begin().await?;
    if app.db.is_postgres() {
        provider::Entity::find_by_id(scope.provider_id())
            .lock(LockType::NoKeyUpdate)
            .one(&transaction)
            .await?;
    }
    Ok(transaction)
}

/// Reads the incidents of the conditions that may change: of each, and of the storms of their companies, the latest and
/// those that are not over.
pub(super) async fn open(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    target: &Target,
    conditions: &[(&str, ConsoleCompanyId)],
    now: DateTime<Utc>,
) -> Result<Ledger, DbErr> {
    use incident::Column;
    let companies: HashSet<_> = conditions.iter().map(|(_, company)| *company).collect();
    let storms = companies
        .iter()
        .map(|company| storm_key(*company, target.agent.agent).as_str().to_owned());
    let keys: HashSet<String> = conditions
        .iter()
        .map(|(key, _)| (*key).to_owned())
        .chain(storms)
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
    let mut rows = scope
        .find::<incident::Entity>()
        .filter(Column::ConditionKey.is_in(keys))
        .filter(Column::State.eq(IncidentState::Open).or(Expr::not_exists(newer)))
        .lock(LockType::NoKeyUpdate)
        .all(db)
        .await?;
    // Not asked for in the statement: PostgreSQL would rather walk all incidents of the integration than look up each
    // condition, as long as it knows too little about the table.
    rows.retain(|row| row.integration_id == target.agent.integration_id);
    let around = surroundings(db, scope, target, &rows, companies, now).await?;
    let owed: HashMap<IncidentId, Owed> = owed_by(db, scope, &rows)
        .await?
        .into_iter()
        .map(|owed| (owed.incident_id, owed))
        .collect();
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
    Ok(Ledger::new(rows.into_iter().map(entry).collect(), around))
}

/// Stores what became of the incidents, and says whether that owes the PSA anything.
pub(super) async fn close(
    app: &App,
    db: &DatabaseTransaction,
    target: &Target,
    ledger: Ledger,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let (incidents, deliveries) = ledger.finish(target, now, app.config.tickets.list_pause());
    let owes = !deliveries.is_empty();
    put_all::<incident::Entity>(db, incidents, Some(changed_incident())).await?;
    insert_all::<delivery::Entity>(db, deliveries).await?;
    Ok(owes)
}

async fn surroundings(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    target: &Target,
    rows: &[incident::Model],
    companies: HashSet<ConsoleCompanyId>,
    now: DateTime<Utc>,
) -> Result<Surroundings, DbErr> {
    use incident::Column;
    let mut around = Surroundings::default();
    if target.shared.storm_tickets.is_some() {
        let since = now - TimeDelta::minutes(target.shared.storm_minutes.into());
        let tickets = scope
            .find::<incident::Entity>()
            .filter(Column::IntegrationId.eq(target.agent.integration_id))
            .filter(Column::CompanyId.is_in(companies))
            .filter(Column::OpenedAt.gt(since))
            .filter(Column::ParentId.is_null())
            .filter(Column::Kind.eq(IncidentKind::Condition))
            .select_only()
            .column(Column::CompanyId)
            .column_as(Column::Id.count(), "count")
            .group_by(Column::CompanyId);
        around.tickets = tickets.into_tuple().all(db).await?.into_iter().collect();
    }
    let storms: Vec<_> = rows
        .iter()
        .filter(|row| row.kind == IncidentKind::Storm && row.open_key.is_some())
        .map(|row| row.id)
        .collect();
    if storms.is_empty() {
        return Ok(around);
    }
    let holding = scope
        .find::<incident::Entity>()
        .filter(Column::ParentId.is_in(storms.iter().copied()))
        .filter(Column::State.eq(IncidentState::Open))
        .select_only()
        .column(Column::ParentId)
        .column_as(Column::Id.count(), "count")
        .group_by(Column::ParentId);
    around.holding = holding.into_tuple().all(db).await?.into_iter().collect();
    // The lock keeps a worker from taking the note while this changes what it tells of.
    let told = scope
        .find::<delivery::Entity>()
        .filter(delivery::Column::IncidentId.is_in(storms))
        .filter(delivery::Column::Kind.is_in([DeliveryKind::Open, DeliveryKind::Note]))
        .filter(delivery::Column::State.is_in([DeliveryState::Owed, DeliveryState::Held]))
        .filter(delivery::Column::Attempts.eq(0))
        .filter(delivery::Column::LeaseOwner.is_null())
        .lock(LockType::NoKeyUpdate)
        .all(db)
        .await?;
    around.told = told.into_iter().map(|delivery| delivery.incident_id).collect();
    Ok(around)
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

/// The columns of an incident that change. Its ticket is the worker's, which may be writing it now.
fn changed_incident() -> OnConflict {
    use incident::Column;
    OnConflict::column(Column::Id)
        .update_columns([
            Column::ParentId,
            Column::OpenKey,
            Column::State,
            Column::Severity,
            Column::Title,
            Column::Occurrences,
            Column::LastAt,
            Column::OpensAt,
            Column::OpenedAt,
            Column::Escalated,
            Column::RecoveredAt,
            Column::EndedAt,
            Column::UpdatedAt,
        ])
        .to_owned()
}
