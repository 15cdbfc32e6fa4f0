//! Full reports of the console's inventory: several calls that together bring everything there is.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};

use crate::ids::ProviderId;
use crate::scope::Scoped;

/// One full report. What was last reported before it began is what it did not bring.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "full_report")]
pub struct Model {
    /// The provider that owns it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider_id: ProviderId,
    /// What it reports.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource: ReportedResource,
    /// The name that the sender gave it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub report_id: String,
    /// When its first call was answered.
    pub started_at: DateTime<Utc>,
    /// How many records there were then.
    pub known: i32,
    /// When it was completed; absent before.
    pub completed_at: Option<DateTime<Utc>>,
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
}

impl Related<super::provider::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Provider.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// What a full report reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReportedResource {
    /// Companies.
    Companies,
    /// Contacts.
    Contacts,
}
