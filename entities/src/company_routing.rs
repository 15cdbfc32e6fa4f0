//! Where one company's tickets go, when not where the others' do.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::agent_settings::{Agent, TicketRouting};
use crate::ids::{ConsoleCompanyId, IntegrationId, ProviderId};
use crate::scope::Scoped;

/// The routing of one agent's tickets for one console company. It stands in the place of the agent's whole routing; a
/// company without a row follows the agent's.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company_routing")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The agent whose tickets it routes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent: Agent,
    /// The console company.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: ConsoleCompanyId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Where its tickets go.
    pub routing: TicketRouting,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
    /// Who changed it: the subject of the token.
    pub changed_by: String,
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

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
