//! Ticket settings, and what a ticket would say with them.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, OneofObject, SimpleObject};
use psa_entities::{ProviderScope, agent_settings::Agent, ids::IntegrationId, ticket_settings};

use super::{
    events::{BackupRunInput, RmmAlertInput},
    inputs::{TicketRoutingInput, TicketRuleInput, given, integration, routing_change, rule},
};
use crate::{
    app::App,
    auth::{Permission, guard::Requires},
    failure::{ErrorCode, Failure, Outcome, UserError},
    graphql::{
        payload::{Answer, settle},
        request::Request,
        types::{
            ticket,
            ticketing::{AgentTickets, NoteDestination, RecoveryPolicy, RuleAction, TicketMode, TicketSettings},
        },
    },
    tickets::{
        event::AgentReport,
        preview::{self, Wanted},
        settings::{self, AgentChange, RoutingChange, SharedChange, StormCap},
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
    /// After how many repeats of an open condition its ticket gets the agent's raised priority: 1 to 1,000; null never
    /// raises it.
    escalate_after_repeats: MaybeUndefined<i32>,
    /// From when on further conditions of a company share one ticket; null never.
    storm_cap: MaybeUndefined<StormCapInput>,
    /// After how many days a held delivery becomes a dead letter: 1 to 365; null never.
    expire_after_days: MaybeUndefined<i32>,
    /// Who sees our notes.
    notes: Option<NoteDestination>,
    /// The version that the change was made from. With it, a change that somebody else made meanwhile is not overwritten.
    expected_version: Option<i32>,
}

/// How many new tickets a company may have within a time before its further conditions share one.
#[derive(Debug, Clone, Copy, InputObject)]
struct StormCapInput {
    /// The tickets: 1 to 10,000.
    tickets: i32,
    /// The time in minutes: 1 to 10,080, which is a week.
    minutes: i32,
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
    ) -> Answer<UpdateTicketSettingsPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let update = async {
            let id = integration(&input.integration_id)?;
            settings::update_shared(app, stamp, id, input.into()).await
        };
        let (settings, user_errors) = settle(update.await)?;
        Ok(Some(UpdateTicketSettingsPayload {
            settings: settings.map(TicketSettings::from),
            user_errors,
        }))
    }

    /// Changes what becomes of the results of backup plans. Settings that are switched on must be complete.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn update_backup_agent_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateAgentTicketsInput,
    ) -> Answer<UpdateAgentTicketsPayload> {
        update_agent(ctx, Agent::Backup, input).await
    }

    /// Changes what becomes of the alerts of remote monitoring. Settings that are switched on must be complete.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn update_rmm_agent_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateAgentTicketsInput,
    ) -> Answer<UpdateAgentTicketsPayload> {
        update_agent(ctx, Agent::Rmm, input).await
    }

    /// Shows what a ticket would say, for a given or a sample event. Nothing is stored or sent.
    #[graphql(guard = "Requires(Permission::PsaRead)", complexity = "10 + child_complexity")]
    async fn preview_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket.")] input: PreviewTicketInput,
    ) -> Answer<PreviewTicketPayload> {
        let (app, scope) = (ctx.app()?, ctx.scope()?);
        let preview = async { preview::preview(app, scope, wanted(input)?).await };
        let (preview, user_errors) = settle(preview.await)?;
        let preview = preview.map(|shown| TicketPreview {
            summary: shown.summary,
            body: shown.body,
            trigger: shown.trigger,
            action: shown.action.into(),
        });
        Ok(Some(PreviewTicketPayload { preview, user_errors }))
    }
}

async fn update_agent(
    ctx: &Context<'_>,
    agent: Agent,
    input: UpdateAgentTicketsInput,
) -> Answer<UpdateAgentTicketsPayload> {
    let (app, stamp) = (ctx.app()?, ctx.stamp()?);
    let update = async {
        let id = integration(&input.integration_id)?;
        let change = agent_change(app, stamp.scope, id, input).await?;
        settings::update_agent(app, stamp, id, agent, change).await
    };
    let (tickets, user_errors) = settle(update.await)?;
    Ok(Some(UpdateAgentTicketsPayload {
        tickets: tickets.map(AgentTickets),
        user_errors,
    }))
}

impl From<UpdateTicketSettingsInput> for SharedChange {
    fn from(input: UpdateTicketSettingsInput) -> Self {
        Self {
            mode: input.mode.map(ticket_settings::TicketMode::from),
            on_recovery: input.on_recovery.map(ticket_settings::OnRecovery::from),
            close_only_untouched: input.close_only_untouched,
            reopen_within_days: input.reopen_within_days,
            escalate_after: given(input.escalate_after_repeats),
            storm: given(input.storm_cap).map(|storm| {
                storm.map(|storm| StormCap {
                    tickets: storm.tickets,
                    minutes: storm.minutes,
                })
            }),
            expire_after_days: given(input.expire_after_days),
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
