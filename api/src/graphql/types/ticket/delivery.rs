//! What an incident owes the PSA, and every attempt at it.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{delivery, delivery_attempt};

use super::Incident;
use crate::graphql::{
    ids::NodeKind,
    loaders::ticket::AttemptsOf,
    request::{Request, internal},
    types::job::Problem,
};

/// A delivery.
#[derive(Debug, Clone)]
pub struct Delivery(pub delivery::Model);

/// One operation on the PSA that an incident owes. It is carried out exactly once, whatever breaks meanwhile.
#[Object]
impl Delivery {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::Delivery.id(self.0.id)
    }

    /// What it does.
    async fn kind(&self) -> DeliveryKind {
        self.0.kind.into()
    }

    /// How far it is.
    async fn state(&self) -> DeliveryState {
        self.0.state.into()
    }

    /// Why it is held; null in every other state.
    async fn hold(&self) -> Option<HoldReason> {
        self.0.hold.map(HoldReason::from)
    }

    /// The marker that the ticket or note bears in the PSA.
    async fn marker(&self) -> &str {
        &self.0.marker
    }

    /// The attempts so far, in order.
    #[graphql(complexity = "2 + 3 * child_complexity")]
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<DeliveryAttempt>> {
        let rows = ctx.rows()?.load_one(AttemptsOf(self.0.id)).await.map_err(internal)?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .map(DeliveryAttempt::from)
            .collect())
    }

    /// The incident that owes it.
    async fn incident(&self, ctx: &Context<'_>) -> Result<Incident> {
        let row = ctx.rows()?.load_one(self.0.incident_id).await.map_err(internal)?;
        row.map(Incident)
            .ok_or_else(|| internal("a delivery without its incident"))
    }

    /// When it is tried next; null when nothing is going to be tried.
    async fn next_attempt_at(&self) -> Option<DateTime<Utc>> {
        let waits = matches!(
            self.0.state,
            delivery::DeliveryState::Owed | delivery::DeliveryState::Uncertain
        );
        waits.then_some(self.0.next_attempt_at)
    }

    /// Why it is not delivered, as far as that is known; null when nothing is wrong.
    async fn problem(&self) -> Option<Problem> {
        self.0.problem.clone().map(Problem::from)
    }

    /// When it became owed.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the PSA had it; null before.
    async fn delivered_at(&self) -> Option<DateTime<Utc>> {
        self.0.delivered_at
    }
}

/// One attempt to deliver. It is recorded before the PSA is called.
#[derive(Debug, Clone, SimpleObject)]
pub struct DeliveryAttempt {
    /// Its number, from 1.
    pub number: i32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its outcome was known; null while it is not.
    pub finished_at: Option<DateTime<Utc>>,
    /// How it ended; null while that is not known.
    pub outcome: Option<AttemptOutcome>,
    /// Why it failed; null when it did not.
    pub problem: Option<Problem>,
}

impl From<delivery_attempt::Model> for DeliveryAttempt {
    fn from(row: delivery_attempt::Model) -> Self {
        Self {
            number: row.number,
            started_at: row.started_at,
            finished_at: row.finished_at,
            outcome: row.outcome.map(AttemptOutcome::from),
            problem: row.problem.map(Problem::from),
        }
    }
}

/// What a delivery does in the PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "delivery::DeliveryKind")]
pub enum DeliveryKind {
    /// Creates the ticket.
    Open,
    /// Adds a note.
    Note,
    /// Closes the ticket.
    Close,
    /// Reopens the ticket.
    Reopen,
    /// Raises the ticket's priority.
    Escalate,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "delivery::DeliveryState")]
pub enum DeliveryState {
    /// It waits for its turn.
    Owed,
    /// It waits until the reason for holding it is gone, and then goes on by itself.
    Held,
    /// The PSA is being called.
    Sending,
    /// The call may have happened. Before it is made again, the PSA is searched for what it may have written.
    Uncertain,
    /// The PSA has it.
    Delivered,
    /// It failed for good. Retry it when the cause is mended, or discard it.
    Dead,
    /// It was given up.
    Discarded,
}

/// Why a delivery is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "delivery::HoldReason")]
pub enum HoldReason {
    /// Nobody said which PSA company the company is.
    CompanyUnmapped,
    /// The company is excluded.
    CompanyExcluded,
    /// The routing lacks something, or names what the PSA no longer has.
    RoutingIncomplete,
    /// The integration is paused, or not activated yet.
    IntegrationPaused,
    /// The PSA does not accept the keys.
    IntegrationBroken,
    /// The PSA does not answer.
    PsaUnavailable,
    /// An earlier delivery of the incident is held or dead.
    EarlierDelivery,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "delivery_attempt::AttemptOutcome")]
pub enum AttemptOutcome {
    /// The PSA accepted the write.
    Delivered,
    /// It was there already: from an earlier attempt, or because a person was faster.
    Adopted,
    /// The PSA refused it.
    Refused,
    /// The call ended without an answer.
    Uncertain,
    /// The call had no effect.
    NotSent,
}
