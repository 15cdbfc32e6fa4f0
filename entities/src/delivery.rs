//! What incidents owe the PSA.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    Json, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentEventId, DeliveryId, IncidentId, IntegrationId, ProviderId};
use crate::problem::Problem;
use crate::scope::Scoped;

/// One operation on the PSA that an incident owes. Workers lease due rows across providers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// The incident that owes it.
    pub incident_id: IncidentId,
    /// Its place within the incident, from 0; later ones wait for earlier ones.
    pub sequence: i32,
    /// What it does.
    pub kind: DeliveryKind,
    /// How far it is.
    pub state: DeliveryState,
    /// Why it is held; absent in every other state.
    pub hold: Option<HoldReason>,
    /// Marker that the write carries, by which it is found again after an uncertain outcome.
    pub marker: String,
    /// Since when it has been held, however often it was let go in between; absent until it is, and after a retry.
    pub held_at: Option<DateTime<Utc>>,
    /// The event that caused it; absent when a person or the schedule did, or the event has been cleared away.
    pub event_id: Option<AgentEventId>,
    /// Calls begun so far.
    pub attempts: i32,
    /// When it is due.
    pub next_attempt_at: DateTime<Utc>,
    /// The worker that leases it; absent while none does.
    pub lease_owner: Option<String>,
    /// When the lease lapses and another worker may take it.
    pub lease_until: Option<DateTime<Utc>>,
    /// Why the latest attempt failed.
    pub problem: Option<Problem>,
    /// What the PSA answered.
    pub outcome: Option<Json>,
    /// When it became due.
    pub created_at: DateTime<Utc>,
    /// When the PSA had it.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The integration that `integration_id` names.
    #[sea_orm(
        belongs_to = "super::integration::Entity",
        from = "Column::IntegrationId",
        to = "super::integration::Column::Id",
        on_delete = "Cascade"
    )]
    Integration,
    /// The incident that `incident_id` names.
    #[sea_orm(
        belongs_to = "super::incident::Entity",
        from = "Column::IncidentId",
        to = "super::incident::Column::Id",
        on_delete = "Cascade"
    )]
    Incident,
    /// The agent event that `event_id` names.
    #[sea_orm(
        belongs_to = "super::agent_event::Entity",
        from = "Column::EventId",
        to = "super::agent_event::Column::Id",
        on_delete = "SetNull"
    )]
    Event,
    /// Its delivery attempts.
    #[sea_orm(has_many = "super::delivery_attempt::Entity")]
    DeliveryAttempt,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::incident::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Incident.def()
    }
}

impl Related<super::agent_event::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Event.def()
    }
}

impl Related<super::delivery_attempt::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::DeliveryAttempt.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// What a delivery does in the PSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryState {
    /// Waits for its turn.
    Owed,
    /// Waits for its hold reason to go away.
    Held,
    /// A worker calls the PSA.
    Sending,
    /// A call may have happened; the marker decides.
    Uncertain,
    /// The PSA has it.
    Delivered,
    /// Failed for good; a person retries or discards it.
    Dead,
    /// A person gave it up.
    Discarded,
}

/// Why a delivery is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HoldReason {
    /// Nobody said which PSA company the console company is.
    CompanyUnmapped,
    /// The console company is excluded.
    CompanyExcluded,
    /// The routing names no board, or one that is gone.
    RoutingIncomplete,
    /// The integration is paused.
    IntegrationPaused,
    /// The PSA refuses our credentials.
    IntegrationBroken,
    /// The PSA does not answer.
    PsaUnavailable,
    /// An earlier delivery of the incident is not done.
    EarlierDelivery,
}
