//! Companies that the console reports.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{ConsoleCompanyId, ProviderId};
use crate::scope::Scoped;

/// A customer of the provider as the Management Console knows it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "console_company")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsoleCompanyId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Id in the console.
    pub external_id: String,
    /// Name in the console.
    pub name: String,
    /// Name folded for matching and search, as in `psa_company`.
    pub normalized_name: String,
    /// When the console last reported it.
    pub reported_at: DateTime<Utc>,
    /// When a full report no longer had it; absent while the console has it.
    pub removed_at: Option<DateTime<Utc>>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The provider that `provider_id` names.
    #[sea_orm(
        belongs_to = "super::provider::Entity",
        from = "Column::ProviderId",
        to = "super::provider::Column::Id",
        on_delete = "Cascade"
    )]
    Provider,
    /// Its licences.
    #[sea_orm(has_many = "super::license::Entity")]
    License,
    /// Its storage samples.
    #[sea_orm(has_many = "super::storage_sample::Entity")]
    StorageSample,
    /// Its company mappings.
    #[sea_orm(has_many = "super::company_mapping::Entity")]
    CompanyMapping,
    /// Its contacts.
    #[sea_orm(has_many = "super::console_contact::Entity")]
    Contact,
}

impl Related<super::provider::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Provider.def()
    }
}

impl Related<super::license::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::License.def()
    }
}

impl Related<super::storage_sample::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::StorageSample.def()
    }
}

impl Related<super::company_mapping::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CompanyMapping.def()
    }
}

impl Related<super::console_contact::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Contact.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
