//! Everything about the tickets of an integration.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{
    agent_settings, board, delivery,
    ids::{ConsoleCompanyId, IntegrationId},
    incident, ticket_settings,
};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::{
    job::Problem,
    psa::{Board, BoardStatus, Choice},
    ticket::{Agent, Delivery, DeliveryState, HoldReason, Incident, IncidentState},
};
use crate::{
    graphql::{
        ids::NodeKind,
        pagination::{List, PageArgs, newest_first},
        payload,
        request::{Request, bad_input, internal},
    },
    tickets::{deliveries, routing, settings},
};

/// The tickets of an integration.
#[derive(Debug, Clone, Copy)]
pub struct Ticketing(pub IntegrationId);

/// Ticket settings, incidents and what is owed to the PSA.
#[Object]
impl Ticketing {
    /// What the agents share.
    async fn settings(&self, ctx: &Context<'_>) -> Result<TicketSettings> {
        let shared = settings::shared(ctx.app()?, ctx.scope()?, self.0)
            .await
            .map_err(internal)?;
        Ok(TicketSettings::from(shared))
    }

    /// What becomes of the results of backup plans.
    async fn backup_agent(&self, ctx: &Context<'_>) -> Result<AgentTickets> {
        agent_tickets(ctx, self.0, agent_settings::Agent::Backup).await
    }

    /// What becomes of the alerts of remote monitoring.
    async fn rmm_agent(&self, ctx: &Context<'_>) -> Result<AgentTickets> {
        agent_tickets(ctx, self.0, agent_settings::Agent::Rmm).await
    }

    /// Its incidents, newest first.
    #[graphql(complexity = "5 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incidents; all of them without it.")] filter: Option<IncidentFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<Incident>> {
        use incident::Column;
        let page = PageArgs::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let mut select = ctx
            .scope()?
            .find::<incident::Entity>()
            .filter(Column::IntegrationId.eq(self.0));
        if let Some(states) = filter.states {
            select = select.filter(Column::State.is_in(states.into_iter().map(incident::IncidentState::from)));
        }
        if let Some(agent) = filter.agent {
            select = select.filter(Column::Agent.eq(agent_settings::Agent::from(agent)));
        }
        if let Some(company) = filter.company_id {
            let id = NodeKind::ConsoleCompany
                .key::<Uuid>(&company, "filter.companyId")
                .map_err(|error| bad_input(error.message))?;
            select = select.filter(Column::CompanyId.eq(ConsoleCompanyId::from_uuid(id)));
        }
        let slice = newest_first(ctx, select, Column::Id, &page, |row| row.id.uuid()).await?;
        Ok(slice.connect(Incident))
    }

    /// What it owes and owed the PSA, newest first.
    #[graphql(complexity = "5 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deliveries; all of them without it.")] filter: Option<DeliveryFilter>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<Delivery>> {
        use delivery::Column;
        let page = PageArgs::new(first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let mut select = ctx
            .scope()?
            .find::<delivery::Entity>()
            .filter(Column::IntegrationId.eq(self.0));
        if let Some(states) = filter.states {
            select = select.filter(Column::State.is_in(states.into_iter().map(delivery::DeliveryState::from)));
        }
        if let Some(holds) = filter.holds {
            select = select.filter(Column::Hold.is_in(holds.into_iter().map(delivery::HoldReason::from)));
        }
        let slice = newest_first(ctx, select, Column::Id, &page, |row| row.id.uuid()).await?;
        Ok(slice.connect(Delivery))
    }

    /// How many deliveries are in which state, and why they are held.
    #[graphql(complexity = "10 + child_complexity")]
    async fn delivery_counts(&self, ctx: &Context<'_>) -> Result<Vec<DeliveryCount>> {
        let counts = payload::value(deliveries::counts(ctx.app()?, ctx.scope()?, self.0).await)?;
        let count = |count: deliveries::Count| DeliveryCount {
            state: count.state.into(),
            hold: count.hold.map(HoldReason::from),
            count: count.count,
        };
        Ok(counts.into_iter().map(count).collect())
    }
}

async fn agent_tickets(ctx: &Context<'_>, id: IntegrationId, agent: agent_settings::Agent) -> Result<AgentTickets> {
    let settings = settings::of_agent(ctx.app()?, ctx.scope()?, id, agent)
        .await
        .map_err(internal)?;
    Ok(AgentTickets(settings))
}

/// Which incidents are wanted.
#[derive(Debug, Default, InputObject)]
pub struct IncidentFilter {
    /// Only incidents in these states.
    pub states: Option<Vec<IncidentState>>,
    /// Only incidents of this agent.
    pub agent: Option<Agent>,
    /// Only incidents at this company.
    pub company_id: Option<ID>,
}

/// Which deliveries are wanted.
#[derive(Debug, Default, InputObject)]
pub struct DeliveryFilter {
    /// Only deliveries in these states.
    pub states: Option<Vec<DeliveryState>>,
    /// Only deliveries that are held for these reasons.
    pub holds: Option<Vec<HoldReason>>,
}

/// How many deliveries are in one state.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct DeliveryCount {
    /// The state.
    pub state: DeliveryState,
    /// Why they are held; null in every other state.
    pub hold: Option<HoldReason>,
    /// How many.
    pub count: i64,
}

/// What the agents' tickets have in common.
#[derive(Debug, Clone, SimpleObject)]
pub struct TicketSettings {
    /// What a further failure of an open condition does.
    pub mode: TicketMode,
    /// What happens to the ticket when the condition recovers.
    pub on_recovery: RecoveryPolicy,
    /// Whether recovery closes only tickets that no person has changed; the others get a note.
    pub close_only_untouched: bool,
    /// For how many days after its end a closed ticket is reopened by a new failure; 0 never reopens.
    pub reopen_within_days: i32,
    /// Who sees our notes.
    pub notes: NoteDestination,
    /// The version, to be sent back with a change; 0 before they are saved for the first time.
    pub version: i32,
    /// When they last changed; null before they are saved for the first time.
    pub updated_at: Option<DateTime<Utc>>,
}

impl From<ticket_settings::Model> for TicketSettings {
    fn from(row: ticket_settings::Model) -> Self {
        Self {
            mode: row.mode.into(),
            on_recovery: row.on_recovery.into(),
            close_only_untouched: row.close_only_untouched,
            reopen_within_days: row.reopen_within_days,
            notes: row.notes.into(),
            version: row.version,
            updated_at: (row.version > 0).then_some(row.updated_at),
        }
    }
}

/// The settings of an agent.
#[derive(Debug, Clone)]
pub struct AgentTickets(pub agent_settings::Model);

/// What becomes of the events of one agent.
#[Object]
impl AgentTickets {
    /// The agent.
    async fn agent(&self) -> Agent {
        self.0.agent.into()
    }

    /// Whether its events become tickets at all.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// What each trigger does. A trigger without a rule does nothing.
    async fn rules(&self) -> Vec<TicketRule> {
        let rule = |rule: &agent_settings::TicketRule| TicketRule {
            trigger: rule.trigger.clone(),
            action: rule.action.into(),
        };
        self.0.rules.0.iter().map(rule).collect()
    }

    /// Where its tickets go.
    #[graphql(complexity = "2 + child_complexity")]
    async fn routing(&self, ctx: &Context<'_>) -> Result<TicketRouting> {
        let board = match &self.0.routing.board {
            Some(id) => routing::board(ctx.app()?, ctx.scope()?, self.0.integration_id, id)
                .await
                .map_err(internal)?,
            None => None,
        };
        Ok(TicketRouting::new(&self.0.routing, board))
    }

    /// The template of the summary.
    async fn summary_template(&self) -> &str {
        &self.0.summary_template
    }

    /// The template of the text.
    async fn body_template(&self) -> &str {
        &self.0.body_template
    }

    /// The variables that its templates can use, written in braces.
    async fn variables(&self) -> &[&str] {
        crate::tickets::template::variables(self.0.agent)
    }

    /// What keeps its tickets from being sent; empty when it is switched off.
    #[graphql(complexity = "10 + child_complexity")]
    async fn problems(&self, ctx: &Context<'_>) -> Result<Vec<Problem>> {
        let errors = payload::value(settings::problems(ctx.app()?, ctx.scope()?, &self.0).await)?;
        Ok(errors
            .iter()
            .map(|error| Problem::from(error.to_problem(self.0.updated_at)))
            .collect())
    }

    /// The version, to be sent back with a change; 0 before they are saved for the first time.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// What one trigger does.
#[derive(Debug, Clone, SimpleObject)]
pub struct TicketRule {
    /// A plan status such as `ERROR`, or an alert type with a severity such as `CPU_USAGE:PROBLEM`.
    pub trigger: String,
    /// What it does.
    pub action: RuleAction,
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
            board: board.map(Board),
        }
    }
}

/// What a further failure of an open condition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ticket_settings::TicketMode")]
pub enum TicketMode {
    /// Each opens a ticket of its own.
    NewTicketPerEvent,
    /// It becomes a note on the open ticket.
    AppendToOpen,
}

/// What happens to the ticket when the condition recovers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ticket_settings::OnRecovery")]
pub enum RecoveryPolicy {
    /// It is closed.
    Close,
    /// It gets a note.
    Note,
    /// It stays as it is.
    Nothing,
}

/// Who sees a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ticket_settings::NoteVisibility")]
pub enum NoteDestination {
    /// The customer too.
    Discussion,
    /// Only the provider's people.
    Internal,
}

/// What a rule does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "agent_settings::RuleAction")]
pub enum RuleAction {
    /// Opens an incident, or counts on the open one.
    Open,
    /// Adds a note to the open incident.
    Note,
    /// Ends the open incident.
    Close,
    /// Nothing.
    Ignore,
}
