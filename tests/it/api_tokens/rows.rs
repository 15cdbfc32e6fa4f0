//! The rows of a database as they lie there, past everything that the product reads them with.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// Every row of every table as text, with binary columns in hexadecimal digits.
pub(super) async fn of(url: &str) -> Vec<String> {
    let db = Database::connect(url).await.expect("the database answers");
    let tables = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let mut rows = Vec::new();
    for table in texts(&db, tables).await {
        let row = match db.get_database_backend() {
            DbBackend::Postgres => "t::text".to_owned(),
            _ => {
                let columns = texts(&db, &format!("SELECT name FROM pragma_table_info('{table}')")).await;
                let quoted: Vec<_> = columns.iter().map(|column| format!(r#"quote("{column}")"#)).collect();
                quoted.join(" || ',' || ")
            }
        };
        rows.extend(texts(&db, &format!(r#"SELECT {row} FROM "{table}" t"#)).await);
    }
    db.close().await.expect("the connection can be closed");
    rows
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
