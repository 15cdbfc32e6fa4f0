//! Sealed credential fields of an integration.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{IntegrationId, ProviderId};
use crate::scope::Scoped;

/// One credential field, sealed. The clear text exists only in memory, in front of a call.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// Name of the field in the connector's descriptor (`privateKey`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub field: String,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Id of the key that seals it; re-sealing replaces both.
    pub key_id: String,
    /// Nonce and ciphertext, bound to the provider, the integration and the field.
    pub sealed: Vec<u8>,
    /// What may be shown to recognise it, such as the last four characters; absent for short secrets.
    pub hint: Option<String>,
    /// When a person last set it.
    pub set_at: DateTime<Utc>,
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
