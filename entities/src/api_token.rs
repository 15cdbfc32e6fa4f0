//! The tokens of scripts.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{ApiTokenId, ProviderId};
use crate::scope::Scoped;

/// A token by which a script acts for the provider. The secret itself is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiTokenId,
    /// The provider that it acts for.
    pub provider_id: ProviderId,
    /// Name the person gave it.
    pub name: String,
    /// The name while nobody else may have it: unique within the provider. Absent once the token is revoked, or has
    /// expired and another took its name.
    pub live_name: Option<String>,
    /// SHA-256 of the secret, by which the token is found.
    pub secret_hash: Vec<u8>,
    /// The secret's first characters, by which people recognise it.
    pub hint: String,
    /// What it allows.
    pub permissions: TokenPermissions,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: String,
    /// From when on it is not accepted; absent when it does not expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since when it is not accepted because somebody said so; absent while nobody has.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Who said so.
    pub revoked_by: Option<String>,
    /// When it was last accepted, to the minute; absent before.
    pub last_used_at: Option<DateTime<Utc>>,
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

/// Names of permissions, as tokens of the console have them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct TokenPermissions(pub Vec<String>);
