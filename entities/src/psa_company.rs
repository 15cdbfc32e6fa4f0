//! Companies imported from a PSA.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, ProviderId, PsaCompanyId};
use crate::scope::Scoped;

/// A company as the PSA knows it. A cache: the id leads, names follow at the next import.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "psa_company")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PsaCompanyId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// Id in the PSA.
    pub external_id: String,
    /// Short name in the PSA, where it has one.
    pub identifier: Option<String>,
    /// Name in the PSA.
    pub name: String,
    /// Name folded for matching and search: no case, accents, punctuation or legal form.
    pub normalized_name: String,
    /// Name of its status in the PSA.
    pub status: Option<String>,
    /// Names of its types in the PSA.
    pub types: CompanyTypes,
    /// Whether the PSA no longer has it.
    pub deleted: bool,
    /// Whether the last import did not see it because the filter leaves it out; the PSA may have it all the same.
    pub missing: bool,
    /// When an import last saw it, or found it gone.
    pub imported_at: DateTime<Utc>,
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
    /// Its company mappings.
    #[sea_orm(has_many = "super::company_mapping::Entity")]
    CompanyMapping,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::company_mapping::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CompanyMapping.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// Names of the types of a PSA company.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct CompanyTypes(pub Vec<String>);
