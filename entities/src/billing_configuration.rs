//! What is billed for one company onto one agreement.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::ids::{AgreementId, BillingConfigurationId, ConsoleCompanyId, IntegrationId, ProviderId};
use crate::scope::Scoped;
use crate::year_month::YearMonth;

/// A billing configuration; a company may have several, on different agreements.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_configuration")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BillingConfigurationId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// The console company whose usage is billed.
    pub company_id: ConsoleCompanyId,
    /// The agreement that it is billed on.
    pub agreement_id: AgreementId,
    /// First month that is billed; earlier months never are.
    pub start_month: YearMonth,
    /// Whether runs take it in.
    pub enabled: bool,
    /// Grows by one with every change, so that a stale form cannot overwrite a newer one.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
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
    /// The console company that `company_id` names.
    #[sea_orm(
        belongs_to = "super::console_company::Entity",
        from = "Column::CompanyId",
        to = "super::console_company::Column::Id",
        on_delete = "Cascade"
    )]
    Company,
    /// The agreement that `agreement_id` names.
    #[sea_orm(
        belongs_to = "super::agreement::Entity",
        from = "Column::AgreementId",
        to = "super::agreement::Column::Id",
        on_delete = "Cascade"
    )]
    Agreement,
    /// Its billing items.
    #[sea_orm(has_many = "super::billing_item::Entity")]
    BillingItem,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::console_company::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Company.def()
    }
}

impl Related<super::agreement::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Agreement.def()
    }
}

impl Related<super::billing_item::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::BillingItem.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
