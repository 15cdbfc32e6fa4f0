//! Storage limits that the console sells.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

use crate::exact::Exact;
use crate::ids::{ProviderId, StorageLimitId};
use crate::scope::Scoped;

/// A storage limit (in the console also a package): room that is charged in full, whether or not it is used.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "storage_limit")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StorageLimitId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Id in the console.
    pub external_id: String,
    /// Name in the console.
    pub name: String,
    /// What the console charges for it in a month, in the provider's currency; absent when it does not say.
    pub unit_price: Option<Exact>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
