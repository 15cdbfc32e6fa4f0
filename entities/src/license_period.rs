//! What a licence was, and for how long.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{ConsoleCompanyId, LicenseId, LicensePeriodId, ProviderId};
use crate::scope::Scoped;

/// A span of time in which a licence did not change, by the reports of the console.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "license_period")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LicensePeriodId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The licence.
    pub license_id: LicenseId,
    /// The company that held it.
    pub company_id: ConsoleCompanyId,
    /// Id of the licence in the console.
    pub external_id: String,
    /// Its type, as in `license`.
    pub license_type: String,
    /// Name of the computer that had taken it.
    pub computer: Option<String>,
    /// Name of the console user that had taken it.
    pub user_name: Option<String>,
    /// Whether it was in use.
    pub taken: bool,
    /// Whether it was a trial.
    pub trial: bool,
    /// When it was reported to be so.
    pub since: DateTime<Utc>,
    /// When it was reported to be otherwise; absent while it is still so.
    pub until: Option<DateTime<Utc>>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The licence that `license_id` names.
    #[sea_orm(
        belongs_to = "super::license::Entity",
        from = "Column::LicenseId",
        to = "super::license::Column::Id",
        on_delete = "Cascade"
    )]
    License,
    /// The console company that `company_id` names.
    #[sea_orm(
        belongs_to = "super::console_company::Entity",
        from = "Column::CompanyId",
        to = "super::console_company::Column::Id",
        on_delete = "Cascade"
    )]
    Company,
}

impl Related<super::license::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::License.def()
    }
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
