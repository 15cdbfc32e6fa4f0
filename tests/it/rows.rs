//! The rows of a database as they lie there, past everything that the product reads them with.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// Every row of every table as text, with binary columns in hexadecimal digits.
pub(super) async fn of(url: &str) -> Vec<String> {
    let db = open(url).await;
    let mut rows = Vec::new();
    for table in tables(&db).await {
        let all = columns(&db, &table).await;
        rows.extend(select(&db, &table, &all, "").await);
    }
    db.close().await.expect("the connection can be closed");
    rows
}

/// The rows of a provider as text, of each table that names one, sorted.
pub(super) async fn of_provider(url: &str, external_key: &str) -> BTreeMap<String, Vec<String>> {
    let db = open(url).await;
    let mut rows = BTreeMap::new();
    for table in tables(&db).await {
        let all = columns(&db, &table).await;
        let own = format!("(SELECT id FROM provider WHERE external_key = '{external_key}')");
        let condition = if table == "provider" {
            format!("WHERE id = {own}")
        } else if all.iter().any(|column| column == "provider_id") {
            format!("WHERE provider_id = {own}")
        } else {
            continue;
        };
        let mut found = select(&db, &table, &all, &condition).await;
        found.sort_unstable();
        rows.insert(table, found);
    }
    db.close().await.expect("the connection can be closed");
    rows
}

/// The rows of one table as text, without some of its columns, sorted.
pub(super) async fn without(url: &str, table: &str, left_out: &[&str]) -> Vec<String> {
    let db = open(url).await;
    let mut kept = columns(&db, table).await;
    kept.retain(|column| !left_out.contains(&column.as_str()));
    let mut rows = select(&db, table, &kept, "").await;
    db.close().await.expect("the connection can be closed");
    rows.sort_unstable();
    rows
}

async fn open(url: &str) -> DatabaseConnection {
    Database::connect(url).await.expect("the database answers")
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    texts(db, sql).await
}

async fn columns(db: &DatabaseConnection, table: &str) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => format!(
            "SELECT column_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
        ),
        _ => format!("SELECT name FROM pragma_table_info('{table}')"),
    };
    texts(db, &sql).await
}

async fn select(db: &DatabaseConnection, table: &str, columns: &[String], condition: &str) -> Vec<String> {
    let quoted = columns.iter().map(|column| match db.get_database_backend() {
        DbBackend::Postgres => format!(r#"quote_nullable("{column}"::text)"#),
        _ => format!(r#"quote("{column}")"#),
    });
    let row = quoted.collect::<Vec<_>>().join(" || ',' || ");
    texts(db, &format!(r#"SELECT {row} FROM "{table}" {condition}"#)).await
}

/// The first column of what a statement finds.
async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let found = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("the statement is right");
    found
        .iter()
        .map(|row| row.try_get_by_index(0).expect("a text"))
        .collect()
}
