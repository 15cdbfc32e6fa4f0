//! Opens the incidents whose rule let them wait for a time that is over.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope, agent_event,
    agent_settings::Agent,
    ids::{AgentEventId, IntegrationId, ProviderId},
    incident::{self, IncidentState},
};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{book, ingest::targets};
use crate::{app::App, failure::Fault};

/// Incidents that are looked at in one go; the others follow at the next look.
const MOST: u64 = 500;

/// Opens what is due. Gives back how many incidents were.
///
/// # Errors
/// Only of the database.
pub(super) async fn open_due(app: &App) -> Result<usize, Fault> {
    let now = app.now();
    let due = incident::Entity::find()
        .filter(incident::Column::State.eq(IncidentState::Waiting))
        .filter(incident::Column::OpensAt.lte(now))
        .order_by_asc(incident::Column::OpensAt)
        .limit(MOST)
        .all(app.db.read())
        .await?;
    let count = due.len();
    let mut groups: BTreeMap<(ProviderId, Agent), Vec<incident::Model>> = BTreeMap::new();
    for incident in due {
        groups
            .entry((incident.provider_id, incident.agent))
            .or_default()
            .push(incident);
    }
    for ((provider, agent), incidents) in groups {
        open(app, ProviderScope::new(provider), agent, &incidents, now).await?;
    }
    if count > 0 {
        app.wake.deliveries.notify_one();
    }
    Ok(count)
}

async fn open(
    app: &App,
    scope: ProviderScope,
    agent: Agent,
    due: &[incident::Model],
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let targets = targets::targets(app, scope, agent).await?;
    let transaction = book::begin(app, scope).await?;
    for target in &targets {
        let own = |incident: &&incident::Model| incident.integration_id == target.agent.integration_id;
        let conditions: Vec<_> = due
            .iter()
            .filter(own)
            .map(|incident| (incident.condition_key.as_str(), incident.company_id))
            .collect();
        if conditions.is_empty() {
            continue;
        }
        let mut ledger = book::open(&transaction, scope, target, &conditions, now).await?;
        for (key, _) in conditions {
            let event = latest_event(&transaction, scope, agent, key).await?;
            ledger.open_waiting(target, key, event, now);
        }
        book::close(app, &transaction, target, ledger, now).await?;
    }
    let working: Vec<IntegrationId> = targets.iter().map(|target| target.agent.integration_id).collect();
    let idle = due
        .iter()
        .filter(|incident| !working.contains(&incident.integration_id));
    give_up(&transaction, scope, idle, now).await?;
    transaction.commit().await?;
    Ok(())
}

/// Ends the waiting where an agent's tickets were switched off meanwhile: nobody wants a ticket any more.
async fn give_up(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    incidents: impl Iterator<Item = &incident::Model>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    use sea_orm::ActiveValue::Set;
    let ids: Vec<_> = incidents.map(|incident| incident.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let over = incident::ActiveModel {
        state: Set(IncidentState::Recovered),
        open_key: Set(None),
        opens_at: Set(None),
        ended_at: Set(Some(now)),
        updated_at: Set(now),
        ..Default::default()
    };
    scope
        .update_many::<incident::Entity>()
        .set(over)
        .filter(incident::Column::Id.is_in(ids))
        .filter(incident::Column::State.eq(IncidentState::Waiting))
        .exec(db)
        .await?;
    Ok(())
}

/// What the ticket tells of.
async fn latest_event(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    agent: Agent,
    condition: &str,
) -> Result<Option<AgentEventId>, DbErr> {
    use agent_event::Column;
    scope
        .find::<agent_event::Entity>()
        .filter(Column::Agent.eq(agent))
        .filter(Column::ConditionKey.eq(condition))
        .order_by_desc(Column::OccurredAt)
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .one(db)
        .await
}
