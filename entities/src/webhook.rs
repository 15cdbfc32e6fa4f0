//! Where an integration's PSA announces changes.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{IntegrationId, ProviderId};
use crate::problem::Problem;
use crate::scope::Scoped;

/// The endpoint of one integration. Its address exists in the clear only in memory and in the PSA.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The address of this server that the endpoint's begins with.
    pub public_url: String,
    /// Id of the key that seals token and secret.
    pub key_id: String,
    /// The part of the address that nobody can guess, sealed.
    pub token: Vec<u8>,
    /// What a PSA signs with that takes a secret, sealed.
    pub secret: Vec<u8>,
    /// When the PSA last confirmed that it announces there; absent before the first time.
    pub ensured_at: Option<DateTime<Utc>>,
    /// When a genuine announcement last arrived, to the minute; absent before the first.
    pub last_delivery_at: Option<DateTime<Utc>>,
    /// Why the PSA does not announce, as last tried.
    pub problem: Option<Problem>,
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
