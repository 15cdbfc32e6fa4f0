//! Incidents, what they owe the PSA, and the tickets that stand for them.

mod delivery;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{agent_event, agent_settings, incident};

pub use delivery::{AttemptOutcome, Delivery, DeliveryAttempt, DeliveryKind, DeliveryState, HoldReason};

use super::console::ConsoleCompany;
use crate::{
    graphql::{
        ids::NodeKind,
        loaders::{
            nested::page_of,
            ticket::{ConditionsOf, DeliveriesOf, EventsOf},
        },
        pagination::{List, PageArgs},
        request::{Request, internal},
    },
    tickets::{event::AgentReport, known::KnownTicket},
};

/// An incident.
#[derive(Debug, Clone)]
pub struct Incident(pub incident::Model);

/// A condition from its first event to its recovery, and the ticket that stands for it.
#[Object]
impl Incident {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::Incident.id(self.0.id)
    }

    /// The company it happens at.
    async fn company(&self, ctx: &Context<'_>) -> Result<ConsoleCompany> {
        let row = ctx.rows()?.load_one(self.0.company_id).await.map_err(internal)?;
        row.map(ConsoleCompany::from)
            .ok_or_else(|| internal("an incident without its company"))
    }

    /// The agent that reports it.
    async fn agent(&self) -> Agent {
        self.0.agent.into()
    }

    /// What it stands for.
    async fn kind(&self) -> IncidentKind {
        self.0.kind.into()
    }

    /// The storm whose ticket it shares; null while it has, or waits for, its own.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Incident>> {
        let Some(parent) = self.0.parent_id else {
            return Ok(None);
        };
        let row = ctx.rows()?.load_one(parent).await.map_err(internal)?;
        Ok(row.map(Incident))
    }

    /// The incidents that share its ticket, when it is a storm, newest first.
    #[graphql(complexity = "5 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn conditions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<Incident>> {
        let page = PageArgs::new(first, after, last, before)?;
        let slice = page_of(ctx, ConditionsOf, self.0.id, &page).await?;
        Ok(slice.connect(Incident))
    }

    /// The stable name of the condition.
    async fn condition(&self) -> &str {
        &self.0.condition_key
    }

    /// How far it is.
    async fn state(&self) -> IncidentState {
        self.0.state.into()
    }

    /// The worst severity seen.
    async fn severity(&self) -> Severity {
        self.0.severity.into()
    }

    /// What its latest failure says, in one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// How many failures were reported.
    async fn occurrences(&self) -> i32 {
        self.0.occurrences
    }

    /// When its first event happened.
    async fn first_at(&self) -> DateTime<Utc> {
        self.0.first_at
    }

    /// When its latest event happened.
    async fn last_at(&self) -> DateTime<Utc> {
        self.0.last_at
    }

    /// When it opens a ticket unless it recovers before; null when it does not wait, or waits for failures only.
    async fn opens_at(&self) -> Option<DateTime<Utc>> {
        self.0.opens_at
    }

    /// When it was given a ticket, its own or a storm's; null while it waits.
    async fn opened_at(&self) -> Option<DateTime<Utc>> {
        self.0.opened_at
    }

    /// Whether the priority of its ticket was raised.
    async fn escalated(&self) -> bool {
        self.0.escalated
    }

    /// When its condition recovered; null while it holds.
    async fn recovered_at(&self) -> Option<DateTime<Utc>> {
        self.0.recovered_at
    }

    /// When it stopped being open, on our side or in the PSA; null while it is open.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }

    /// Its ticket as last read; null until there is one.
    async fn ticket(&self) -> Result<Option<Ticket>> {
        let known = self
            .0
            .ticket
            .clone()
            .map(serde_json::from_value::<KnownTicket>)
            .transpose();
        Ok(known.map_err(internal)?.map(Ticket::from))
    }

    /// The events that were reported of its condition while it lasted, newest first.
    #[graphql(complexity = "5 + usize::try_from(first.or(last).unwrap_or(50)).unwrap_or(50) * child_complexity")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The size of a page forwards, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go forwards from.")] after: Option<String>,
        #[graphql(desc = "The size of a page backwards, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go backwards from.")] before: Option<String>,
    ) -> Result<List<AgentEvent>> {
        let page = PageArgs::new(first, after, last, before)?;
        let slice = page_of(ctx, EventsOf, self.0.id, &page).await?;
        Ok(slice.connect(AgentEvent))
    }

    /// What it owes and owed the PSA, in order.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn deliveries(&self, ctx: &Context<'_>) -> Result<Vec<Delivery>> {
        let rows = ctx.rows()?.load_one(DeliveriesOf(self.0.id)).await.map_err(internal)?;
        Ok(rows.unwrap_or_default().into_iter().map(Delivery).collect())
    }
}

/// A ticket of the PSA.
#[derive(Debug, Clone, SimpleObject)]
pub struct Ticket {
    /// The id in the PSA.
    pub external_id: String,
    /// The number that people call it by; null where that is the id.
    pub number: Option<String>,
    /// The page a person opens to see it; null when the PSA does not say.
    pub url: Option<String>,
    /// The name of its status; null when the PSA does not say.
    pub status: Option<String>,
    /// Whether it counts as closed.
    pub closed: bool,
    /// Whether somebody else than us was seen to have changed it.
    pub touched_by_person: bool,
}

impl From<KnownTicket> for Ticket {
    fn from(known: KnownTicket) -> Self {
        Self {
            external_id: known.ticket.id.to_string(),
            number: known.ticket.number,
            url: known.ticket.url,
            status: known.ticket.status_name,
            closed: known.ticket.closed,
            touched_by_person: known.touched,
        }
    }
}

/// An event.
#[derive(Debug, Clone)]
pub struct AgentEvent(pub agent_event::Model);

/// An event as an agent reported it.
#[Object]
impl AgentEvent {
    /// The id that the sender gave it.
    async fn event_id(&self) -> &str {
        &self.0.event_id
    }

    /// What rules are looked up by, such as `ERROR` or `CPU_USAGE:PROBLEM`.
    async fn trigger(&self) -> &str {
        &self.0.status
    }

    /// How bad it is.
    async fn severity(&self) -> Result<Severity> {
        Ok(self.report()?.severity().into())
    }

    /// The computer it happened on.
    async fn computer(&self) -> Result<String> {
        Ok(match self.report()? {
            AgentReport::Backup(run) => run.computer_name,
            AgentReport::Rmm(alert) => alert.computer_name,
        })
    }

    /// The plan of a backup run, or the title of an alert.
    async fn title(&self) -> Result<String> {
        Ok(match self.report()? {
            AgentReport::Backup(run) => run.plan_name,
            AgentReport::Rmm(alert) => alert.title,
        })
    }

    /// What the agent said about it; null when it said nothing.
    async fn message(&self) -> Result<Option<String>> {
        Ok(match self.report()? {
            AgentReport::Backup(run) => run.error_message,
            AgentReport::Rmm(alert) => alert.message,
        })
    }

    /// When it happened, by the sender's clock.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.occurred_at
    }

    /// When it was reported.
    async fn received_at(&self) -> DateTime<Utc> {
        self.0.received_at
    }
}

impl AgentEvent {
    fn report(&self) -> Result<AgentReport> {
        serde_json::from_value(self.0.detail.clone()).map_err(internal)
    }
}

/// Which agent reports an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "agent_settings::Agent")]
pub enum Agent {
    /// The backup agent: results of backup plans.
    Backup,
    /// The remote monitoring agent: alerts.
    Rmm,
}

/// How far an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "incident::IncidentState")]
pub enum IncidentState {
    /// The condition holds, and is not yet worth a ticket.
    Waiting,
    /// The condition holds.
    Open,
    /// The condition is gone, its ticket is not closed.
    Recovered,
    /// The condition is gone and we close its ticket.
    Closed,
    /// A person closed its ticket in the PSA.
    ClosedInPsa,
}

/// How bad a condition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "incident::Severity")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// May become a failure.
    Warning,
    /// Something failed.
    Error,
    /// Something failed and data is at risk.
    Critical,
}

/// What an incident stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "incident::IncidentKind")]
pub enum IncidentKind {
    /// One condition.
    Condition,
    /// Many conditions of a company at once, which share its ticket.
    Storm,
    /// A person's test of the settings.
    Test,
}
