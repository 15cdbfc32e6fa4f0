//! What an import finds different from what was known: counted, and noted record by record.

use psa_entities::{
    audit_entry::FieldChanges,
    ids::ImportChangeId,
    import_change::{self, ImportChangeKind, Model},
};
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::{Value, json};

use super::{import::Running, upsert::Resource};
use crate::{audit::changes, database::rows::insert_all};

/// A record that is different.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What became of it.
    pub kind: ImportChangeKind,
    external_id: String,
    name: String,
    changes: FieldChanges,
}

/// What is different of a record that was read; `None` when nothing is.
pub fn difference<R: Resource>(known: Option<&R::Row>, read: &R::Row) -> Option<Difference> {
    let Some(known) = known else {
        return Some(of::<R>(ImportChangeKind::Added, read, &Value::Null, &R::content(read)));
    };
    let kind = match (R::is_gone(known), R::is_gone(read)) {
        (false, true) => ImportChangeKind::Gone,
        (true, false) => ImportChangeKind::Returned,
        _ => ImportChangeKind::Changed,
    };
    let (before, after) = (R::content(known), R::content(read));
    if kind == ImportChangeKind::Changed && before == after {
        return None;
    }
    Some(of::<R>(kind, read, &before, &after))
}

/// A record that a full read did not see.
pub fn gone<R: Resource>(known: &R::Row) -> Difference {
    of::<R>(ImportChangeKind::Gone, known, &json!({}), &json!({}))
}

fn of<R: Resource>(kind: ImportChangeKind, row: &R::Row, before: &Value, after: &Value) -> Difference {
    Difference {
        kind,
        external_id: R::key(row).to_owned(),
        name: R::name(row).to_owned(),
        changes: FieldChanges(changes::between(before, after)),
    }
}

/// Notes differences, unless the resource is imported for the first time: then everything would be new.
///
/// # Errors
/// Only of the database.
pub async fn store(db: &DatabaseTransaction, running: &Running<'_>, found: Vec<Difference>) -> Result<(), DbErr> {
    if running.is_first {
        return Ok(());
    }
    let rows = found.into_iter().map(|difference| row(running, difference)).collect();
    insert_all::<import_change::Entity>(db, rows).await
}

fn row(running: &Running<'_>, difference: Difference) -> Model {
    Model {
        id: ImportChangeId::at(running.context.now()),
        provider_id: running.scope.provider_id(),
        job_id: running.context.job,
        resource: running.resource,
        kind: difference.kind,
        external_id: difference.external_id,
        name: difference.name,
        changes: difference.changes,
    }
}
