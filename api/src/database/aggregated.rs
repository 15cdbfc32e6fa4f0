//! Rows and what belongs to them as one text, made by the database.
//!
//! A row that crosses from SQLite's thread to ours costs more than reading it. A page whose rows come together, each with
//! its relations, is one crossing. The text is JSON: an array of records, each an array of what is [shown](Shown) of a
//! row, in the order of its fields.

use psa_entities::shown::Shown;
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic,
    sea_query::{Expr, Func, Query, SelectStatement, SimpleExpr, SubQueryStatement},
};
use serde::de::DeserializeOwned;

const RECORD: &str = "record";
const RECORDS: &str = "records";

/// Which columns are asked for, by their names.
pub type IsAsked<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// What is shown of a row in the selection.
pub fn row<S: Shown>(backend: DbBackend, is_asked: IsAsked<'_>) -> SimpleExpr {
    let always = S::ALWAYS.iter().map(|column| json(backend, column));
    let asked = S::ASKED.iter().map(|column| match is_asked(column.as_str()) {
        true => json(backend, column),
        false => "NULL".to_owned(),
    });
    let columns: Vec<_> = always.chain(asked).collect();
    let columns = columns.join(", ");
    Expr::cust(match backend {
        DbBackend::Sqlite => format!("json_array({columns})"),
        _ => format!("json_build_array({columns})::text"),
    })
}

/// A row that may be absent, which shows in its key.
pub fn optional_row<S: Shown>(
    backend: DbBackend,
    is_asked: IsAsked<'_>,
    key: <S::Entity as EntityTrait>::Column,
) -> SimpleExpr {
    Expr::case(key.is_null(), Expr::cust("'null'"))
        .finally(row::<S>(backend, is_asked))
        .into()
}

/// The records of a selection within another.
pub fn rows(backend: DbBackend, select: SelectStatement, record: SimpleExpr) -> SimpleExpr {
    let select = together(backend, select, record);
    SimpleExpr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(select)))
}

/// A record that is made of others.
pub fn record(parts: impl IntoIterator<Item = SimpleExpr>) -> SimpleExpr {
    let mut pieces = vec![Expr::cust("'['")];
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            pieces.push(Expr::cust("','"));
        }
        pieces.push(part);
    }
    pieces.push(Expr::cust("']'"));
    Func::cust("concat").args(pieces).into()
}

/// Reads a selection, each row as a record.
///
/// # Errors
/// Of the database, or a record is none of `T`.
pub async fn read<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    select: SelectStatement,
    record: SimpleExpr,
) -> Result<Vec<T>, DbErr> {
    let statement = together(db.get_database_backend(), select, record);
    let Some(found) = db.query_one(&statement).await? else {
        return Ok(Vec::new());
    };
    let text: String = found.try_get("", RECORDS)?;
    serde_json::from_str(&text).map_err(|error| DbErr::Json(error.to_string()))
}

/// All records of a selection, in its order, as one text.
fn together(backend: DbBackend, mut select: SelectStatement, record: SimpleExpr) -> SelectStatement {
    select.clear_selects().expr_as(record, RECORD);
    let joined = match backend {
        DbBackend::Sqlite => "concat('[', group_concat(record, ','), ']')",
        _ => "concat('[', string_agg(record, ','), ']')",
    };
    let mut all = Query::select();
    all.expr_as(Expr::cust(joined), RECORDS)
        .from_subquery(select, "rows_in_order");
    all
}

/// A column as a value of JSON. PostgreSQL knows what its types are in JSON; SQLite has but numbers, texts and bytes.
fn json(backend: DbBackend, column: &impl ColumnTrait) -> String {
    let (table, name) = column.as_column_ref();
    let name = format!("\"{}\".\"{}\"", table.inner(), name.inner());
    if backend != DbBackend::Sqlite {
        return name;
    }
    let definition = column.def();
    match definition.get_column_type() {
        ColumnType::Uuid if definition.is_null() => format!("nullif(hex({name}), '')"),
        ColumnType::Uuid => format!("hex({name})"),
        ColumnType::Boolean => format!("json(CASE {name} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE 'null' END)"),
        ColumnType::Json | ColumnType::JsonBinary => format!("json({name})"),
        _ => name,
    }
}
