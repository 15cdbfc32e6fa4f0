//! A condition from its first event to its end.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    Json, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::agent_settings::Agent;
use crate::ids::{ConsoleCompanyId, IncidentId, IntegrationId, ProviderId};
use crate::scope::Scoped;

/// One occurrence of a condition in an integration, and the ticket that stands for it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// The company it happens at.
    pub company_id: ConsoleCompanyId,
    /// The agent that reports it.
    pub agent: Agent,
    /// What it stands for.
    pub kind: IncidentKind,
    /// The storm whose ticket it shares; absent while it has, or waits for, its own.
    pub parent_id: Option<IncidentId>,
    /// The condition, as its events name it.
    pub condition_key: String,
    /// Equal to `condition_key` while it is open, else absent: unique, so a condition has one open incident at most.
    pub open_key: Option<String>,
    /// How often the condition has occurred before, from 0.
    pub epoch: i32,
    /// How far it is.
    pub state: IncidentState,
    /// The worst severity seen.
    pub severity: Severity,
    /// What a person reads, from its latest event.
    pub title: String,
    /// Events that reported it.
    pub occurrences: i32,
    /// When its first event happened.
    pub first_at: DateTime<Utc>,
    /// When its latest event happened.
    pub last_at: DateTime<Utc>,
    /// When it opens a ticket unless it recovers before; absent when no time is set.
    pub opens_at: Option<DateTime<Utc>>,
    /// When it was given a ticket, its own or a storm's; absent while it waits.
    pub opened_at: Option<DateTime<Utc>>,
    /// Whether its ticket's priority was raised.
    pub escalated: bool,
    /// When its condition recovered.
    pub recovered_at: Option<DateTime<Utc>>,
    /// When it stopped being open, on our side or in the PSA.
    pub ended_at: Option<DateTime<Utc>>,
    /// Marker by which its ticket is found in the PSA again.
    pub marker: String,
    /// Id of its ticket in the PSA; absent until one is created or adopted.
    pub ticket_external_id: Option<String>,
    /// Its ticket as last read.
    pub ticket: Option<Json>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
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
    /// The console company that `company_id` names.
    #[sea_orm(
        belongs_to = "super::console_company::Entity",
        from = "Column::CompanyId",
        to = "super::console_company::Column::Id",
        on_delete = "Cascade"
    )]
    Company,
    /// Its deliveries.
    #[sea_orm(has_many = "super::delivery::Entity")]
    Delivery,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::console_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Company.def()
    }
}

impl Related<super::delivery::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Delivery.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// How far an incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IncidentState {
    /// The condition holds, and is not yet worth a ticket.
    Waiting,
    /// The condition holds.
    Open,
    /// The condition is gone, its ticket is not closed.
    Recovered,
    /// The condition is gone and we closed its ticket.
    Closed,
    /// A person closed its ticket in the PSA.
    ClosedInPsa,
}

/// What an incident stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IncidentKind {
    /// One condition.
    Condition,
    /// Many conditions of a company at once, which share its ticket.
    Storm,
    /// A person's test of the settings.
    Test,
}

/// How bad a condition is, mildest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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
