//! Which events of an agent become tickets, and where they go.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, ProviderId};
use crate::scope::Scoped;

/// Ticket rules, routing and texts of one agent. One row per integration and agent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agent_settings")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The agent whose events it handles.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent: Agent,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Whether its events become tickets at all.
    pub enabled: bool,
    /// What each trigger does; a trigger without a rule does nothing.
    pub rules: TicketRules,
    /// Where its tickets go in the PSA.
    pub routing: TicketRouting,
    /// Template of the ticket's summary.
    pub summary_template: String,
    /// Template of the ticket's first text.
    pub body_template: String,
    /// Grows by one with every change, so that a stale form cannot overwrite a newer one.
    pub version: i32,
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
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// Which agent reports an event.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Agent {
    /// The backup agent: results of backup plans.
    Backup,
    /// The remote monitoring agent: alerts.
    Rmm,
}

/// The rules of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct TicketRules(pub Vec<TicketRule>);

/// What one trigger does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRule {
    /// Plan status or alert type that it answers to, as the agent names it.
    pub trigger: String,
    /// What it does.
    pub action: RuleAction,
    /// Failures that open a ticket; 1 opens at the first, unless `after_minutes` waits.
    #[serde(default = "at_once")]
    pub after: u32,
    /// Minutes that a condition may last before it opens a ticket; 0 does not wait.
    #[serde(default)]
    pub after_minutes: u32,
    /// Id of the priority that its tickets get instead of the routing's.
    #[serde(default)]
    pub priority: Option<String>,
}

impl TicketRule {
    /// A rule that acts at once, with the routing's priority.
    pub fn new(trigger: impl Into<String>, action: RuleAction) -> Self {
        Self {
            trigger: trigger.into(),
            action,
            after: at_once(),
            after_minutes: 0,
            priority: None,
        }
    }
}

fn at_once() -> u32 {
    1
}

/// What a rule does with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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

/// Where tickets go in the PSA. All ids are the PSA's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct TicketRouting {
    /// Id of the board; tickets are held while it is absent.
    pub board: Option<String>,
    /// Id of the status of new tickets; the board's default when absent.
    pub new_status: Option<String>,
    /// Id of the status that closes a ticket.
    pub closed_status: Option<String>,
    /// Id of the status of a reopened ticket; that of new ones when absent.
    pub reopen_status: Option<String>,
    /// Id of the chosen value by routing field of the connector.
    pub fields: BTreeMap<String, String>,
    /// Id of the priority of a ticket whose condition was repeated too often; never raised when absent.
    #[serde(default)]
    pub raised_priority: Option<String>,
    /// Who at the company a new ticket names.
    #[serde(default)]
    pub contact: ContactPolicy,
}

/// Who at the company a new ticket names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContactPolicy {
    /// The PSA contact that the user of the event is bound to, where there is one.
    #[default]
    BoundUser,
    /// Nobody.
    None,
}
