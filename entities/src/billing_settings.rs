//! How an integration bills.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::ids::{IntegrationId, ProviderId};
use crate::scope::Scoped;

/// Billing settings of an integration. One row per integration.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_settings")]
pub struct Model {
    /// The integration it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub integration_id: IntegrationId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// Where the text of an invoice line comes from.
    pub invoice_description: InvoiceDescription,
    /// The text with its variables, when it comes from a template.
    pub template: Option<String>,
    /// What to do with a line that no rule prices.
    pub unset_price: UnsetPrice,
    /// Who approves a plan.
    pub approval: Approval,
    /// The guard stops a run when a line or the total changes by more than this many percent.
    pub guard_percent: Option<Exact>,
    /// The guard stops a run when a line or the total changes by more than this, in the provider's currency.
    pub guard_amount: Option<Exact>,
    /// What happens to an addition whose quantity falls to zero.
    pub zero: ZeroPolicy,
    /// From which period on a month's lines count.
    pub period: BillingPeriod,
    /// Day of the month on which the month before is billed, 1 to 31; the last day in shorter months.
    pub billing_day: i16,
    /// The moment as of which licences are counted.
    pub license_moment: LicenseMoment,
    /// Grows by one with every change, so that a stale form cannot overwrite a newer one.
    pub version: i32,
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

/// Where the text of an invoice line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceDescription {
    /// The description of the PSA product.
    PsaProduct,
    /// The template of the settings.
    Template,
}

/// What to do with a line that no rule prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnsetPrice {
    /// The PSA's own price applies.
    PsaProduct,
    /// It is billed at zero.
    Zero,
    /// It is blocked until a person sets a price.
    Block,
}

/// Who approves a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Approval {
    /// A person, always.
    Manual,
    /// The schedule itself, as long as the guard is quiet.
    WithinGuard,
}

/// What happens to an addition whose quantity falls to zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ZeroPolicy {
    /// It stays with quantity zero.
    SetZero,
    /// It ends with the billed month.
    End,
    /// It keeps its last quantity.
    Leave,
}

/// From which period of the agreement on a month's lines count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingPeriod {
    /// That of the month itself, for agreements that are invoiced after it.
    OfTheMonth,
    /// The one after it, for agreements whose periods are invoiced before they are over.
    Following,
}

/// The moment as of which licences are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LicenseMoment {
    /// The end of the billed month: planning it again later counts the same.
    MonthEnd,
    /// When the run is planned.
    Planning,
}
