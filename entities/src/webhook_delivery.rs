//! Which announcements of PSAs were heard and followed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{IntegrationId, ProviderId};
use crate::scope::Scoped;

/// An announcement that has been followed. It is kept for some weeks, so that it is not followed again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// The integration whose PSA announced.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The PSA's id of the announcement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub delivery: String,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
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
