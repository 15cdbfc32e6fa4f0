//! Routings of single companies, which stand in the place of an agent's.

use std::collections::HashSet;

use psa_entities::{
    ProviderScope,
    agent_settings::{Agent, RuleAction, TicketRouting},
    audit_entry::{AuditAction, AuditSubject},
    company_routing::{Column, Entity, Model},
    console_company,
    ids::{ConsoleCompanyId, IntegrationId},
    ticket_settings::OnRecovery,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, sea_query::OnConflict,
};
use serde_json::json;

use super::{RoutingChange, mistakes::routing_mistakes, of_agent, shared};
use crate::{
    app::App,
    audit::{Entry, Stamp, Subject},
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
    tickets::{holds, routing},
};

/// Companies that one call may name.
const MOST: usize = 1_000;

/// Gives companies a routing of their own for the tickets of an agent, or takes it back, all of them or none.
///
/// The routing is complete: what `routing` does not name is not taken from the agent's.
///
/// # Errors
/// `NOT_FOUND` at the companies that are not there; everything that is wrong with the routing at once.
pub async fn set(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    (agent, companies): (Agent, &[ConsoleCompanyId]),
    change: Option<RoutingChange>,
) -> Outcome<Vec<Model>> {
    let scope = stamp.scope;
    if companies.is_empty() || companies.len() > MOST {
        let error = UserError::new(ErrorCode::Invalid, format!("Name between 1 and {MOST} companies."));
        return Err(Failure::refused(
            error.at("companyIds").with_remedy("Send them in several calls."),
        ));
    }
    let found = scope
        .find::<console_company::Entity>()
        .filter(console_company::Column::Id.is_in(companies.iter().copied()))
        .all(app.db.read())
        .await?;
    let known: HashSet<_> = found.iter().map(|company| company.id).collect();
    let missing = companies
        .iter()
        .enumerate()
        .filter(|(_, company)| !known.contains(company));
    let errors: Vec<_> = missing
        .map(|(index, _)| UserError::not_found(&format!("companyIds.{index}"), "company"))
        .collect();
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let routing = change.map(|change| change.of(TicketRouting::default()));
    if let Some(routing) = &routing {
        check(app, scope, id, agent, routing).await?;
    }
    let transaction = app.db.begin().await?;
    integrations::hold(&transaction, scope, id).await?;
    let own = || {
        scope
            .find::<Entity>()
            .filter(Column::IntegrationId.eq(id))
            .filter(Column::Agent.eq(agent))
            .filter(Column::CompanyId.is_in(companies.iter().copied()))
    };
    let before = own().all(&transaction).await?;
    let entries = found.iter().map(|company| {
        let before = before
            .iter()
            .find(|row| row.company_id == company.id)
            .map(|row| &row.routing);
        let subject = Subject::new(AuditSubject::ConsoleCompany, &company.id, company.name.as_str());
        let entry = Entry::new(AuditAction::CompanyRoutingChanged, subject).within(id);
        entry.changing(&json!({ "routing": before }), &json!({ "routing": routing }))
    });
    let entries: Vec<_> = entries.collect();
    match routing {
        None => {
            scope
                .delete_many::<Entity>()
                .filter(Column::IntegrationId.eq(id))
                .filter(Column::Agent.eq(agent))
                .filter(Column::CompanyId.is_in(companies.iter().copied()))
                .exec(&transaction)
                .await?;
        }
        Some(routing) => {
            let row = |company: &console_company::Model| Model {
                integration_id: id,
                agent,
                company_id: company.id,
                provider_id: scope.provider_id(),
                routing: routing.clone(),
                changed_at: stamp.at,
                changed_by: stamp.by.name.to_string(),
            };
            let rows = found.iter().map(|company| row(company).into_active_model().reset_all());
            let replace = OnConflict::columns([Column::IntegrationId, Column::Agent, Column::CompanyId])
                .update_columns([Column::Routing, Column::ChangedAt, Column::ChangedBy])
                .to_owned();
            Entity::insert_many(rows)
                .on_conflict(replace)
                .exec_without_returning(&transaction)
                .await?;
        }
    }
    stamp.record(&transaction, entries).await?;
    let rows = own().order_by_asc(Column::CompanyId).all(&transaction).await?;
    transaction.commit().await?;
    holds::release_held(app, scope, id).await?;
    Ok(rows)
}

/// What keeps a company's own routing from working now: a board or a status that the PSA no longer has.
///
/// # Errors
/// Only of the database.
pub async fn problems(app: &App, scope: ProviderScope, row: &Model) -> Outcome<Vec<UserError>> {
    mistakes(app, scope, row.integration_id, row.agent, &row.routing).await
}

async fn check(
    app: &App,
    scope: ProviderScope,
    id: IntegrationId,
    agent: Agent,
    routing: &TicketRouting,
) -> Outcome<()> {
    let errors = mistakes(app, scope, id, agent, routing).await?;
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Failure::Refused(errors))
    }
}

async fn mistakes(
    app: &App,
    scope: ProviderScope,
    id: IntegrationId,
    agent: Agent,
    routing: &TicketRouting,
) -> Outcome<Vec<UserError>> {
    let integration = integrations::find(app.db.read(), scope, id).await?;
    let shared = shared(app, scope, id).await?;
    let agent = of_agent(app, scope, id, agent).await?;
    let descriptor = integrations::descriptor(app, &integration)?;
    let chosen = routing::with_board(app, scope, id, routing.clone()).await?;
    let closes =
        shared.on_recovery == OnRecovery::Close && agent.rules.0.iter().any(|rule| rule.action == RuleAction::Close);
    Ok(routing_mistakes(&chosen.route(descriptor), closes))
}
