//! Inserting many rows, some with each statement.

use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, sea_query::OnConflict};

/// Rows of one statement: well below the parameters that SQLite and PostgreSQL allow.
pub const ROWS_PER_STATEMENT: usize = 400;

/// Inserts rows that are not there yet.
///
/// # Errors
/// Only of the database.
pub async fn insert_all<E>(db: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    put_all::<E>(db, rows, None).await
}

/// Inserts rows; what becomes of those that are there already, `conflict` says.
///
/// # Errors
/// Only of the database.
pub async fn put_all<E>(
    db: &impl ConnectionTrait,
    rows: Vec<E::Model>,
    conflict: Option<OnConflict>,
) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let mut rows = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all())
        .peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(ROWS_PER_STATEMENT).collect();
        let insert = E::insert_many(chunk);
        match conflict.clone() {
            Some(conflict) => _ = insert.on_conflict(conflict).exec_without_returning(db).await?,
            None => _ = insert.exec_without_returning(db).await?,
        }
    }
    Ok(())
}
