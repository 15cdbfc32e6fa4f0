//! Licences that the console reports.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{ConsoleCompanyId, LicenseId, ProviderId};
use crate::scope::Scoped;

/// One licence of a console company: the record behind a counted quantity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "license")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LicenseId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The company that holds it.
    pub company_id: ConsoleCompanyId,
    /// Id in the console.
    pub external_id: String,
    /// Licence type (`Server`, `Desktop`, …); the product key of what is billed.
    pub license_type: String,
    /// Name of the computer that took it.
    pub computer: Option<String>,
    /// Name of the console user that took it.
    pub user_name: Option<String>,
    /// Whether it is in use; only taken licences are billed.
    pub taken: bool,
    /// Whether it is a trial; trials are never billed.
    pub trial: bool,
    /// When the console last reported it.
    pub reported_at: DateTime<Utc>,
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
}

impl Related<super::console_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Company.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
