//! Events as the agents reported them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, Json,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};

use crate::agent_settings::Agent;
use crate::ids::{AgentEventId, ConsoleCompanyId, ProviderId};
use crate::scope::Scoped;

/// One backup run result or alert change. The sender's id makes a repeated report harmless.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agent_event")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgentEventId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The agent that reported it.
    pub agent: Agent,
    /// Id that the sender gave it; unique per provider and agent.
    pub event_id: String,
    /// The company it happened at.
    pub company_id: ConsoleCompanyId,
    /// Stable key of the thing that is wrong; holds neither title nor time.
    pub condition_key: String,
    /// Plan status or alert type, as the agent names it.
    pub status: String,
    /// When it happened, by the sender's clock.
    pub occurred_at: DateTime<Utc>,
    /// When it was reported, by ours.
    pub received_at: DateTime<Utc>,
    /// The rest of the report, for the templates.
    pub detail: Json,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The console company that `company_id` names.
    #[sea_orm(
        belongs_to = "super::console_company::Entity",
        from = "Column::CompanyId",
        to = "super::console_company::Column::Id",
        on_delete = "Cascade"
    )]
    Company,
}

impl Related<super::console_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Company.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
