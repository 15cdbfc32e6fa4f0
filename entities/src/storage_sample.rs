//! Daily storage volumes that the console reports.

use chrono::NaiveDate;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{ConsoleCompanyId, ProviderId, StorageAccountId, StorageSampleId};
use crate::scope::Scoped;

/// How much one company had on one storage account on one day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "storage_sample")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StorageSampleId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The company that the data belongs to.
    pub company_id: ConsoleCompanyId,
    /// The account that holds the data.
    pub storage_account_id: StorageAccountId,
    /// The day, in the provider's time zone.
    pub day: NaiveDate,
    /// Volume stored, in bytes.
    pub backup_bytes: i64,
    /// Volume restored on that day, in bytes.
    pub restored_bytes: i64,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The console company that `company_id` names.
    #[sea_orm(
        belongs_to = "super::console_company::Entity",
        from = "Column::CompanyId",
        to = "super::console_company::Column::Id",
        on_delete = "Cascade"
    )]
    Company,
    /// The storage account that `storage_account_id` names.
    #[sea_orm(
        belongs_to = "super::storage_account::Entity",
        from = "Column::StorageAccountId",
        to = "super::storage_account::Column::Id",
        on_delete = "Cascade"
    )]
    StorageAccount,
}

impl Related<super::console_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Company.def()
    }
}

impl Related<super::storage_account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::StorageAccount.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
