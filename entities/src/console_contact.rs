//! Contacts that the console reports.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{ConsoleCompanyId, ConsoleContactId, ProviderId};
use crate::scope::Scoped;

/// A person at a console company.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "console_contact")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsoleContactId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The console company it belongs to.
    pub company_id: ConsoleCompanyId,
    /// Id in the console.
    pub external_id: String,
    /// Full name.
    pub name: String,
    /// Name folded for matching and search: no case, accents or punctuation, the given name first.
    pub normalized_name: String,
    /// E-mail address as the console writes it.
    pub email: Option<String>,
    /// When the console last reported it.
    pub reported_at: DateTime<Utc>,
    /// When a full report no longer had it; absent while the console has it.
    pub removed_at: Option<DateTime<Utc>>,
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
    /// Its contact mappings.
    #[sea_orm(has_many = "super::contact_mapping::Entity")]
    ContactMapping,
}

impl Related<super::console_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Company.def()
    }
}

impl Related<super::contact_mapping::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ContactMapping.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
