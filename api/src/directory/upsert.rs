//! Storing a page of records: known ones are compared, new ones counted, all of them stamped as seen, with two
//! statements a page.

use std::{collections::HashMap, ops::AddAssign};

use async_trait::async_trait;
use psa_connectors::{Page, PsaConnector, ReadQuery};
use psa_entities::{Scoped, import_change::ImportChangeKind};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait,
    FromQueryResult, IntoActiveModel, ModelTrait, PaginatorTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{changes, import::Running};
use crate::console::batch;

/// What an import did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records read.
    pub read: i64,
    /// Records that were not known.
    pub added: u64,
    /// Records that were known and are different now, or there again.
    pub changed: u64,
    /// Records that the PSA no longer has.
    pub gone: u64,
}

impl Counts {
    /// Counts what became of one record.
    fn count(&mut self, kind: Option<ImportChangeKind>) {
        match kind {
            Some(ImportChangeKind::Added) => self.added += 1,
            Some(ImportChangeKind::Changed | ImportChangeKind::Returned) => self.changed += 1,
            Some(ImportChangeKind::Gone) => self.gone += 1,
            None => {}
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.added += other.added;
        self.changed += other.changed;
        self.gone += other.gone;
    }
}

/// How many records a full read did not see.
#[derive(Debug, Clone, Copy)]
pub struct Unseen {
    /// Records that were there before and did not come.
    pub gone: u64,
    /// All records that are not marked as deleted.
    pub known: u64,
}

/// One kind of record that is read in pages and stored in a table.
#[async_trait]
pub trait Resource: Send + Sync {
    /// The PSA's record.
    type Record: Send;
    /// The table.
    type Entity: Scoped<Model = Self::Row, ActiveModel = Self::Change>;
    /// A row of it.
    type Row: ModelTrait<Entity = Self::Entity> + FromQueryResult + IntoActiveModel<Self::Change> + Send + Sync;
    /// A row to be written.
    type Change: ActiveModelTrait<Entity = Self::Entity> + ActiveModelBehavior + Send;
    /// What belongs to the records of a page and is read besides them.
    type Parts: Default + Send;

    /// Reads a page.
    async fn read(connector: &dyn PsaConnector, query: &ReadQuery) -> psa_connectors::Result<Page<Self::Record>>;
    /// Reads what belongs to the records of a page.
    async fn parts(_: &dyn PsaConnector, _: &[Self::Record]) -> psa_connectors::Result<Self::Parts> {
        Ok(Self::Parts::default())
    }
    /// Stores what belongs to the records of a page, when these are stored.
    async fn store_parts(_: &DatabaseTransaction, _: &Running<'_>, _: Self::Parts) -> Result<(), DbErr> {
        Ok(())
    }
    /// The row of a record, with a new id.
    fn row(running: &Running<'_>, record: Self::Record) -> Self::Row;
    /// The PSA's id of a row.
    fn key(row: &Self::Row) -> &str;
    /// What people call a row.
    fn name(row: &Self::Row) -> &str;
    /// Whether the PSA no longer has it, or the filter left it out.
    fn is_gone(row: &Self::Row) -> bool;
    /// What a row says, as the report of changes names it.
    fn content(row: &Self::Row) -> Value;
    /// The columns of the table.
    fn columns() -> Columns<Self>;
}

/// The column type of a resource.
pub type Column<R> = <<R as Resource>::Entity as EntityTrait>::Column;

/// The columns that storing needs to know.
pub struct Columns<R: Resource + ?Sized> {
    /// The integration.
    pub integration: Column<R>,
    /// The PSA's id.
    pub external: Column<R>,
    /// Whether the PSA no longer has it.
    pub deleted: Column<R>,
    /// Whether a filter left it out; `None` where the resource has no filter.
    pub missing: Option<Column<R>>,
    /// When it was seen.
    pub seen: Column<R>,
    /// What is overwritten when the record is known.
    pub content: Vec<Column<R>>,
}

/// Stores a page of records.
pub async fn store<R: Resource>(
    db: &DatabaseTransaction,
    running: &Running<'_>,
    records: Vec<R::Record>,
) -> Result<Counts, DbErr> {
    let columns = R::columns();
    let rows: Vec<_> = records.into_iter().map(|record| R::row(running, record)).collect();
    let mut counts = Counts {
        read: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        ..Counts::default()
    };
    let known: HashMap<String, R::Row> = running
        .scope
        .find::<R::Entity>()
        .filter(columns.integration.eq(running.integration))
        .filter(columns.external.is_in(rows.iter().map(R::key)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (R::key(&row).to_owned(), row))
        .collect();
    let mut found = Vec::new();
    for row in &rows {
        let difference = changes::difference::<R>(known.get(R::key(row)), row);
        counts.count(difference.as_ref().map(|change| change.kind));
        found.extend(difference);
    }
    changes::store(db, running, found).await?;
    let kept = columns.content.iter().copied().chain([columns.deleted, columns.seen]);
    let replace = OnConflict::columns([columns.integration, columns.external])
        .update_columns(kept.chain(columns.missing))
        .to_owned();
    batch::store::<R::Entity>(db, rows, replace).await?;
    Ok(counts)
}

/// Counts what a full read did not see.
pub async fn unseen<R: Resource>(db: &DatabaseTransaction, running: &Running<'_>) -> Result<Unseen, DbErr> {
    let known = running
        .scope
        .find::<R::Entity>()
        .filter(there::<R>(running))
        .count(db)
        .await?;
    let gone = running
        .scope
        .find::<R::Entity>()
        .filter(there::<R>(running))
        .filter(R::columns().seen.lt(running.started_at))
        .count(db)
        .await?;
    Ok(Unseen { gone, known })
}

/// Marks what a full read did not see: as deleted, or as missing where a filter may have left it out. Rows stay: mappings
/// refer to them and say so.
pub async fn mark_unseen<R: Resource>(db: &DatabaseTransaction, running: &Running<'_>) -> Result<(), DbErr> {
    let columns = R::columns();
    let gone = there::<R>(running).add(columns.seen.lt(running.started_at));
    let rows = running.scope.find::<R::Entity>().filter(gone.clone()).all(db).await?;
    changes::store(db, running, rows.iter().map(changes::gone::<R>).collect()).await?;
    let mark = match columns.missing {
        Some(missing) if running.is_filtered() => missing,
        _ => columns.deleted,
    };
    running
        .scope
        .update_many::<R::Entity>()
        .col_expr(mark, Expr::value(true))
        .filter(gone)
        .exec(db)
        .await?;
    Ok(())
}

/// The records of the integration that are neither deleted nor missing.
fn there<R: Resource>(running: &Running<'_>) -> Condition {
    let columns = R::columns();
    let known = Condition::all()
        .add(columns.integration.eq(running.integration))
        .add(columns.deleted.eq(false));
    // A record that was missing and is still not seen by a read of everything is gone.
    let missing = columns.missing.filter(|_| running.is_filtered());
    known.add_option(missing.map(|missing| missing.eq(false)))
}
