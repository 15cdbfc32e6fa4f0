//! How far the look at an integration's tickets in the PSA is.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{IntegrationId, ProviderId};
use crate::scope::Scoped;

/// Up to when the tickets of one integration were looked at. Any process goes on from here.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_watch")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// When the last complete read of changed tickets began; absent before the first.
    pub polled_at: Option<DateTime<Utc>>,
    /// When the last complete review of every open incident's ticket began; absent before the first.
    pub reviewed_at: Option<DateTime<Utc>>,
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
