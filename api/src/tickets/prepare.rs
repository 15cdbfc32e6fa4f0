//! From a delivery's row to what has to be sent, read afresh for every attempt; or why nothing can be sent now.

mod background;
mod follow_up;
mod opening;

use std::sync::Arc;

use psa_connectors::{
    PsaConnector,
    record::{ChoiceId, NoteDraft, StatusId, TicketDraft, TicketId, WriteKey},
};
use psa_entities::{
    Problem, ProviderScope,
    delivery::{DeliveryKind, HoldReason, Model},
    integration::{self, IntegrationStatus},
};

pub use self::background::{Background, Listed};
use self::{background::background, follow_up::follow_up, opening::open};
use super::{known::KnownTicket, routing, settings};
use crate::{
    app::App,
    failure::{ErrorCode, Failure, Outcome, UserError},
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
    /// Raise the ticket's priority.
    Raise {
        /// The ticket.
        ticket: TicketId,
        /// The routing field that the priority is.
        field: &'static str,
        /// The priority it gets.
        priority: ChoiceId,
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
    let agent = settings::of_agent(app, scope, row.integration_id, background.incident.agent).await?;
    let chosen = routing::chosen(app, scope, &agent, background.incident.company_id).await?;
    let planned = match row.kind {
        DeliveryKind::Open => open(app, scope, &connector, &background, (&agent, &chosen)).await?,
        kind => {
            let shared = settings::shared(app, scope, row.integration_id).await?;
            follow_up(app, &connector, kind, &background, (&shared, &agent, &chosen))?
        }
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

fn first(app: &App, errors: Vec<UserError>) -> Problem {
    let unknown = || UserError::new(ErrorCode::WrongState, "It cannot be sent now.");
    errors.into_iter().next().unwrap_or_else(unknown).to_problem(app.now())
}

fn problem(app: &App, code: ErrorCode, message: &str, remedy: &str) -> Problem {
    UserError::new(code, message).with_remedy(remedy).to_problem(app.now())
}
