//! A fresh database for each test: a SQLite file always, a PostgreSQL database when `TEST_DATABASE_URL` names a server.

use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

/// One empty database.
#[derive(Debug)]
pub struct TestDatabase {
    /// Where it is.
    pub url: String,
    _folder: Option<TempDir>,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Runs a test on SQLite and, when there is a server, on PostgreSQL.
///
/// # Panics
/// The test fails; or `CI` is set and there is no PostgreSQL server.
pub async fn on_each_database<F: Future<Output = ()>>(test: impl Fn(TestDatabase) -> F) {
    test(TestDatabase::sqlite()).await;
    if let Some(server) = Postgres::of_the_environment().await {
        let (name, database) = server.create().await;
        test(database).await;
        server.drop(&name).await;
    }
}

/// Runs a test that compares what is in two databases, both of one kind, on each kind.
///
/// # Panics
/// The test fails; or `CI` is set and there is no PostgreSQL server.
pub async fn on_two_of_each_database<F: Future<Output = ()>>(test: impl Fn(TestDatabase, TestDatabase) -> F) {
    test(TestDatabase::sqlite(), TestDatabase::sqlite()).await;
    if let Some(server) = Postgres::of_the_environment().await {
        let (one, database) = server.create().await;
        let (other, second) = server.create().await;
        test(database, second).await;
        for name in [one, other] {
            server.drop(&name).await;
        }
    }
}

/// A PostgreSQL server that databases are made on.
struct Postgres {
    server: String,
    admin: DatabaseConnection,
}

impl Postgres {
    async fn of_the_environment() -> Option<Self> {
        let server = postgres_server()?;
        let admin = Database::connect(&server)
            .await
            .expect("TEST_DATABASE_URL names a server that answers");
        Some(Self { server, admin })
    }

    async fn create(&self) -> (String, TestDatabase) {
        let name = format!("psa_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        self.admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .expect("databases may be created");
        let mut url = url::Url::parse(&self.server).expect("TEST_DATABASE_URL is a URL");
        url.set_path(&name);
        let database = TestDatabase {
            url: url.into(),
            _folder: None,
        };
        (name, database)
    }

    async fn drop(&self, name: &str) {
        self.admin
            .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
            .await
            .expect("the database can be dropped");
    }
}

impl TestDatabase {
    /// A SQLite file in a folder of its own.
    ///
    /// # Panics
    /// There is no place for temporary files.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let url = format!("sqlite://{}", folder.path().join("bridge.db").display());
        Self {
            url,
            _folder: Some(folder),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests have no configuration of their own")]
fn postgres_server() -> Option<String> {
    let server = std::env::var("TEST_DATABASE_URL")
        .ok()
        .filter(|server| !server.is_empty());
    assert!(
        server.is_some() || std::env::var("CI").is_err(),
        "CI runs these tests on PostgreSQL: set TEST_DATABASE_URL"
    );
    server
}
