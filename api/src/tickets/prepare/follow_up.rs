//! What is done to a ticket that is there: notes, its end, its return, a higher priority.

use std::sync::Arc;

use psa_connectors::{
    PsaConnector,
    record::{ChoiceId, NoteDestination, NoteDraft, StatusId, TicketId},
};
use psa_entities::{
    agent_settings,
    delivery::{DeliveryKind, HoldReason},
    incident::IncidentKind,
    ticket_settings::{self, NoteVisibility, OnRecovery},
};

use super::{Act, Background, Planned, Prepared, first, problem};
use crate::{
    app::App,
    failure::{ErrorCode, Outcome, UserError},
    tickets::{render, routing::Chosen},
};

/// What is to be done to the incident's ticket, or why nothing can be.
pub(super) fn follow_up(
    app: &App,
    connector: &Arc<dyn PsaConnector>,
    kind: DeliveryKind,
    background: &Background,
    (shared, agent, chosen): (&ticket_settings::Model, &agent_settings::Model, &Chosen),
) -> Outcome<Planned> {
    let impossible = |code, message: &str, remedy: &str| {
        let problem = problem(app, code, message, remedy);
        Ok(Err(Prepared::Impossible(problem)))
    };
    let Some(ticket) = background.incident.ticket_external_id.clone().map(TicketId::new) else {
        return impossible(
            ErrorCode::WrongState,
            "The incident has no ticket that this could be done to.",
            "Discard it: its ticket was never opened.",
        );
    };
    let destination = match shared.notes {
        NoteVisibility::Discussion => NoteDestination::Discussion,
        NoteVisibility::Internal => NoteDestination::Internal,
    };
    let text = render::note(background, agent, kind)?;
    let note = NoteDraft { text, destination };
    let route = chosen.route(connector.descriptor());
    let held = |obstacles: Vec<UserError>| {
        let reason = HoldReason::RoutingIncomplete;
        Err(Prepared::Held(reason, first(app, obstacles)))
    };
    let is_test = background.incident.kind == IncidentKind::Test;
    Ok(match kind {
        DeliveryKind::Note => Ok(Act::Note(ticket, note)),
        // The policy was changed after the recovery: what counts is what it says now.
        DeliveryKind::Close if !is_test && shared.on_recovery != OnRecovery::Close => Ok(Act::Note(ticket, note)),
        DeliveryKind::Close => match (&chosen.routing.closed_status, route.closing()) {
            (Some(status), obstacles) if obstacles.is_empty() => {
                let (status, only_untouched) = (StatusId::new(status.clone()), shared.close_only_untouched);
                Ok(Act::Close {
                    ticket,
                    status,
                    only_untouched,
                    note,
                })
            }
            (_, obstacles) => held(obstacles),
        },
        DeliveryKind::Reopen => match (route.reopen_status(), route.opening()) {
            (Some(status), obstacles) if obstacles.is_empty() => Ok(Act::Reopen { ticket, status, note }),
            (_, obstacles) => held(obstacles),
        },
        DeliveryKind::Escalate => {
            // Where the company's own routing names none, the agent's counts.
            let own = chosen.routing.raised_priority.as_ref();
            let priority = own.or(agent.routing.raised_priority.as_ref());
            match (connector.descriptor().priority_field, priority) {
                (Some(field), Some(priority)) => Ok(Act::Raise {
                    ticket,
                    field,
                    priority: ChoiceId::new(priority.clone()),
                }),
                _ => {
                    return impossible(
                        ErrorCode::Unsupported,
                        "No setting says any more which priority a ticket is raised to.",
                        "Discard it, or choose a raised priority in the agent's routing and retry it.",
                    );
                }
            }
        }
        DeliveryKind::Open => {
            return impossible(ErrorCode::WrongState, "The ticket is there already.", "Discard it.");
        }
    })
}
