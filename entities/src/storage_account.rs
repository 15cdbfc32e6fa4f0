//! Storage accounts that the console reports.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{ProviderId, StorageAccountId};
use crate::scope::Scoped;

/// A storage destination whose volume is billed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "storage_account")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StorageAccountId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Id in the console.
    pub external_id: String,
    /// Name in the console.
    pub name: String,
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
    /// Its storage samples.
    #[sea_orm(has_many = "super::storage_sample::Entity")]
    StorageSample,
}

impl Related<super::provider::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Provider.def()
    }
}

impl Related<super::storage_sample::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::StorageSample.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
