//! The records behind the quantity of a billing line.

use chrono::NaiveDate;
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Related, RelationDef, RelationTrait,
};
use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::ids::{BillingEvidenceId, BillingLineId, ProviderId};
use crate::scope::Scoped;

/// One record that a quantity was measured from, copied so that it outlives the record.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_evidence")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BillingEvidenceId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The line whose quantity it explains.
    pub line_id: BillingLineId,
    /// Its place within the line, from 0.
    pub position: i32,
    /// What sort of record it was.
    pub kind: EvidenceKind,
    /// Id of the record in the console.
    pub reference: String,
    /// How to show it to a person: a computer, a storage account.
    pub label: String,
    /// What it contributes: 1 for a licence, bytes for a sample.
    pub quantity: Exact,
    /// Day of a sample, in the provider's time zone; absent for a licence.
    pub day: Option<NaiveDate>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The billing line that `line_id` names.
    #[sea_orm(
        belongs_to = "super::billing_line::Entity",
        from = "Column::LineId",
        to = "super::billing_line::Column::Id",
        on_delete = "Cascade"
    )]
    Line,
}

impl Related<super::billing_line::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Line.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// What sort of record a quantity was measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EvidenceKind {
    /// A taken licence.
    License,
    /// A daily storage volume.
    StorageSample,
    /// A storage limit that somebody has.
    StorageLimit,
}
