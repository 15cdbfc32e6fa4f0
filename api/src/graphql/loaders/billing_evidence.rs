//! The records behind the quantities of billing lines.

use psa_entities::{ProviderScope, billing_evidence, ids::BillingLineId};
use sea_orm::{
    ColumnTrait, Order, Select,
    sea_query::{ColumnRef, IntoColumnRef},
};

use super::nested::Nested;

/// The evidence of a line, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EvidenceOf;

impl Nested for EvidenceOf {
    type Entity = billing_evidence::Entity;
    type Owner = BillingLineId;
    type Place = i32;

    fn select(&self, scope: ProviderScope) -> Select<billing_evidence::Entity> {
        scope.find::<billing_evidence::Entity>()
    }

    fn owner() -> ColumnRef {
        billing_evidence::Column::LineId.as_column_ref().into_column_ref()
    }

    fn order() -> (Vec<billing_evidence::Column>, Order) {
        (vec![billing_evidence::Column::Position], Order::Asc)
    }

    fn place(row: &billing_evidence::Model) -> i32 {
        row.position
    }
}
