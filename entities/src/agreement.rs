//! Agreements imported from a PSA.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{AgreementId, IntegrationId, ProviderId};
use crate::scope::Scoped;

/// An agreement (in Autotask a contract) that additions are billed on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// Id in the PSA.
    pub external_id: String,
    /// Id, in the PSA, of the company that it bills.
    pub psa_company_external_id: String,
    /// Id, in the PSA, of the agreement on whose invoice its lines appear; absent when it has its own.
    pub parent_external_id: Option<String>,
    /// Name in the PSA.
    pub name: String,
    /// Name of its type in the PSA.
    pub kind: Option<String>,
    /// Whether it can be billed on.
    pub status: AgreementStatus,
    /// First day of its term.
    pub start_date: Option<NaiveDate>,
    /// Last day of its term; absent when it does not end.
    pub end_date: Option<NaiveDate>,
    /// First day that it bills for.
    pub billing_start_date: Option<NaiveDate>,
    /// Day of its next invoice; usage written later misses that invoice.
    pub next_invoice_date: Option<NaiveDate>,
    /// Name of its billing cycle in the PSA (`Monthly`).
    pub billing_cycle: Option<String>,
    /// Whether the PSA bills partial periods in proportion.
    pub prorated: bool,
    /// ISO 4217 code of its currency, where the PSA says it.
    pub currency: Option<String>,
    /// Whether the PSA no longer has it.
    pub deleted: bool,
    /// When an import last saw it, or found it gone.
    pub imported_at: DateTime<Utc>,
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
    /// Its billing configurations.
    #[sea_orm(has_many = "super::billing_configuration::Entity")]
    BillingConfiguration,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::billing_configuration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::BillingConfiguration.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// Whether an agreement can be billed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgreementStatus {
    /// In force.
    Active,
    /// Switched off in the PSA.
    Inactive,
    /// Cancelled in the PSA.
    Cancelled,
    /// Its term has ended.
    Expired,
}
