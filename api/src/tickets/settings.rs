//! The ticket settings of an integration: what its agents share, and what each agent does.
//!
//! Settings that were never saved read as the usual ones, with version 0. A change names the version it was made from,
//! when the caller cares that nobody else changed them meanwhile.

mod mistakes;
mod shown;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope,
    agent_settings::{self, Agent, TicketRouting, TicketRule, TicketRules},
    audit_entry::AuditAction,
    ids::IntegrationId,
    ticket_settings::{self, NoteVisibility, OnRecovery, TicketMode},
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Iterable, sea_query::OnConflict,
};

pub use mistakes::template_mistake;

use super::{holds, rules, template};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
};

/// The longest time after which a closed ticket can be reopened, in days.
const LONGEST_REOPEN: i32 = 365;

/// A change of the shared settings. What is `None` stays as it is.
#[derive(Debug, Default)]
pub struct SharedChange {
    /// What a further event does.
    pub mode: Option<TicketMode>,
    /// What a recovery does.
    pub on_recovery: Option<OnRecovery>,
    /// Whether tickets that a person touched stay open.
    pub close_only_untouched: Option<bool>,
    /// For how many days a closed ticket is reopened.
    pub reopen_within_days: Option<i32>,
    /// Who sees notes.
    pub notes: Option<NoteVisibility>,
    /// The version that the change was made from.
    pub expected_version: Option<i32>,
}

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
}

/// The shared settings of an integration.
///
/// # Errors
/// Only of the database.
pub async fn shared(app: &App, scope: ProviderScope, id: IntegrationId) -> Result<ticket_settings::Model, DbErr> {
    Ok(stored_shared(app.db.read(), scope, id)
        .await?
        .unwrap_or_else(|| usual(scope, id, app.now())))
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

/// The shared settings before anybody changes them: one ticket for a condition, closed when it recovers unless a person
/// has worked on it; notes for the provider's people alone.
pub fn usual(scope: ProviderScope, integration: IntegrationId, at: DateTime<Utc>) -> ticket_settings::Model {
    ticket_settings::Model {
        integration_id: integration,
        provider_id: scope.provider_id(),
        mode: TicketMode::AppendToOpen,
        on_recovery: OnRecovery::Close,
        close_only_untouched: true,
        reopen_within_days: 0,
        notes: NoteVisibility::Internal,
        version: 0,
        updated_at: at,
    }
}

/// Changes the shared settings.
///
/// # Errors
/// `NOT_FOUND`; `INVALID` at `reopenWithinDays`; `CONFLICT` when they were changed meanwhile.
pub async fn update_shared(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    change: SharedChange,
) -> Outcome<ticket_settings::Model> {
    let scope = stamp.scope;
    if change
        .reopen_within_days
        .is_some_and(|days| !(0..=LONGEST_REOPEN).contains(&days))
    {
        let error = UserError::new(
            ErrorCode::Invalid,
            format!("The days must be between 0 and {LONGEST_REOPEN}."),
        );
        return Err(Failure::refused(
            error
                .at("reopenWithinDays")
                .with_remedy("Send 0 to never reopen a ticket."),
        ));
    }
    let now = stamp.at;
    let transaction = app.db.begin().await?;
    // Of two changes at once the later one waits here, and then meets the earlier one's version.
    let integration = integrations::hold(&transaction, scope, id).await?;
    let before = stored_shared(&transaction, scope, id)
        .await?
        .unwrap_or_else(|| usual(scope, id, now));
    expect_version(change.expected_version, before.version)?;
    let row = ticket_settings::Model {
        mode: change.mode.unwrap_or(before.mode),
        on_recovery: change.on_recovery.unwrap_or(before.on_recovery),
        close_only_untouched: change.close_only_untouched.unwrap_or(before.close_only_untouched),
        reopen_within_days: change.reopen_within_days.unwrap_or(before.reopen_within_days),
        notes: change.notes.unwrap_or(before.notes),
        version: before.version + 1,
        updated_at: now,
        ..before.clone()
    };
    let replace = OnConflict::column(ticket_settings::Column::IntegrationId)
        .update_columns(ticket_settings::Column::iter())
        .to_owned();
    ticket_settings::Entity::insert(row.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(&transaction)
        .await?;
    let entry = Entry::about(AuditAction::TicketSettingsChanged, &integration);
    let entry = entry.changing(&shown::shared(&before), &shown::shared(&row));
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    holds::release_held(app, scope, id).await?;
    Ok(row)
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
    let AgentChange { routing, .. } = change;
    let agent = before.agent;
    let template = |change: Option<Option<String>>, before: String, usual: &str| match change {
        None => before,
        Some(text) => text.unwrap_or_else(|| usual.to_owned()),
    };
    agent_settings::Model {
        enabled: change.enabled.unwrap_or(before.enabled),
        rules: change.rules.map_or(before.rules, TicketRules),
        routing: TicketRouting {
            board: routing.board.unwrap_or(before.routing.board),
            new_status: routing.new_status.unwrap_or(before.routing.new_status),
            closed_status: routing.closed_status.unwrap_or(before.routing.closed_status),
            reopen_status: routing.reopen_status.unwrap_or(before.routing.reopen_status),
            fields: routing.fields.unwrap_or(before.routing.fields),
        },
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

async fn stored_shared(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    id: IntegrationId,
) -> Result<Option<ticket_settings::Model>, DbErr> {
    scope.find_by_id::<ticket_settings::Entity>(id).one(db).await
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
