//! Loaders of what belongs to jobs.

use psa_entities::{
    JobId, ProviderScope,
    import_change::{self, ImportChangeKind},
};
use sea_orm::{
    ColumnTrait, Condition, Order, QueryFilter, Select,
    sea_query::{ColumnRef, IntoColumnRef},
};
use uuid::Uuid;

use super::nested::Nested;

/// What a job's import found different, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChangesOf {
    /// Only what this became of.
    pub kind: Option<ImportChangeKind>,
}

impl Nested for ChangesOf {
    type Entity = import_change::Entity;
    type Owner = JobId;
    type Place = Uuid;

    fn select(&self, scope: ProviderScope) -> Select<import_change::Entity> {
        let of_kind = self.kind.map(|kind| import_change::Column::Kind.eq(kind));
        scope
            .find::<import_change::Entity>()
            .filter(Condition::all().add_option(of_kind))
    }

    fn owner() -> ColumnRef {
        import_change::Column::JobId.as_column_ref().into_column_ref()
    }

    fn order() -> (Vec<import_change::Column>, Order) {
        (vec![import_change::Column::Id], Order::Desc)
    }

    fn place(row: &import_change::Model) -> Uuid {
        row.id.uuid()
    }
}
