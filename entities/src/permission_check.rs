//! The latest permission check of an integration.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, ProviderId};
use crate::scope::Scoped;

/// What the PSA lets the integration do, as last checked. One row per integration.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "permission_check")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// When it was checked.
    pub checked_at: DateTime<Utc>,
    /// Whether every right that a feature in use needs is granted.
    pub passed: bool,
    /// The rights, in the order of the connector's permission table.
    pub rows: PermissionRows,
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

/// The rows of a permission check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct PermissionRows(pub Vec<PermissionRow>);

/// One right of the PSA's role table, with the connector's verdicts (`GRANTED`, `MISSING`, `UNKNOWN`, …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionRow {
    /// Name of the right in the connector's permission table.
    pub right: String,
    /// Verdict on adding records.
    pub add: String,
    /// Verdict on editing records.
    pub edit: String,
    /// Verdict on reading records.
    pub inquire: String,
}
