//! What becomes of the events of one agent.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use psa_entities::agent_settings;

use super::routing::{self, TicketRouting};
use crate::{
    graphql::{
        payload,
        request::Request,
        types::{job::Problem, ticket::Agent},
    },
    tickets::settings,
};

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
            after: rule.after,
            after_minutes: rule.after_minutes,
            priority_id: rule.priority.clone().map(ID),
        };
        self.0.rules.0.iter().map(rule).collect()
    }

    /// Where its tickets go.
    #[graphql(complexity = "2 + child_complexity")]
    async fn routing(&self, ctx: &Context<'_>) -> Result<TicketRouting> {
        routing::shown(ctx, self.0.integration_id, &self.0.routing).await
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
    /// How many failures open a ticket; 1 opens at the first, unless `afterMinutes` waits. Of both, what comes first
    /// counts.
    pub after: u32,
    /// How many minutes a condition may last before it opens a ticket; 0 does not wait.
    pub after_minutes: u32,
    /// The id of the priority of its tickets in the PSA; null for the routing's.
    pub priority_id: Option<ID>,
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
