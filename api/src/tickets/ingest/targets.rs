//! Who makes tickets of an agent's events.

use std::collections::HashMap;

use chrono_tz::Tz;
use psa_entities::{
    ProviderScope,
    agent_settings::{self, Agent},
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
    provider, ticket_settings,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::{
    app::App,
    tickets::{incidents::Target, settings},
};

/// The integrations that make tickets of the agent's events.
pub(in crate::tickets) async fn targets(app: &App, scope: ProviderScope, agent: Agent) -> Result<Vec<Target>, DbErr> {
    let agents = scope
        .find::<agent_settings::Entity>()
        .filter(agent_settings::Column::Agent.eq(agent))
        .filter(agent_settings::Column::Enabled.eq(true))
        .find_also_related(integration::Entity)
        .all(app.db.read())
        .await?;
    let works = |status| !matches!(status, IntegrationStatus::Draft | IntegrationStatus::Deleting);
    let agents: Vec<_> = agents
        .into_iter()
        .filter(|(_, integration)| {
            integration
                .as_ref()
                .is_some_and(|integration| works(integration.status))
        })
        .map(|(agent, _)| agent)
        .collect();
    let ids = agents.iter().map(|agent| agent.integration_id);
    let shared = scope
        .find::<ticket_settings::Entity>()
        .filter(ticket_settings::Column::IntegrationId.is_in(ids));
    let mut shared: HashMap<IntegrationId, _> = shared
        .all(app.db.read())
        .await?
        .into_iter()
        .map(|row| (row.integration_id, row))
        .collect();
    let target = |agent: agent_settings::Model| {
        let id = agent.integration_id;
        let shared = shared
            .remove(&id)
            .unwrap_or_else(|| settings::usual(scope, id, agent.updated_at));
        Target { shared, agent }
    };
    Ok(agents.into_iter().map(target).collect())
}

/// The time zone that texts tell times in.
pub(super) async fn time_zone(app: &App, scope: ProviderScope) -> Result<Tz, DbErr> {
    let provider = provider::Entity::find_by_id(scope.provider_id())
        .one(app.db.read())
        .await?;
    Ok(provider
        .and_then(|provider| provider.time_zone.parse().ok())
        .unwrap_or(Tz::UTC))
}
