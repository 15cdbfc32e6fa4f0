//! Additions of agreements, as imported.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Related, RelationDef, RelationTrait,
};

use crate::Exact;
use crate::ids::{AdditionId, AgreementId, ProviderId};
use crate::scope::Scoped;

/// A billed line of an agreement as the last import saw it. For people to look at: whatever decides about money reads
/// the PSA.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "addition")]
pub struct Model {
    /// Primary key, sorted by the time it was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AdditionId,
    /// The provider that owns it.
    pub provider_id: ProviderId,
    /// The agreement it belongs to.
    pub agreement_id: AgreementId,
    /// Id in the PSA.
    pub external_id: String,
    /// Id, in the PSA, of the product that it bills.
    pub product_external_id: String,
    /// Units that are billed.
    pub quantity: Exact,
    /// Price of a unit.
    pub unit_price: Option<Exact>,
    /// Cost of a unit.
    pub unit_cost: Option<Exact>,
    /// Text on the invoice.
    pub description: Option<String>,
    /// First day it is billed for.
    pub effective_date: Option<NaiveDate>,
    /// Day it ends; absent while it is in force.
    pub cancelled_date: Option<NaiveDate>,
    /// When an import last saw it.
    pub imported_at: DateTime<Utc>,
}

/// How it relates to other tables.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The agreement that `agreement_id` names.
    #[sea_orm(
        belongs_to = "super::agreement::Entity",
        from = "Column::AgreementId",
        to = "super::agreement::Column::Id",
        on_delete = "Cascade"
    )]
    Agreement,
}

impl Related<super::agreement::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Agreement.def()
    }
}

impl Scoped for Entity {
    fn provider_column() -> Column {
        Column::ProviderId
    }
}

impl ActiveModelBehavior for ActiveModel {}
