//! Test tickets: a person sees in the PSA what the settings make.
//!
//! A test goes the way of every ticket, through an incident of its own and the queue, so it is created once and is held
//! for the same reasons.

use psa_entities::{
    agent_settings::Agent,
    audit_entry::AuditAction,
    company_mapping, console_company, delivery,
    ids::{ConsoleCompanyId, IntegrationId},
    incident,
    integration::IntegrationStatus,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{
    incidents::{Target, test},
    routing, settings,
};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
};

/// Sends a test ticket of an agent for a company, and closes it again when `closes`.
///
/// # Errors
/// `NOT_FOUND`; `WRONG_STATE` when the integration is not active; `COMPANY_NOT_MAPPED`; what is wrong with the routing.
pub async fn send(
    app: &App,
    stamp: Stamp<'_>,
    id: IntegrationId,
    (agent, company): (Agent, ConsoleCompanyId),
    closes: bool,
) -> Outcome<incident::Model> {
    let scope = stamp.scope;
    let integration = integrations::find(app.db.read(), scope, id).await?;
    if integration.status != IntegrationStatus::Active {
        let error = UserError::new(
            ErrorCode::WrongState,
            "The integration is not active, so nothing is sent.",
        );
        return Err(Failure::refused(
            error.with_remedy("Activate it with activateIntegration."),
        ));
    }
    let found = scope
        .find_by_id::<console_company::Entity>(company)
        .one(app.db.read())
        .await?;
    let found = found.ok_or_else(|| Failure::refused(UserError::not_found("companyId", "company")))?;
    let mapping = scope
        .find::<company_mapping::Entity>()
        .filter(company_mapping::Column::IntegrationId.eq(id))
        .filter(company_mapping::Column::CompanyId.eq(company))
        .one(app.db.read())
        .await?;
    if mapping.is_none_or(|mapping| mapping.psa_company_id.is_none()) {
        let error = UserError::new(
            ErrorCode::CompanyNotMapped,
            "The company is not bound to a PSA company.",
        );
        return Err(Failure::refused(
            error
                .at("companyId")
                .with_remedy("Bind it with bindCompanies, or name another one."),
        ));
    }
    let target = Target {
        shared: settings::shared(app, scope, id).await?,
        agent: settings::of_agent(app, scope, id, agent).await?,
    };
    let descriptor = integrations::descriptor(app, &integration)?;
    let chosen = routing::chosen(app, scope, &target.agent, company).await?;
    let route = chosen.route(descriptor);
    let mut obstacles = route.opening();
    if closes {
        obstacles.extend(route.closing());
    }
    obstacles.dedup();
    if !obstacles.is_empty() {
        return Err(Failure::Refused(obstacles));
    }
    let title = format!("Test ticket for {}", found.name);
    let (incident, deliveries) = test(&target, company, title, closes, stamp.at);
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, scope, id).await?;
    let row = incident.clone().into_active_model().reset_all();
    incident::Entity::insert(row)
        .exec_without_returning(&transaction)
        .await?;
    let rows = deliveries.into_iter().map(|row| row.into_active_model().reset_all());
    delivery::Entity::insert_many(rows)
        .exec_without_returning(&transaction)
        .await?;
    let entry = Entry::about(AuditAction::TestTicketSent, &integration);
    let sent = serde_json::json!({ "agent": agent, "company": found.name, "closes": closes });
    stamp
        .record(&transaction, vec![entry.changing(&serde_json::json!({}), &sent)])
        .await?;
    transaction.commit().await?;
    app.wake.deliveries.notify_one();
    Ok(incident)
}
