//! Rows and what belongs to them as one text, made by the database.
//!
//! A row that crosses from SQLite's thread to ours costs more than reading it. A page whose rows come together, each with
//! its relations, is one crossing. The text is JSON: an array of records, each an array of a row's columns in the order
//! of its model, which is how models are read from it.

use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait, Iterable,
    sea_query::{BinOper, Expr, Query, SelectStatement, SimpleExpr, SubQueryStatement},
};
use serde::de::DeserializeOwned;

const RECORD: &str = "record";
const RECORDS: &str = "records";

/// A row of an entity that is in the selection.
pub fn row<E: EntityTrait>(backend: DbBackend) -> SimpleExpr {
    let columns: Vec<_> = E::Column::iter().map(|column| json(backend, column)).collect();
    let columns = columns.join(", ");
    Expr::cust(match backend {
        DbBackend::Sqlite => format!("json_array({columns})"),
        _ => format!("json_build_array({columns})::text"),
    })
}

/// A row that may be absent, which shows in its key.
pub fn optional_row<E: EntityTrait>(backend: DbBackend, key: E::Column) -> SimpleExpr {
    Expr::case(key.is_null(), Expr::cust("'null'"))
        .finally(row::<E>(backend))
        .into()
}

/// The records of a selection within another.
pub fn rows(backend: DbBackend, select: SelectStatement, record: SimpleExpr) -> SimpleExpr {
    let select = together(backend, select, record);
    SimpleExpr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(select)))
}

/// A record that is made of others.
pub fn record(parts: impl IntoIterator<Item = SimpleExpr>) -> SimpleExpr {
    let mut whole = Expr::cust("'['");
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            whole = join(whole, Expr::cust("','"));
        }
        whole = join(whole, part);
    }
    join(whole, Expr::cust("']'"))
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
        DbBackend::Sqlite => "'[' || coalesce(group_concat(record, ','), '') || ']'",
        _ => "'[' || coalesce(string_agg(record, ','), '') || ']'",
    };
    let mut all = Query::select();
    all.expr_as(Expr::cust(joined), RECORDS)
        .from_subquery(select, "rows_in_order");
    all
}

fn join(left: SimpleExpr, right: SimpleExpr) -> SimpleExpr {
    left.binary(BinOper::Custom("||"), right)
}

/// A column as a value of JSON. PostgreSQL knows what its types are in JSON; SQLite has but numbers, texts and bytes.
fn json<C: ColumnTrait>(backend: DbBackend, column: C) -> String {
    let (table, name) = column.as_column_ref();
    let name = format!("\"{}\".\"{}\"", table.inner(), name.inner());
    if backend != DbBackend::Sqlite {
        return name;
    }
    match column.def().get_column_type() {
        ColumnType::Uuid => format!("nullif(hex({name}), '')"),
        ColumnType::Boolean => format!("json(CASE {name} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE 'null' END)"),
        ColumnType::Json | ColumnType::JsonBinary => format!("json({name})"),
        _ => name,
    }
}
