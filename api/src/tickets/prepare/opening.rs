//! What a new ticket needs: the company, the contact, where it goes and what it says.

use std::sync::Arc;

use psa_connectors::{
    PsaConnector,
    record::{CompanyId, ContactId, TicketDraft},
};
use psa_entities::{
    ProviderScope,
    agent_settings::{self, ContactPolicy},
    company_mapping::{self, MappingState},
    console_contact, contact_mapping,
    delivery::HoldReason,
    incident, psa_company, psa_contact,
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::{Act, Background, Planned, Prepared, first, problem};
use crate::{
    app::App,
    failure::{ErrorCode, Outcome},
    tickets::{event::AgentReport, render, routing::Chosen, rules::rule_for},
};

/// The creation of the incident's ticket, or why there is none yet.
pub(super) async fn open(
    app: &App,
    scope: ProviderScope,
    connector: &Arc<dyn PsaConnector>,
    background: &Background,
    (agent, chosen): (&agent_settings::Model, &Chosen),
) -> Outcome<Planned> {
    let company = match psa_company(app, scope, &background.incident).await? {
        Ok(company) => company,
        Err(held) => return Ok(Err(held)),
    };
    let route = chosen.route(connector.descriptor());
    let report = render::report(background)?;
    let priority = report
        .as_ref()
        .and_then(|report| rule_for(&agent.rules.0, &report.trigger())?.priority.as_deref());
    let obstacles = route.opening();
    let Some(routing) = route.of_new_ticket(priority).filter(|_| obstacles.is_empty()) else {
        let reason = HoldReason::RoutingIncomplete;
        return Ok(Err(Prepared::Held(reason, first(app, obstacles))));
    };
    let contact = match chosen.routing.contact {
        ContactPolicy::BoundUser => contact(app, scope, &background.incident, report.as_ref(), &company).await?,
        ContactPolicy::None => None,
    };
    let (summary, body) = render::ticket(background, agent, connector.descriptor().limits.summary_chars)?;
    Ok(Ok(Act::Open(TicketDraft {
        company,
        contact,
        summary,
        body,
        routing,
    })))
}

/// The PSA company of the incident's console company, or why there is none: another company's ticket is never opened.
async fn psa_company(
    app: &App,
    scope: ProviderScope,
    incident: &incident::Model,
) -> Outcome<Result<CompanyId, Prepared>> {
    let mapping = scope
        .find::<company_mapping::Entity>()
        .filter(company_mapping::Column::IntegrationId.eq(incident.integration_id))
        .filter(company_mapping::Column::CompanyId.eq(incident.company_id))
        .one(app.db.read())
        .await?;
    let held = |reason, message: &str, remedy: &str| {
        let problem = problem(app, ErrorCode::CompanyNotMapped, message, remedy);
        Err(Prepared::Held(reason, problem))
    };
    if mapping
        .as_ref()
        .is_some_and(|mapping| mapping.state == MappingState::Excluded)
    {
        return Ok(held(
            HoldReason::CompanyExcluded,
            "The company is excluded.",
            "Bind it with bindCompanies, or discard the delivery.",
        ));
    }
    let company = match mapping.and_then(|mapping| mapping.psa_company_id) {
        Some(id) => scope.find_by_id::<psa_company::Entity>(id).one(app.db.read()).await?,
        None => None,
    };
    Ok(match company {
        Some(company) if !company.deleted => Ok(CompanyId::new(company.external_id)),
        Some(_) => held(
            HoldReason::CompanyUnmapped,
            "The PSA no longer has the company that this one is bound to.",
            "Bind it to another PSA company with bindCompanies.",
        ),
        None => held(
            HoldReason::CompanyUnmapped,
            "The company is not bound to a PSA company.",
            "Bind it with bindCompanies.",
        ),
    })
}

/// The PSA contact that the user of the event is bound to. Whoever is not known, gone or at another company is not named:
/// a ticket without a contact is a ticket, one with a stranger is a mistake.
async fn contact(
    app: &App,
    scope: ProviderScope,
    incident: &incident::Model,
    report: Option<&AgentReport>,
    company: &CompanyId,
) -> Result<Option<ContactId>, DbErr> {
    let Some(AgentReport::Backup(run)) = report else {
        return Ok(None);
    };
    let Some(user) = run.user.as_deref().map(str::trim).filter(|user| !user.is_empty()) else {
        return Ok(None);
    };
    let contacts = scope
        .find::<console_contact::Entity>()
        .filter(console_contact::Column::CompanyId.eq(incident.company_id))
        .filter(console_contact::Column::RemovedAt.is_null())
        .all(app.db.read())
        .await?;
    let is_user = |contact: &&console_contact::Model| {
        let email = contact.email.as_deref().unwrap_or_default();
        contact.external_id == user || email.eq_ignore_ascii_case(user) || contact.name.eq_ignore_ascii_case(user)
    };
    let mut found = contacts.iter().filter(is_user);
    let (Some(contact), None) = (found.next(), found.next()) else {
        return Ok(None);
    };
    let mapping = scope
        .find::<contact_mapping::Entity>()
        .filter(contact_mapping::Column::IntegrationId.eq(incident.integration_id))
        .filter(contact_mapping::Column::ContactId.eq(contact.id))
        .one(app.db.read())
        .await?;
    let Some(id) = mapping.and_then(|mapping| mapping.psa_contact_id) else {
        return Ok(None);
    };
    let contact = scope.find_by_id::<psa_contact::Entity>(id).one(app.db.read()).await?;
    let usable = contact.filter(|contact| {
        let at_company = contact.company_external_id.as_deref() == Some(company.as_str());
        contact.active && !contact.deleted && at_company
    });
    Ok(usable.map(|contact| ContactId::new(contact.external_id)))
}
