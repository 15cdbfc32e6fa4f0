//! Who has which storage limit.

use chrono::NaiveDate;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{ConsoleCompanyId, ProviderId, StorageLimitId, StorageLimitUseId};
use crate::scope::Scoped;

/// A storage limit that a company, one of its users or one of its domains has.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "storage_limit_use")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StorageLimitUseId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The company that is charged for it.
    pub company_id: ConsoleCompanyId,
    /// The limit.
    pub storage_limit_id: StorageLimitId,
    /// Id in the console of the assignment.
    pub external_id: String,
    /// Who has it, as a person knows them: a user, a domain, the company.
    pub label: String,
    /// First day that they have it, in the provider's time zone.
    pub first_day: NaiveDate,
    /// Last day that they have it; absent while they do.
    pub last_day: Option<NaiveDate>,
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
    /// The storage limit that `storage_limit_id` names.
    #[sea_orm(
        belongs_to = "super::storage_limit::Entity",
        from = "Column::StorageLimitId",
        to = "super::storage_limit::Column::Id",
        on_delete = "Cascade"
    )]
    StorageLimit,
}

impl Related<super::console_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Company.def()
    }
}

impl Related<super::storage_limit::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::StorageLimit.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
