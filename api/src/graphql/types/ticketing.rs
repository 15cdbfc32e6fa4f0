//! Everything about the tickets of an integration.

mod agent;
mod company;
mod routing;
mod shared;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use psa_entities::{
    agent_settings, delivery,
    ids::{ConsoleCompanyId, IntegrationId},
    incident,
};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

pub use self::{
    agent::{AgentTickets, RuleAction, TicketRule},
    company::{TicketOverride, overrides},
    routing::{ContactPolicy, TicketRouting},
    shared::{NoteDestination, RecoveryPolicy, TicketMode, TicketSettings},
};
use super::ticket::{Agent, Delivery, DeliveryState, HoldReason, Incident, IncidentKind, IncidentState};
use crate::{
    graphql::{
        ids::NodeKind,
        pagination::{List, PageArgs, newest_first},
        payload,
        request::{Request, bad_input, internal},
    },
    tickets::{deliveries, settings},
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
        if let Some(kinds) = filter.kinds {
            select = select.filter(Column::Kind.is_in(kinds.into_iter().map(incident::IncidentKind::from)));
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
    /// Only incidents that stand for these.
    pub kinds: Option<Vec<IncidentKind>>,
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
