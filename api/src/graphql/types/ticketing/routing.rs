//! Where tickets go.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use psa_entities::{agent_settings, board, ids::IntegrationId};

use crate::graphql::{
    loaders::ticket::BoardCalled,
    request::{Request, internal},
    types::psa::{Board, BoardStatus, Choice},
};

/// A routing with the board that it names.
pub(super) async fn shown(
    ctx: &Context<'_>,
    integration: IntegrationId,
    routing: &agent_settings::TicketRouting,
) -> Result<TicketRouting> {
    let board = match &routing.board {
        Some(id) => {
            let called = BoardCalled(integration, id.clone());
            ctx.rows()?.load_one(called).await.map_err(internal)?
        }
        None => None,
    };
    Ok(TicketRouting::new(routing, board))
}

/// Where tickets go.
#[derive(Debug, Clone, SimpleObject)]
pub struct TicketRouting {
    /// The board; null when none is chosen or the chosen one is not imported.
    pub board: Option<Board>,
    /// The status of new tickets; null for the board's default.
    pub new_status: Option<BoardStatus>,
    /// The status that closes a ticket; null when none is chosen.
    pub closed_status: Option<BoardStatus>,
    /// The status of reopened tickets; null for that of new ones.
    pub reopen_status: Option<BoardStatus>,
    /// What is chosen for the connector's routing fields.
    pub fields: Vec<RoutingFieldChoice>,
    /// The priority of a ticket whose condition was repeated too often; null when it is never raised.
    pub raised_priority_id: Option<ID>,
    /// Who at the company a new ticket names.
    pub contact: ContactPolicy,
}

/// What is chosen for one routing field.
#[derive(Debug, Clone, SimpleObject)]
pub struct RoutingFieldChoice {
    /// The name of the field, as the connector's `routingFields` lists it.
    pub name: String,
    /// The id of the choice in the PSA.
    pub choice_id: ID,
    /// The choice; null when the board no longer has it.
    pub choice: Option<Choice>,
}

impl TicketRouting {
    fn new(routing: &agent_settings::TicketRouting, board: Option<board::Model>) -> Self {
        let statuses = board.as_ref().map(|board| board.statuses.0.clone()).unwrap_or_default();
        let choices: BTreeMap<_, _> = board.as_ref().map(|board| board.choices.0.clone()).unwrap_or_default();
        let status = |id: &Option<String>| {
            let found = id
                .as_ref()
                .and_then(|id| statuses.iter().find(|status| status.id == *id));
            found.cloned().map(BoardStatus::from)
        };
        let choice = |(name, id): (&String, &String)| {
            let found = choices
                .get(name)
                .and_then(|choices| choices.iter().find(|choice| choice.id == *id));
            RoutingFieldChoice {
                name: name.clone(),
                choice_id: ID(id.clone()),
                choice: found.cloned().map(Choice::from),
            }
        };
        Self {
            new_status: status(&routing.new_status),
            closed_status: status(&routing.closed_status),
            reopen_status: status(&routing.reopen_status),
            fields: routing.fields.iter().map(choice).collect(),
            raised_priority_id: routing.raised_priority.clone().map(ID),
            contact: routing.contact.into(),
            board: board.map(Board),
        }
    }
}

/// Who at the company a new ticket names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "agent_settings::ContactPolicy")]
pub enum ContactPolicy {
    /// The PSA contact that the user of the event is bound to. Nobody when the user is not known, or the contact is
    /// gone, inactive or at another company.
    BoundUser,
    /// Nobody.
    None,
}
