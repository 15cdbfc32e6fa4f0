//! Storing a page of records: known ones are compared, new ones counted, all of them stamped as seen, with two
//! statements a page.

use std::{collections::HashMap, ops::AddAssign};

use async_trait::async_trait;
use psa_connectors::{Page, PsaConnector, ReadQuery};
use psa_entities::Scoped;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult,
    IntoActiveModel, ModelTrait, PaginatorTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};

use super::import::Running;

/// Rows of one statement: well below the parameters that SQLite and PostgreSQL allow.
const ROWS_PER_STATEMENT: usize = 400;

/// What an import did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records read.
    pub read: i64,
    /// Records that were not known.
    pub added: u64,
    /// Records that were known and are different now.
    pub changed: u64,
    /// Records that the PSA no longer has.
    pub gone: u64,
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
pub trait Resource {
    /// The PSA's record.
    type Record: Send;
    /// The table.
    type Entity: Scoped<Model = Self::Row, ActiveModel = Self::Change>;
    /// A row of it.
    type Row: ModelTrait<Entity = Self::Entity> + FromQueryResult + IntoActiveModel<Self::Change> + Send + Sync;
    /// A row to be written.
    type Change: ActiveModelTrait<Entity = Self::Entity> + ActiveModelBehavior + Send;

    /// Reads a page.
    async fn read(connector: &dyn PsaConnector, query: &ReadQuery) -> psa_connectors::Result<Page<Self::Record>>;
    /// The row of a record, with a new id.
    fn row(running: &Running<'_>, record: Self::Record) -> Self::Row;
    /// The PSA's id of a row.
    fn key(row: &Self::Row) -> &str;
    /// Whether two rows say the same, apart from their own id and when they were seen.
    fn same(known: &Self::Row, read: &Self::Row) -> bool;
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
    for row in &rows {
        match known.get(R::key(row)) {
            None => counts.added += 1,
            Some(known) if !R::same(known, row) => counts.changed += 1,
            Some(_) => {}
        }
    }
    let replace = OnConflict::columns([columns.integration, columns.external])
        .update_columns(columns.content.iter().copied().chain([columns.deleted, columns.seen]))
        .to_owned();
    let mut rows = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all())
        .peekable();
    while rows.peek().is_some() {
        R::Entity::insert_many(rows.by_ref().take(ROWS_PER_STATEMENT).collect::<Vec<_>>())
            .on_conflict(replace.clone())
            .exec_without_returning(db)
            .await?;
    }
    Ok(counts)
}

/// Counts what a full read did not see.
pub async fn unseen<R: Resource>(db: &DatabaseTransaction, running: &Running<'_>) -> Result<Unseen, DbErr> {
    let columns = R::columns();
    let known = running
        .scope
        .find::<R::Entity>()
        .filter(columns.integration.eq(running.integration))
        .filter(columns.deleted.eq(false));
    let gone = known
        .clone()
        .filter(columns.seen.lt(running.started_at))
        .count(db)
        .await?;
    Ok(Unseen {
        gone,
        known: known.count(db).await?,
    })
}

/// Marks what a full read did not see as deleted. Rows stay: mappings refer to them and say so.
pub async fn mark_unseen<R: Resource>(db: &DatabaseTransaction, running: &Running<'_>) -> Result<(), DbErr> {
    let columns = R::columns();
    running
        .scope
        .update_many::<R::Entity>()
        .col_expr(columns.deleted, Expr::value(true))
        .filter(columns.integration.eq(running.integration))
        .filter(columns.deleted.eq(false))
        .filter(columns.seen.lt(running.started_at))
        .exec(db)
        .await?;
    Ok(())
}
