//! What several mutations of ticket settings take in: rules and routings.

use async_graphql::{ID, InputObject, MaybeUndefined};
use psa_entities::{
    ProviderScope, agent_settings, board,
    ids::{BoardId, IntegrationId},
};
use uuid::Uuid;

use crate::{
    app::App,
    failure::{Failure, Outcome, UserError},
    graphql::{
        ids::NodeKind,
        types::ticketing::{ContactPolicy, RuleAction},
    },
    integrations,
    tickets::settings::RoutingChange,
};

/// What one trigger does.
#[derive(Debug, InputObject)]
pub(super) struct TicketRuleInput {
    /// A plan status such as `ERROR`, or an alert type with a severity such as `CPU_USAGE:PROBLEM`.
    trigger: String,
    /// What it does.
    action: RuleAction,
    /// How many failures open a ticket: 1, the first, to 1,000. Only a rule that opens can wait.
    #[graphql(default = 1)]
    after: u32,
    /// How many minutes a condition may last before it opens a ticket: 0, which does not wait, to 10,080. When `after`
    /// waits too, what comes first counts.
    #[graphql(default)]
    after_minutes: u32,
    /// The id of the priority of its tickets in the PSA, one of those that the board offers; null for the routing's.
    priority_id: Option<ID>,
}

/// Where tickets go. What is left out stays as it is; null takes a choice back.
#[derive(Debug, InputObject)]
pub(super) struct TicketRoutingInput {
    /// The board.
    board_id: MaybeUndefined<ID>,
    /// The id of the status of new tickets, one of the board's; null for its default.
    new_status_id: MaybeUndefined<ID>,
    /// The id of the status that closes a ticket, one of the board's closed ones.
    closed_status_id: MaybeUndefined<ID>,
    /// The id of the status of reopened tickets, one of the board's; null for that of new ones.
    reopen_status_id: MaybeUndefined<ID>,
    /// The choices for the connector's routing fields, all of them.
    fields: Option<Vec<RoutingFieldInput>>,
    /// The id of the priority of a ticket whose condition was repeated too often, one of those that the board offers;
    /// null never raises it.
    raised_priority_id: MaybeUndefined<ID>,
    /// Who at the company a new ticket names.
    contact: Option<ContactPolicy>,
}

/// The choice for one routing field.
#[derive(Debug, InputObject)]
pub(super) struct RoutingFieldInput {
    /// The name of the field, as the connector's `routingFields` lists it.
    name: String,
    /// The id of the choice, one of those that the board offers.
    choice_id: ID,
}

/// The rule as it is stored.
pub(super) fn rule(input: TicketRuleInput) -> agent_settings::TicketRule {
    agent_settings::TicketRule {
        trigger: input.trigger,
        action: input.action.into(),
        after: input.after,
        after_minutes: input.after_minutes,
        priority: input.priority_id.map(|id| id.0),
    }
}

/// The key of the integration that an input names.
pub(super) fn integration(id: &ID) -> Outcome<IntegrationId> {
    NodeKind::Integration
        .key::<Uuid>(id, "integrationId")
        .map(IntegrationId::from_uuid)
        .map_err(Failure::refused)
}

/// A change of a routing by the PSA's ids, whose board must be one of the integration's.
pub(super) async fn routing_change(
    app: &App,
    scope: ProviderScope,
    id: IntegrationId,
    input: TicketRoutingInput,
) -> Outcome<RoutingChange> {
    let board = match given(input.board_id) {
        None => None,
        Some(None) => Some(None),
        Some(Some(board)) => Some(Some(board_in_psa(app, scope, id, &board).await?)),
    };
    let status = |id: MaybeUndefined<ID>| given(id).map(|id| id.map(|id| id.0));
    Ok(RoutingChange {
        board,
        new_status: status(input.new_status_id),
        closed_status: status(input.closed_status_id),
        reopen_status: status(input.reopen_status_id),
        raised_priority: status(input.raised_priority_id),
        contact: input.contact.map(agent_settings::ContactPolicy::from),
        fields: input.fields.map(|fields| {
            fields
                .into_iter()
                .map(|field| (field.name, field.choice_id.0))
                .collect()
        }),
    })
}

/// The PSA's id of a board, which must be one of the integration's.
async fn board_in_psa(app: &App, scope: ProviderScope, integration: IntegrationId, id: &ID) -> Outcome<String> {
    // An integration that is not there is the reason why its board is not.
    integrations::find(app.db.read(), scope, integration).await?;
    let field = "routing.boardId";
    let key = NodeKind::Board
        .key::<Uuid>(id, field)
        .map(BoardId::from_uuid)
        .map_err(Failure::refused)?;
    let board = scope.find_by_id::<board::Entity>(key).one(app.db.read()).await?;
    match board {
        Some(board) if board.integration_id == integration => Ok(board.external_id),
        _ => Err(Failure::refused(UserError::not_found(field, "board"))),
    }
}

/// Undefined is no change, null takes back.
pub(super) fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
