//! From a delivery's row to what has to be sent, read afresh for every attempt; or why nothing can be sent now.

use std::sync::Arc;

use chrono_tz::Tz;
use psa_connectors::{
    PsaConnector,
    record::{CompanyId, NoteDestination, NoteDraft, StatusId, TicketDraft, TicketId, WriteKey},
};
use psa_entities::{
    Problem, ProviderScope, agent_event,
    agent_settings::{self, TicketRouting},
    company_mapping::{self, MappingState},
    console_company,
    delivery::{DeliveryKind, HoldReason, Model},
    incident,
    integration::{self, IntegrationStatus},
    provider, psa_company,
    ticket_settings::{self, NoteVisibility, OnRecovery},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{known::KnownTicket, render, routing, routing::Route, settings};
use crate::{
    app::App,
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
    integrations,
};

/// One write that a delivery stands for, ready to be sent.
#[derive(Debug)]
pub struct Order {
    /// The connection to the PSA.
    pub connector: Arc<dyn PsaConnector>,
    /// The marker that the write bears.
    pub marker: WriteKey,
    /// The ticket as last read; `None` until there is one.
    pub known: Option<KnownTicket>,
    /// What to do.
    pub act: Act,
}

/// What to do in the PSA.
#[derive(Debug, PartialEq, Eq)]
pub enum Act {
    /// Create the ticket.
    Open(TicketDraft),
    /// Add a note.
    Note(TicketId, NoteDraft),
    /// Close the ticket.
    Close {
        /// The ticket.
        ticket: TicketId,
        /// The status that closes it.
        status: StatusId,
        /// Whether a ticket that a person touched gets the note instead.
        only_untouched: bool,
        /// What the note says.
        note: NoteDraft,
    },
    /// Reopen the ticket if it is closed, and say why.
    Reopen {
        /// The ticket.
        ticket: TicketId,
        /// The status it gets.
        status: StatusId,
        /// What the note says.
        note: NoteDraft,
    },
}

/// What preparing came to.
#[derive(Debug)]
pub enum Prepared {
    /// It can be sent.
    Ready(Box<Order>),
    /// It waits until the reason is gone.
    Held(HoldReason, Problem),
    /// The connection cannot be made now.
    Later(Problem),
    /// It can never be sent.
    Impossible(Problem),
}

/// Everything about an incident that a text is made of.
#[derive(Debug)]
pub struct Background {
    /// The incident.
    pub incident: incident::Model,
    /// The event that caused the delivery; `None` when it has been cleared away.
    pub event: Option<agent_event::Model>,
    /// The company it happened at.
    pub company: console_company::Model,
    /// The provider's time zone.
    pub zone: Tz,
}

/// Prepares a delivery.
///
/// # Errors
/// The database fails, or holds what our own rules exclude.
pub async fn prepare(app: &App, row: &Model) -> Outcome<Prepared> {
    let scope = ProviderScope::new(row.provider_id);
    let integration = integrations::find(app.db.read(), scope, row.integration_id).await?;
    if let Some((reason, problem)) = standstill(app, &integration) {
        return Ok(Prepared::Held(reason, problem));
    }
    let connector = match app.connections.get(app, scope, &integration).await {
        Ok(connector) => connector,
        Err(Failure::Refused(errors)) => return Ok(Prepared::Later(first(app, errors))),
        Err(failure) => return Err(failure),
    };
    let background = background(app, scope, row).await?;
    let shared = settings::shared(app, scope, row.integration_id).await?;
    let agent = settings::of_agent(app, scope, row.integration_id, background.incident.agent).await?;
    let planned = match row.kind {
        DeliveryKind::Open => open(app, scope, &connector, &background, &agent).await?,
        _ => follow_up(app, scope, &connector, row.kind, &background, (&shared, &agent)).await?,
    };
    Ok(match planned {
        Ok(act) => {
            let known = background.incident.ticket.map(serde_json::from_value).transpose()?;
            Prepared::Ready(Box::new(Order {
                connector,
                marker: WriteKey::new(row.marker.clone()),
                known,
                act,
            }))
        }
        Err(stopped) => stopped,
    })
}

/// Why the integration as a whole sends nothing; `None` when it works.
fn standstill(app: &App, integration: &integration::Model) -> Option<(HoldReason, Problem)> {
    let (reason, message, remedy) = match integration.status {
        IntegrationStatus::Active => return None,
        IntegrationStatus::Broken => (
            HoldReason::IntegrationBroken,
            "The PSA does not accept the keys.",
            "Replace the keys with updateCredentials.",
        ),
        IntegrationStatus::Paused => (
            HoldReason::IntegrationPaused,
            "The integration is paused.",
            "Activate it with activateIntegration.",
        ),
        _ => (
            HoldReason::IntegrationPaused,
            "The integration is not activated.",
            "Activate it with activateIntegration.",
        ),
    };
    Some((reason, problem(app, ErrorCode::WrongState, message, remedy)))
}

type Planned = Result<Act, Prepared>;

async fn open(
    app: &App,
    scope: ProviderScope,
    connector: &Arc<dyn PsaConnector>,
    background: &Background,
    agent: &agent_settings::Model,
) -> Outcome<Planned> {
    let company = match psa_company(app, scope, &background.incident).await? {
        Ok(company) => company,
        Err(held) => return Ok(Err(held)),
    };
    let board = chosen_board(app, scope, agent).await?;
    let route = Route {
        routing: &agent.routing,
        board: board.as_ref(),
        descriptor: connector.descriptor(),
    };
    let obstacles = route.opening();
    let Some(routing) = route.of_new_ticket().filter(|_| obstacles.is_empty()) else {
        return Ok(Err(Prepared::Held(
            HoldReason::RoutingIncomplete,
            first(app, obstacles),
        )));
    };
    let (summary, body) = render::ticket(background, agent, connector.descriptor().limits.summary_chars)?;
    Ok(Ok(Act::Open(TicketDraft {
        company,
        contact: None,
        summary,
        body,
        routing,
    })))
}

async fn follow_up(
    app: &App,
    scope: ProviderScope,
    connector: &Arc<dyn PsaConnector>,
    kind: DeliveryKind,
    background: &Background,
    (shared, agent): (&ticket_settings::Model, &agent_settings::Model),
) -> Outcome<Planned> {
    let Some(ticket) = background.incident.ticket_external_id.clone().map(TicketId::new) else {
        let message = "The incident has no ticket that this could be done to.";
        let problem = problem(
            app,
            ErrorCode::WrongState,
            message,
            "Discard it: its ticket was never opened.",
        );
        return Ok(Err(Prepared::Impossible(problem)));
    };
    let destination = match shared.notes {
        NoteVisibility::Discussion => NoteDestination::Discussion,
        NoteVisibility::Internal => NoteDestination::Internal,
    };
    let note = NoteDraft {
        text: render::note(background, agent, kind)?,
        destination,
    };
    let board = chosen_board(app, scope, agent).await?;
    let route = Route {
        routing: &agent.routing,
        board: board.as_ref(),
        descriptor: connector.descriptor(),
    };
    Ok(match kind {
        DeliveryKind::Note => Ok(Act::Note(ticket, note)),
        // The policy was changed after the recovery: what counts is what it says now.
        DeliveryKind::Close if shared.on_recovery != OnRecovery::Close => Ok(Act::Note(ticket, note)),
        DeliveryKind::Close => match (&agent.routing.closed_status, route.closing()) {
            (Some(status), obstacles) if obstacles.is_empty() => {
                let (status, only_untouched) = (StatusId::new(status.clone()), shared.close_only_untouched);
                Ok(Act::Close {
                    ticket,
                    status,
                    only_untouched,
                    note,
                })
            }
            (_, obstacles) => Err(Prepared::Held(HoldReason::RoutingIncomplete, first(app, obstacles))),
        },
        DeliveryKind::Reopen => match (route.reopen_status(), route.opening()) {
            (Some(status), obstacles) if obstacles.is_empty() => Ok(Act::Reopen { ticket, status, note }),
            (_, obstacles) => Err(Prepared::Held(HoldReason::RoutingIncomplete, first(app, obstacles))),
        },
        DeliveryKind::Open | DeliveryKind::Escalate => {
            let message = "No setting says which priority a ticket is raised to.";
            Err(Prepared::Impossible(problem(
                app,
                ErrorCode::Unsupported,
                message,
                "Discard it and raise the priority in the PSA.",
            )))
        }
    })
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
    if mapping
        .as_ref()
        .is_some_and(|mapping| mapping.state == MappingState::Excluded)
    {
        let held = problem(
            app,
            ErrorCode::CompanyNotMapped,
            "The company is excluded.",
            "Bind it with bindCompanies, or discard the delivery.",
        );
        return Ok(Err(Prepared::Held(HoldReason::CompanyExcluded, held)));
    }
    let company = match mapping.and_then(|mapping| mapping.psa_company_id) {
        Some(id) => scope.find_by_id::<psa_company::Entity>(id).one(app.db.read()).await?,
        None => None,
    };
    Ok(match company {
        Some(company) if !company.deleted => Ok(CompanyId::new(company.external_id)),
        Some(_) => {
            let message = "The PSA no longer has the company that this one is bound to.";
            let held = problem(
                app,
                ErrorCode::CompanyNotMapped,
                message,
                "Bind it to another PSA company with bindCompanies.",
            );
            Err(Prepared::Held(HoldReason::CompanyUnmapped, held))
        }
        None => {
            let held = problem(
                app,
                ErrorCode::CompanyNotMapped,
                "The company is not bound to a PSA company.",
                "Bind it with bindCompanies.",
            );
            Err(Prepared::Held(HoldReason::CompanyUnmapped, held))
        }
    })
}

async fn background(app: &App, scope: ProviderScope, row: &Model) -> Result<Background, Fault> {
    let db = app.db.read();
    let missing = |what: &str| Fault::Inconsistent(format!("delivery {} has no {what}", row.id));
    let incident = scope
        .find_by_id::<incident::Entity>(row.incident_id)
        .one(db)
        .await?
        .ok_or_else(|| missing("incident"))?;
    let event = match row.event_id {
        Some(id) => scope.find_by_id::<agent_event::Entity>(id).one(db).await?,
        None => None,
    };
    let company = scope
        .find_by_id::<console_company::Entity>(incident.company_id)
        .one(db)
        .await?;
    let company = company.ok_or_else(|| missing("company"))?;
    let provider = provider::Entity::find_by_id(row.provider_id)
        .one(db)
        .await?
        .ok_or_else(|| missing("provider"))?;
    Ok(Background {
        incident,
        event,
        company,
        zone: provider.time_zone.parse().unwrap_or(Tz::UTC),
    })
}

async fn chosen_board(
    app: &App,
    scope: ProviderScope,
    agent: &agent_settings::Model,
) -> Result<Option<psa_entities::board::Model>, Fault> {
    let TicketRouting { board: Some(id), .. } = &agent.routing else {
        return Ok(None);
    };
    Ok(routing::board(app, scope, agent.integration_id, id).await?)
}

fn first(app: &App, errors: Vec<UserError>) -> Problem {
    let unknown = || UserError::new(ErrorCode::WrongState, "It cannot be sent now.");
    errors.into_iter().next().unwrap_or_else(unknown).to_problem(app.now())
}

fn problem(app: &App, code: ErrorCode, message: &str, remedy: &str) -> Problem {
    UserError::new(code, message).with_remedy(remedy).to_problem(app.now())
}
