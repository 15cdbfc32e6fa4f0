//! What a person decided about a console company in an integration.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{CompanyMappingId, ConsoleCompanyId, IntegrationId, ProviderId, PsaCompanyId};
use crate::scope::Scoped;

/// Binds a console company to a PSA company, or excludes it. No row means that nothing was decided.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "company_mapping")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CompanyMappingId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// The console company; several may share one PSA company.
    pub company_id: ConsoleCompanyId,
    /// Bound or excluded.
    pub state: MappingState,
    /// The PSA company it is bound to; absent when it is excluded.
    pub psa_company_id: Option<PsaCompanyId>,
    /// Name of the PSA company when it was bound, to notice that it was renamed.
    pub psa_name: Option<String>,
    /// When it was decided.
    pub changed_at: DateTime<Utc>,
    /// Who decided it: the subject of the token.
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
    /// The PSA company that `psa_company_id` names.
    #[sea_orm(
        belongs_to = "super::psa_company::Entity",
        from = "Column::PsaCompanyId",
        to = "super::psa_company::Column::Id",
        on_delete = "SetNull"
    )]
    PsaCompany,
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

impl Related<super::psa_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PsaCompany.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// What was decided about a console company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MappingState {
    /// Bound to a PSA company.
    Mapped,
    /// Deliberately left out of billing and tickets.
    Excluded,
}
