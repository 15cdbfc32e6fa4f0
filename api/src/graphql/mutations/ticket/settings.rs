//! Ticket settings, and what a ticket would say with them.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, OneofObject, Result, SimpleObject};
use psa_entities::{
    ProviderScope,
    agent_settings::{self, Agent},
    board,
    ids::{BoardId, IntegrationId},
    ticket_settings,
};
use uuid::Uuid;

use super::events::{BackupRunInput, RmmAlertInput};
use crate::{
    app::App,
    auth::{Permission, guard::Requires},
    failure::{ErrorCode, Failure, Outcome, UserError},
    graphql::{
        ids::NodeKind,
        payload::settle,
        request::Request,
        types::{
            ticket,
            ticketing::{AgentTickets, NoteDestination, RecoveryPolicy, RuleAction, TicketMode, TicketSettings},
        },
    },
    integrations,
    tickets::{
        event::AgentReport,
        preview::{self, Wanted},
        settings::{self, AgentChange, RoutingChange, SharedChange},
    },
};

/// Mutations of ticket settings.
#[derive(Debug, Default)]
pub(super) struct TicketSettingsMutations;

/// A change of what the agents' tickets have in common. What is left out stays as it is.
#[derive(Debug, InputObject)]
struct UpdateTicketSettingsInput {
    /// The integration.
    integration_id: ID,
    /// What a further failure of an open condition does.
    mode: Option<TicketMode>,
    /// What happens to the ticket when the condition recovers.
    on_recovery: Option<RecoveryPolicy>,
    /// Whether recovery closes only tickets that no person has changed.
    close_only_untouched: Option<bool>,
    /// For how many days after its end a closed ticket is reopened by a new failure: 0 (never) to 365.
    reopen_within_days: Option<i32>,
    /// Who sees our notes.
    notes: Option<NoteDestination>,
    /// The version that the change was made from. With it, a change that somebody else made meanwhile is not overwritten.
    expected_version: Option<i32>,
}

/// What `updateTicketSettings` did.
#[derive(Debug, SimpleObject)]
struct UpdateTicketSettingsPayload {
    /// The settings as they are now; null when they were not changed.
    settings: Option<TicketSettings>,
    /// Why they were not changed; empty when they were.
    user_errors: Vec<UserError>,
}

/// A change of what becomes of an agent's events. What is left out stays as it is.
#[derive(Debug, InputObject)]
struct UpdateAgentTicketsInput {
    /// The integration.
    integration_id: ID,
    /// Whether its events become tickets at all.
    enabled: Option<bool>,
    /// All rules, one for a trigger; triggers without a rule do nothing.
    rules: Option<Vec<TicketRuleInput>>,
    /// Where its tickets go.
    routing: Option<TicketRoutingInput>,
    /// The template of the summary; null takes the usual one.
    summary_template: MaybeUndefined<String>,
    /// The template of the text; null takes the usual one.
    body_template: MaybeUndefined<String>,
    /// The version that the change was made from. With it, a change that somebody else made meanwhile is not overwritten.
    expected_version: Option<i32>,
}

/// What one trigger does.
#[derive(Debug, InputObject)]
struct TicketRuleInput {
    /// A plan status such as `ERROR`, or an alert type with a severity such as `CPU_USAGE:PROBLEM`.
    trigger: String,
    /// What it does.
    action: RuleAction,
}

/// Where tickets go. What is left out stays as it is; null takes a choice back.
#[derive(Debug, InputObject)]
struct TicketRoutingInput {
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
}

/// The choice for one routing field.
#[derive(Debug, InputObject)]
struct RoutingFieldInput {
    /// The name of the field, as the connector's `routingFields` lists it.
    name: String,
    /// The id of the choice, one of those that the board offers.
    choice_id: ID,
}

/// What `updateBackupAgentTickets` or `updateRmmAgentTickets` did.
#[derive(Debug, SimpleObject)]
struct UpdateAgentTicketsPayload {
    /// The settings as they are now; null when they were not changed.
    tickets: Option<AgentTickets>,
    /// Why they were not changed; empty when they were.
    user_errors: Vec<UserError>,
}

/// The ticket to preview.
#[derive(Debug, InputObject)]
struct PreviewTicketInput {
    /// The integration.
    integration_id: ID,
    /// The agent whose templates are used.
    agent: ticket::Agent,
    /// A template of the summary that is not saved yet; the saved one without it.
    summary_template: Option<String>,
    /// A template of the text that is not saved yet; the saved one without it.
    body_template: Option<String>,
    /// The company's name; a sample without it.
    company_name: Option<String>,
    /// The event to tell of, which must be the agent's; a sample without it.
    event: Option<PreviewEvent>,
}

/// The event that a previewed ticket tells of.
#[derive(Debug, OneofObject)]
enum PreviewEvent {
    /// A run of a backup plan.
    BackupRun(BackupRunInput),
    /// An RMM alert.
    RmmAlert(RmmAlertInput),
}

/// What `previewTicket` shows. Nothing is stored or sent.
#[derive(Debug, SimpleObject)]
struct PreviewTicketPayload {
    /// The ticket; null when there is none to show.
    preview: Option<TicketPreview>,
    /// Why there is none; empty when there is one.
    user_errors: Vec<UserError>,
}

/// What a ticket would say.
#[derive(Debug, SimpleObject)]
struct TicketPreview {
    /// The summary, shortened to what the PSA takes.
    summary: String,
    /// The text.
    body: String,
    /// The trigger of the event.
    trigger: String,
    /// What the saved rules do with such an event.
    action: RuleAction,
}

#[Object]
impl TicketSettingsMutations {
    /// Changes what the agents' tickets have in common.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn update_ticket_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateTicketSettingsInput,
    ) -> Result<UpdateTicketSettingsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let update = async {
            let id = integration(&input.integration_id)?;
            settings::update_shared(app, stamp, id, input.into()).await
        };
        let (settings, user_errors) = settle(update.await)?;
        Ok(UpdateTicketSettingsPayload {
            settings: settings.map(TicketSettings::from),
            user_errors,
        })
    }

    /// Changes what becomes of the results of backup plans. Settings that are switched on must be complete.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn update_backup_agent_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateAgentTicketsInput,
    ) -> Result<UpdateAgentTicketsPayload> {
        update_agent(ctx, Agent::Backup, input).await
    }

    /// Changes what becomes of the alerts of remote monitoring. Settings that are switched on must be complete.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn update_rmm_agent_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateAgentTicketsInput,
    ) -> Result<UpdateAgentTicketsPayload> {
        update_agent(ctx, Agent::Rmm, input).await
    }

    /// Shows what a ticket would say, for a given or a sample event. Nothing is stored or sent.
    #[graphql(guard = "Requires(Permission::PsaRead)", complexity = "10 + child_complexity")]
    async fn preview_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket.")] input: PreviewTicketInput,
    ) -> Result<PreviewTicketPayload> {
        let (app, scope) = (ctx.app()?, ctx.scope()?);
        let preview = async { preview::preview(app, scope, wanted(input)?).await };
        let (preview, user_errors) = settle(preview.await)?;
        let preview = preview.map(|shown| TicketPreview {
            summary: shown.summary,
            body: shown.body,
            trigger: shown.trigger,
            action: shown.action.into(),
        });
        Ok(PreviewTicketPayload { preview, user_errors })
    }
}

async fn update_agent(
    ctx: &Context<'_>,
    agent: Agent,
    input: UpdateAgentTicketsInput,
) -> Result<UpdateAgentTicketsPayload> {
    let (app, stamp) = (ctx.app()?, ctx.stamp()?);
    let update = async {
        let id = integration(&input.integration_id)?;
        let change = agent_change(app, stamp.scope, id, input).await?;
        settings::update_agent(app, stamp, id, agent, change).await
    };
    let (tickets, user_errors) = settle(update.await)?;
    Ok(UpdateAgentTicketsPayload {
        tickets: tickets.map(AgentTickets),
        user_errors,
    })
}

fn integration(id: &ID) -> Outcome<IntegrationId> {
    NodeKind::Integration
        .key::<Uuid>(id, "integrationId")
        .map(IntegrationId::from_uuid)
        .map_err(Failure::refused)
}

impl From<UpdateTicketSettingsInput> for SharedChange {
    fn from(input: UpdateTicketSettingsInput) -> Self {
        Self {
            mode: input.mode.map(ticket_settings::TicketMode::from),
            on_recovery: input.on_recovery.map(ticket_settings::OnRecovery::from),
            close_only_untouched: input.close_only_untouched,
            reopen_within_days: input.reopen_within_days,
            notes: input.notes.map(ticket_settings::NoteVisibility::from),
            expected_version: input.expected_version,
        }
    }
}

async fn agent_change(
    app: &App,
    scope: ProviderScope,
    id: IntegrationId,
    input: UpdateAgentTicketsInput,
) -> Outcome<AgentChange> {
    let rule = |rule: TicketRuleInput| agent_settings::TicketRule {
        trigger: rule.trigger,
        action: rule.action.into(),
    };
    Ok(AgentChange {
        enabled: input.enabled,
        rules: input.rules.map(|rules| rules.into_iter().map(rule).collect()),
        routing: match input.routing {
            Some(routing) => routing_change(app, scope, id, routing).await?,
            None => RoutingChange::default(),
        },
        summary_template: given(input.summary_template),
        body_template: given(input.body_template),
        expected_version: input.expected_version,
    })
}

async fn routing_change(
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

fn wanted(input: PreviewTicketInput) -> Outcome<Wanted> {
    let agent = Agent::from(input.agent);
    let report = input.event.map(|event| match event {
        PreviewEvent::BackupRun(run) => AgentReport::from(run),
        PreviewEvent::RmmAlert(alert) => AgentReport::from(alert),
    });
    if report.as_ref().is_some_and(|report| report.agent() != agent) {
        let error = UserError::new(ErrorCode::Invalid, "The event is of the other agent.").at("event");
        return Err(Failure::refused(
            error.with_remedy("Send an event of the agent that is named."),
        ));
    }
    Ok(Wanted {
        integration: integration(&input.integration_id)?,
        agent,
        summary_template: input.summary_template,
        body_template: input.body_template,
        company: input.company_name,
        report,
    })
}

/// Undefined is no change, null takes back.
fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
