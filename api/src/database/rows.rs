//! Inserting many rows, some with each statement.

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PrimaryKeyTrait, sea_query::OnConflict,
};

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

/// Inserts the rows whose `unique` columns no other row has, and gives back their keys.
///
/// # Errors
/// Only of the database.
pub async fn insert_new<E>(
    db: &impl ConnectionTrait,
    rows: Vec<E::Model>,
    unique: impl IntoIterator<Item = E::Column>,
) -> Result<Vec<<E::PrimaryKey as PrimaryKeyTrait>::ValueType>, DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let conflict = OnConflict::columns(unique).do_nothing().to_owned();
    let mut keys = Vec::with_capacity(rows.len());
    for chunk in chunks::<E>(rows) {
        let insert = E::insert_many(chunk).on_conflict(conflict.clone());
        keys.extend(insert.exec_with_returning_keys(db).await?);
    }
    Ok(keys)
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
    for chunk in chunks::<E>(rows) {
        let insert = E::insert_many(chunk);
        match conflict.clone() {
            Some(conflict) => _ = insert.on_conflict(conflict).exec_without_returning(db).await?,
            None => _ = insert.exec_without_returning(db).await?,
        }
    }
    Ok(())
}

fn chunks<E>(rows: Vec<E::Model>) -> impl Iterator<Item = Vec<E::ActiveModel>>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E>,
{
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    std::iter::from_fn(move || {
        let chunk: Vec<_> = rows.by_ref().take(ROWS_PER_STATEMENT).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}
