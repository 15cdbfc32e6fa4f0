//! A fresh, empty database per test: a SQLite file always, a PostgreSQL schema when `TEST_DATABASE_URL` names a server.

use std::error::Error;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

/// What setting up or tearing down comes to; a failed assertion inside a test arrives here too.
pub(crate) type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Runs `test` on every kind of database. `name` is unique among the tests and a plain identifier.
pub(crate) async fn on_each_database<F>(name: &str, test: impl Fn(DatabaseConnection) -> F) -> Outcome
where
    F: Future<Output = ()> + Send + 'static,
{
    on_sqlite(&test).await?;
    match postgres_url() {
        Some(url) => on_postgres(&url, name, &test).await,
        None => Ok(()),
    }
}

async fn on_sqlite<F>(test: impl Fn(DatabaseConnection) -> F) -> Outcome
where
    F: Future<Output = ()> + Send + 'static,
{
    let directory = tempfile::tempdir()?;
    let db = Database::connect(format!("sqlite://{}/test.db?mode=rwc", directory.path().display())).await?;
    let outcome = tokio::spawn(test(db.clone())).await;
    db.close().await?;
    Ok(outcome?)
}

async fn on_postgres<F>(url: &str, name: &str, test: impl Fn(DatabaseConnection) -> F) -> Outcome
where
    F: Future<Output = ()> + Send + 'static,
{
    let schema = format!("{name}_{}", std::process::id());
    let admin = Database::connect(url).await?;
    admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await?;
    let mut options = ConnectOptions::new(url);
    options.set_schema_search_path(&schema);
    let db = Database::connect(options).await?;
    let outcome = tokio::spawn(test(db.clone())).await;
    db.close().await?;
    admin
        .execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE"))
        .await?;
    admin.close().await?;
    Ok(outcome?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests of this crate have no configuration to read it for them"
)]
fn postgres_url() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok()
}
