//! One month's billing plan of an integration and its outcome.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    FromJsonQueryResult, PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::ids::{BillingRunId, IntegrationId, ProviderId};
use crate::problem::Problem;
use crate::scope::Scoped;
use crate::year_month::YearMonth;

/// A billing run: planned, approved, applied line by line and verified.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_run")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BillingRunId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The integration it belongs to.
    pub integration_id: IntegrationId,
    /// The month whose usage is billed.
    pub month: YearMonth,
    /// How far it is.
    pub state: RunState,
    /// What started it.
    pub trigger: RunTrigger,
    /// Who started it: the subject of the token, or `schedule`.
    pub created_by: String,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When its plan was complete.
    pub planned_at: Option<DateTime<Utc>>,
    /// Who approved it: the subject of the token, or `schedule`.
    pub approved_by: Option<String>,
    /// When it was approved.
    pub approved_at: Option<DateTime<Utc>>,
    /// When it reached a final state.
    pub finished_at: Option<DateTime<Utc>>,
    /// The moment as of which licences were counted; absent before the plan is complete.
    pub licenses_at: Option<DateTime<Utc>>,
    /// Sums over the plan; absent until it is complete.
    pub totals: Option<RunTotals>,
    /// What the guard said about the plan; absent until it is complete.
    pub guard: Option<GuardVerdict>,
    /// Why the run as a whole failed.
    pub problem: Option<Problem>,
    /// Grows by one with every change, so that nobody approves a plan they did not see.
    pub version: i32,
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
    /// Its billing lines.
    #[sea_orm(has_many = "super::billing_line::Entity")]
    BillingLine,
}

impl Related<super::integration::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Integration.def()
    }
}

impl Related<super::billing_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::BillingLine.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// How far a billing run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunState {
    /// Its plan is being built.
    Planning,
    /// The plan is complete and needs nothing from the PSA or a person.
    Planned,
    /// The plan waits for a person.
    WaitingForApproval,
    /// Its lines are being written to the PSA.
    Applying,
    /// Every line was written and verified.
    Applied,
    /// Some lines failed; they may be retried.
    PartlyApplied,
    /// A person cancelled it.
    Cancelled,
    /// The run as a whole failed; `problem` says why.
    Failed,
}

/// What started a billing run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunTrigger {
    /// A person or a script.
    Manual,
    /// The billing day.
    Schedule,
}

/// Sums over a plan. Amounts are in the provider's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct RunTotals {
    /// All lines of the plan.
    pub lines: u32,
    /// Lines that cannot be written.
    pub blocked: u32,
    /// Lines that change something in the PSA.
    pub changes: u32,
    /// What the month costs by this plan.
    pub amount: Decimal,
    /// What it costs more, or less, than what the PSA holds now.
    pub delta: Decimal,
}

/// What the guard said about a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct GuardVerdict {
    /// Whether the plan stays within the guard.
    pub passed: bool,
    /// Why it does not, one sentence each.
    pub reasons: Vec<String>,
}
