//! Where single companies' tickets go, and test tickets.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use psa_entities::{agent_settings, ids::ConsoleCompanyId};
use uuid::Uuid;

use super::inputs::{TicketRoutingInput, integration, routing_change};
use crate::{
    auth::{Permission, guard::Requires},
    failure::{Failure, Outcome, UserError},
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        types::{
            ticket::{Agent, Incident},
            ticketing::TicketOverride,
        },
    },
    tickets::{settings::companies, trial},
};

/// Mutations of what single companies' tickets do.
#[derive(Debug, Default)]
pub(super) struct CompanyTicketMutations;

/// A routing of companies' own.
#[derive(Debug, InputObject)]
struct SetTicketOverrideInput {
    /// The integration.
    integration_id: ID,
    /// The agent whose tickets are routed.
    agent: Agent,
    /// The companies, at most 1,000.
    company_ids: Vec<ID>,
    /// Where their tickets go. It is complete: what it leaves out is not taken from the agent's routing. Null lets the
    /// companies follow the agent's routing again.
    routing: Option<TicketRoutingInput>,
}

/// What `setTicketOverride` did.
#[derive(Debug, SimpleObject)]
struct SetTicketOverridePayload {
    /// The companies' own routings as they are now; empty when they have none any more. Null when nothing was changed.
    overrides: Option<Vec<TicketOverride>>,
    /// Why nothing was changed; empty when it was.
    user_errors: Vec<UserError>,
}

/// A test ticket.
#[derive(Debug, InputObject)]
struct SendTestTicketInput {
    /// The integration, which must be active.
    integration_id: ID,
    /// The agent whose settings are tested.
    agent: Agent,
    /// The company that the ticket is for, which must be bound.
    company_id: ID,
    /// Whether the ticket is closed again, which tests that too.
    #[graphql(default)]
    close: bool,
}

/// What `sendTestTicket` did.
#[derive(Debug, SimpleObject)]
struct SendTestTicketPayload {
    /// The incident that stands for the test: its deliveries tell how far it is, its ticket where to look. Null when there
    /// is none.
    incident: Option<Incident>,
    /// Why there is none; empty when there is one.
    user_errors: Vec<UserError>,
}

#[Object]
impl CompanyTicketMutations {
    /// Gives companies a routing of their own for the tickets of an agent, or takes it back: all of them or none.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn set_ticket_override(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The routing.")] input: SetTicketOverrideInput,
    ) -> Answer<SetTicketOverridePayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let set = async {
            let id = integration(&input.integration_id)?;
            let companies = keys(&input.company_ids)?;
            let agent = agent_settings::Agent::from(input.agent);
            let change = match input.routing {
                Some(routing) => Some(routing_change(app, stamp.scope, id, routing).await?),
                None => None,
            };
            companies::set(app, stamp, id, (agent, &companies), change).await
        };
        let (rows, user_errors) = settle(set.await)?;
        Ok(Some(SetTicketOverridePayload {
            overrides: rows.map(|rows| rows.into_iter().map(TicketOverride).collect()),
            user_errors,
        }))
    }

    /// Sends a test ticket with a sample event, by the way that every ticket goes.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "20 + child_complexity")]
    async fn send_test_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The test.")] input: SendTestTicketInput,
    ) -> Answer<SendTestTicketPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let send = async {
            let id = integration(&input.integration_id)?;
            let company = company(&input.company_id, "companyId")?;
            let agent = agent_settings::Agent::from(input.agent);
            trial::send(app, stamp, id, (agent, company), input.close).await
        };
        let (incident, user_errors) = settle(send.await)?;
        Ok(Some(SendTestTicketPayload {
            incident: incident.map(Incident),
            user_errors,
        }))
    }
}

fn keys(ids: &[ID]) -> Outcome<Vec<ConsoleCompanyId>> {
    let keys = ids.iter().enumerate();
    keys.map(|(index, id)| company(id, &format!("companyIds.{index}")))
        .collect()
}

fn company(id: &ID, field: &str) -> Outcome<ConsoleCompanyId> {
    NodeKind::ConsoleCompany
        .key::<Uuid>(id, field)
        .map(ConsoleCompanyId::from_uuid)
        .map_err(Failure::refused)
}
