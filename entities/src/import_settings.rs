//! What is imported of a PSA, and how often.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{IntegrationId, ProviderId};
use crate::scope::Scoped;

/// What is imported of an integration's PSA. An integration without a row imports everything at the usual pace.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_settings")]
pub struct Model {
    /// The integration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Only companies of one of these types; none means all.
    pub company_types: FilterValues,
    /// Only companies of one of these statuses; none means all.
    pub company_statuses: FilterValues,
    /// Hours between two refreshes by the schedule; 0 means that there are none.
    pub refresh_hours: i32,
    /// Grows with every change.
    pub version: i32,
    /// When it was last changed.
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

/// A value of the PSA that a list is narrowed down to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterValue {
    /// Id in the PSA.
    pub id: String,
    /// Name in the PSA when it was chosen.
    pub name: String,
}

/// Values that a list is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct FilterValues(pub Vec<FilterValue>);
