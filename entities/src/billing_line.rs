//! The lines of a billing run.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, Json, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::ids::{AgreementId, BillingLineId, BillingRunId, ConsoleCompanyId, ProviderId, PsaProductId};
use crate::problem::Problem;
use crate::scope::Scoped;

/// One addition of a run: what was planned, what was written, what the PSA answered.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_line")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BillingLineId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The run it is part of.
    pub run_id: BillingRunId,
    /// Its place in the run, from 0.
    pub position: i32,
    /// What the plan does to the PSA.
    pub action: LineAction,
    /// How far it is.
    pub state: LineState,
    /// The console company; absent when usage of several was summed or the company is gone.
    pub company_id: Option<ConsoleCompanyId>,
    /// The agreement; absent when none is configured.
    pub agreement_id: Option<AgreementId>,
    /// The PSA product; absent when none is mapped.
    pub psa_product_id: Option<PsaProductId>,
    /// The billable product, as in `product_mapping`.
    pub product_key: String,
    /// Quantity that the evidence adds up to, in the unit of the item, before rounding.
    pub measured: Exact,
    /// Quantity to bill, after rounding, minimum and included quantity.
    pub billed: Exact,
    /// Price per unit in the provider's currency; absent when the PSA's own applies.
    pub unit_price: Option<Exact>,
    /// Cost per unit in the provider's currency; absent when the PSA's own applies.
    pub unit_cost: Option<Exact>,
    /// Billed quantity times price, in the provider's currency.
    pub amount: Exact,
    /// Amount minus what the PSA holds now, in the provider's currency.
    pub delta: Exact,
    /// Text of the invoice line; absent when the PSA's own applies.
    pub description: Option<String>,
    /// First day that a new addition is effective.
    pub effective_date: Option<NaiveDate>,
    /// Id of the addition in the PSA; absent until one is adopted or created.
    pub addition_external_id: Option<String>,
    /// The addition when it was planned; compared again in front of the write.
    pub before: Option<AdditionSnapshot>,
    /// The additions that would fit, when more than one blocks the line.
    pub candidates: AdditionSnapshots,
    /// What the PSA held before and after the write, as the connector reports it.
    pub receipt: Option<Json>,
    /// Why it is blocked, drifted or failed.
    pub problem: Option<Problem>,
    /// Times that the write was tried.
    pub attempts: i32,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The billing run that `run_id` names.
    #[sea_orm(
        belongs_to = "super::billing_run::Entity",
        from = "Column::RunId",
        to = "super::billing_run::Column::Id",
        on_delete = "Cascade"
    )]
    Run,
    /// The console company that `company_id` names.
    #[sea_orm(
        belongs_to = "super::console_company::Entity",
        from = "Column::CompanyId",
        to = "super::console_company::Column::Id",
        on_delete = "SetNull"
    )]
    Company,
    /// The agreement that `agreement_id` names.
    #[sea_orm(
        belongs_to = "super::agreement::Entity",
        from = "Column::AgreementId",
        to = "super::agreement::Column::Id",
        on_delete = "SetNull"
    )]
    Agreement,
    /// The PSA product that `psa_product_id` names.
    #[sea_orm(
        belongs_to = "super::psa_product::Entity",
        from = "Column::PsaProductId",
        to = "super::psa_product::Column::Id",
        on_delete = "SetNull"
    )]
    PsaProduct,
    /// Its billing evidence.
    #[sea_orm(has_many = "super::billing_evidence::Entity")]
    BillingEvidence,
}

impl Related<super::billing_run::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Run.def()
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

impl Related<super::psa_product::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PsaProduct.def()
    }
}

impl Related<super::billing_evidence::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::BillingEvidence.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// What a line does to the PSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineAction {
    /// Adds an addition.
    Create,
    /// Changes an existing addition.
    Update,
    /// Ends an existing addition.
    End,
    /// Nothing: the PSA already holds what is due.
    Noop,
    /// Nothing, until a person solves its problem.
    Blocked,
}

/// How far a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineState {
    /// Not written yet.
    Planned,
    /// A write was begun; its outcome is not known.
    Applying,
    /// The PSA accepted the write.
    Applied,
    /// Re-reading found what was written.
    Verified,
    /// The PSA holds something else than the plan expected.
    Drifted,
    /// The PSA refused the write.
    Failed,
    /// Nothing was to be written.
    Skipped,
}

/// An addition as the PSA held it at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct AdditionSnapshot {
    /// Id in the PSA.
    pub id: String,
    /// Quantity it bills.
    pub quantity: Decimal,
    /// Price per unit, where the PSA says it.
    pub unit_price: Option<Decimal>,
    /// Cost per unit, where the PSA says it.
    pub unit_cost: Option<Decimal>,
    /// Text on the invoice.
    pub description: Option<String>,
    /// First day that it is effective.
    pub effective_date: Option<NaiveDate>,
}

/// Several additions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct AdditionSnapshots(pub Vec<AdditionSnapshot>);
