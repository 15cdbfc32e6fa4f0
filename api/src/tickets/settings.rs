//! The ticket settings of an integration: what its agents share, and what each agent does.
//!
//! Settings that were never saved read as the usual ones, with version 0. A change names the version it was made from,
//! when the caller cares that nobody else changed them meanwhile.

pub mod companies;
mod mistakes;
mod shared;
mod shown;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope,
    agent_settings::{self, Agent, ContactPolicy, TicketRouting, TicketRule, TicketRules},
    audit_entry::AuditAction,
    ids::IntegrationId,
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Iterable, sea_query::OnConflict,
};

pub use mistakes::template_mistake;
pub use shared::{SharedChange, StormCap, shared, update_shared, usual};

use super::{holds, rules, template};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
};

/// A change of an agent's settings. What is `None` stays as it is.
#[derive(Debug, Default)]
pub struct AgentChange {
    /// Whether its events become tickets.
    pub enabled: Option<bool>,
    /// All rules.
    pub rules: Option<Vec<TicketRule>>,
    /// Where tickets go. An inner `None` takes the choice back.
    pub routing: RoutingChange,
    /// The template of the summary; an inner `None` is the usual one.
    pub summary_template: Option<Option<String>>,
    /// The template of the text; an inner `None` is the usual one.
    pub body_template: Option<Option<String>>,
    /// The version that the change was made from.
    pub expected_version: Option<i32>,
}

/// A change of a routing, by the PSA's ids.
#[derive(Debug, Default)]
pub struct RoutingChange {
    /// The board.
    pub board: Option<Option<String>>,
    /// The status of new tickets.
    pub new_status: Option<Option<String>>,
    /// The status that closes a ticket.
    pub closed_status: Option<Option<String>>,
    /// The status of reopened tickets.
    pub reopen_status: Option<Option<String>>,
    /// All other fields.
    pub fields: Option<BTreeMap<String, String>>,
    /// The priority of a ticket whose condition was repeated too often.
    pub raised_priority: Option<Option<String>>,
    /// Who at the company a new ticket names.
    pub contact: Option<ContactPolicy>,
}

impl RoutingChange {
    /// The routing after the change.
    fn of(self, before: TicketRouting) -> TicketRouting {
        TicketRouting {
            board: self.board.unwrap_or(before.board),
            new_status: self.new_status.unwrap_or(before.new_status),
            closed_status: self.closed_status.unwrap_or(before.closed_status),
            reopen_status: self.reopen_status.unwrap_or(before.reopen_status),
            fields: self.fields.unwrap_or(before.fields),
            raised_priority: self.raised_priority.unwrap_or(before.raised_priority),
            contact: self.contact.unwrap_or(before.contact),
        }
    }
}

/// The settings of one agent of an integration.
///
/// # Errors
/// Only of the database.
pub async fn of_agent(
    app: &App,
    scope: ProviderScope,
    id: IntegrationId,
    agent: Agent,
) -> Result<agent_settings::Model, DbErr> {
    Ok(stored_agent(app.db.read(), scope, id, agent)
        .await?
        .unwrap_or_else(|| usual_of_agent(scope, id, agent, app.now())))
}

/// Changes the settings of one agent. Settings that are switched on must be complete; those that are switched off may
/// lack choices, but no choice may be wrong.
///
/// # Errors
/// `NOT_FOUND`; everything that is wrong with rules, routing and templates at once; `CONFLICT` when they were changed
/// meanwhile.
pub async fn update_agent(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    agent: Agent,
    change: AgentChange,
) -> Outcome<agent_settings::Model> {
    let scope = stamp.scope;
    let integration = integrations::find(app.db.read(), scope, id).await?;
    let shared = shared(app, scope, id).await?;
    let before = of_agent(app, scope, id, agent).await?;
    expect_version(change.expected_version, before.version)?;
    let row = changed(before.clone(), change, stamp.at);
    let errors = mistakes::mistakes(app, scope, &integration, &shared, &row).await?;
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, scope, id).await?;
    // It was checked outside, so whatever was saved in between wins, whether a version was expected or not.
    let current = stored_agent(&transaction, scope, id, agent)
        .await?
        .map_or(0, |row| row.version);
    expect_version(Some(row.version - 1), current)?;
    let replace = OnConflict::columns([agent_settings::Column::IntegrationId, agent_settings::Column::Agent])
        .update_columns(agent_settings::Column::iter())
        .to_owned();
    agent_settings::Entity::insert(row.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(&transaction)
        .await?;
    let entry = Entry::about(AuditAction::AgentTicketsChanged, &integration);
    let entry = entry.changing(&shown::agent(&before), &shown::agent(&row));
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    holds::release_held(app, scope, id).await?;
    Ok(row)
}

/// What is wrong with the stored settings of an agent, as far as it is switched on.
///
/// # Errors
/// Only of the database.
pub async fn problems(app: &App, scope: ProviderScope, settings: &agent_settings::Model) -> Outcome<Vec<UserError>> {
    if !settings.enabled {
        return Ok(Vec::new());
    }
    let integration = integrations::find(app.db.read(), scope, settings.integration_id).await?;
    let shared = shared(app, scope, settings.integration_id).await?;
    mistakes::mistakes(app, scope, &integration, &shared, settings).await
}

fn changed(before: agent_settings::Model, change: AgentChange, now: DateTime<Utc>) -> agent_settings::Model {
    let agent = before.agent;
    let template = |change: Option<Option<String>>, before: String, usual: &str| match change {
        None => before,
        Some(text) => text.unwrap_or_else(|| usual.to_owned()),
    };
    agent_settings::Model {
        enabled: change.enabled.unwrap_or(before.enabled),
        rules: change.rules.map_or(before.rules, TicketRules),
        routing: change.routing.of(before.routing),
        summary_template: template(
            change.summary_template,
            before.summary_template,
            template::default_summary(agent),
        ),
        body_template: template(
            change.body_template,
            before.body_template,
            template::default_body(agent),
        ),
        version: before.version + 1,
        updated_at: now,
        ..before
    }
}

fn usual_of_agent(
    scope: ProviderScope,
    integration: IntegrationId,
    agent: Agent,
    at: DateTime<Utc>,
) -> agent_settings::Model {
    agent_settings::Model {
        integration_id: integration,
        agent,
        provider_id: scope.provider_id(),
        enabled: false,
        rules: TicketRules(rules::default_rules(agent)),
        routing: TicketRouting::default(),
        summary_template: template::default_summary(agent).to_owned(),
        body_template: template::default_body(agent).to_owned(),
        version: 0,
        updated_at: at,
    }
}

async fn stored_agent(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    id: IntegrationId,
    agent: Agent,
) -> Result<Option<agent_settings::Model>, DbErr> {
    scope.find_by_id::<agent_settings::Entity>((id, agent)).one(db).await
}

fn expect_version(expected: Option<i32>, current: i32) -> Result<(), Failure> {
    if expected.is_none_or(|expected| expected == current) {
        return Ok(());
    }
    let error = UserError::new(
        ErrorCode::Conflict,
        format!("The settings have changed since they were read: their version is {current}."),
    );
    Err(Failure::refused(error.at("expectedVersion").with_remedy(
        "Read them again, make the change again and send the new version.",
    )))
}

#[cfg(test)]
mod tests;
