//! Where the tickets of one company go, when not where the others' do.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use psa_entities::{
    company_routing,
    ids::{ConsoleCompanyId, IntegrationId},
};

use super::routing::{self, TicketRouting};
use crate::{
    graphql::{
        loaders::ticket::OverridesOf,
        payload,
        request::{Request, internal},
        types::{console::ConsoleCompany, job::Problem, ticket::Agent},
    },
    tickets::settings::companies,
};

/// The routings that a company has of its own.
pub async fn overrides(
    ctx: &Context<'_>,
    integration: IntegrationId,
    company: ConsoleCompanyId,
) -> Result<Vec<TicketOverride>> {
    let rows = ctx
        .rows()?
        .load_one(OverridesOf(integration, company))
        .await
        .map_err(internal)?;
    Ok(rows.unwrap_or_default().into_iter().map(TicketOverride).collect())
}

/// A company's own routing.
#[derive(Debug, Clone)]
pub struct TicketOverride(pub company_routing::Model);

/// The routing of one company's tickets, which stands in the place of the agent's whole routing.
#[Object]
impl TicketOverride {
    /// The company.
    async fn company(&self, ctx: &Context<'_>) -> Result<ConsoleCompany> {
        let row = ctx.rows()?.load_one(self.0.company_id).await.map_err(internal)?;
        row.map(ConsoleCompany::from)
            .ok_or_else(|| internal("a routing without its company"))
    }

    /// The agent whose tickets it routes.
    async fn agent(&self) -> Agent {
        self.0.agent.into()
    }

    /// Where its tickets go.
    #[graphql(complexity = "2 + child_complexity")]
    async fn routing(&self, ctx: &Context<'_>) -> Result<TicketRouting> {
        routing::shown(ctx, self.0.integration_id, &self.0.routing).await
    }

    /// What keeps its tickets from being sent.
    #[graphql(complexity = "10 + child_complexity")]
    async fn problems(&self, ctx: &Context<'_>) -> Result<Vec<Problem>> {
        let errors = payload::value(companies::problems(ctx.app()?, ctx.scope()?, &self.0).await)?;
        let problem = |error: &crate::failure::UserError| Problem::from(error.to_problem(self.0.changed_at));
        Ok(errors.iter().map(problem).collect())
    }

    /// When it last changed.
    async fn changed_at(&self) -> DateTime<Utc> {
        self.0.changed_at
    }

    /// Who changed it.
    async fn changed_by(&self) -> &str {
        &self.0.changed_by
    }
}
