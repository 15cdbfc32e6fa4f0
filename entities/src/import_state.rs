//! How far each resource of a PSA has been imported.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, JobId, ProviderId};
use crate::scope::Scoped;

/// The latest finished import of one resource and where the next one continues.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_state")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// What was imported.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource: ImportResource,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The instant from which on the next incremental import reads; absent when it must read everything.
    pub watermark: Option<DateTime<Utc>>,
    /// When the import ended.
    pub finished_at: DateTime<Utc>,
    /// Records seen for the first time.
    pub added: i32,
    /// Records whose content changed.
    pub changed: i32,
    /// Records that the PSA no longer has.
    pub gone: i32,
    /// Records that exist after the import.
    pub total: i32,
    /// When the last import that read everything began.
    pub full_at: Option<DateTime<Utc>>,
    /// The last import that was finished; it may be gone.
    pub job_id: Option<JobId>,
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

/// What an import reads from a PSA.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportResource {
    /// Companies with their types and status.
    Companies,
    /// Contacts of the companies.
    Contacts,
    /// The product catalogue.
    Products,
    /// Agreements, in Autotask contracts.
    Agreements,
    /// Boards with their statuses and routing choices, in Autotask queues.
    Boards,
}
