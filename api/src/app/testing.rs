//! An app for tests: a database in a temporary directory, and a clock that the test moves.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use psa_connectors::{Clock, SystemEntropy};
use psa_entities::{ProviderId, ProviderScope, provider};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use tempfile::TempDir;

use super::App;
use crate::config::Config;

/// The secret that tokens of tests are signed with.
pub(crate) const AUTH_SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The key that secrets of tests are sealed with.
pub(crate) const VAULT_KEYS: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that stands at 2026-11-23, 10:00 UTC.
    pub(crate) fn new() -> Self {
        Self(Mutex::new("2026-11-23T10:00:00Z".parse().unwrap()))
    }

    /// Moves it.
    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// An app, its clock, and the directory that goes with it.
pub(crate) struct TestApp {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) directory: TempDir,
}

/// Where a test keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// A file in a temporary directory.
    Sqlite,
    /// A schema of its own on the server that `TEST_DATABASE_URL` names; it stays there.
    Postgres,
}

impl TestApp {
    /// An app with the defaults of the configuration.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// An app with a changed configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on(Backend::Sqlite, change).await.unwrap()
    }

    /// An app on one kind of database; none when there is no PostgreSQL server for tests.
    pub(crate) async fn on(backend: Backend, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let directory = TempDir::new().unwrap();
        let mut config = Config::defaults().unwrap();
        config.database.url = match backend {
            Backend::Sqlite => format!("sqlite://{}/psa-bridge.db", directory.path().display()),
            Backend::Postgres => postgres_schema().await?,
        }
        .into();
        config.database.migrate = true;
        config.auth.secret = Some(AUTH_SECRET.into());
        config.vault.keys = Some(VAULT_KEYS.into());
        change(&mut config);
        let clock = Arc::new(ManualClock::new());
        let app = App::start(config, clock.clone(), Arc::new(SystemEntropy))
            .await
            .unwrap();
        Some(Self { app, clock, directory })
    }

    /// A tenant of this name.
    pub(crate) async fn provider(&self, name: &str) -> ProviderScope {
        let now = self.app.now();
        let id = ProviderId::at(now);
        let row = provider::ActiveModel {
            id: Set(id),
            external_key: Set(name.to_owned()),
            name: Set(name.to_owned()),
            time_zone: Set("UTC".to_owned()),
            currency: Set("USD".to_owned()),
            created_at: Set(now),
        };
        provider::Entity::insert(row)
            .exec_without_returning(self.app.db.write())
            .await
            .unwrap();
        ProviderScope::new(id)
    }
}

/// Makes each test run on both kinds of database, each with a `Fixture` of its own file.
macro_rules! on_each_database {
    ($($test:ident)+) => {
        mod sqlite {
            use super::*;

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(Fixture::start(Backend::Sqlite).await.unwrap()).await;
            })+
        }

        mod postgres {
            use super::*;

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(fixture) = Fixture::start(Backend::Postgres).await {
                    super::$test(fixture).await;
                }
            })+
        }
    };
}
pub(crate) use on_each_database;

/// Makes a schema on the server for tests, and gives the address that leads to it.
async fn postgres_schema() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "where tests find a server is no configuration of the product"
    )]
    let server = std::env::var("TEST_DATABASE_URL").ok()?;
    let schema = format!(
        "api_{}",
        ProviderId::at("2026-11-23T10:00:00Z".parse().unwrap()).uuid().simple()
    );
    let connection = sea_orm::Database::connect(&server).await.unwrap();
    connection
        .execute_unprepared(&format!("CREATE SCHEMA {schema}"))
        .await
        .unwrap();
    connection.close().await.unwrap();
    let separator = if server.contains('?') { '&' } else { '?' };
    Some(format!("{server}{separator}options[search_path]={schema}"))
}

mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::auth::{self, AuthError, PermissionSet, TokenError, mint};

    #[tokio::test]
    async fn sqlite_is_opened_with_its_pragmas_and_readers_cannot_write() {
        let test = TestApp::start().await;
        let db = &test.app.db;
        for (pragma, expected) in [("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5_000)] {
            for connection in [db.read(), db.write()] {
                let row = connection
                    .query_one_raw(sql(&format!("PRAGMA {pragma}")))
                    .await
                    .unwrap()
                    .unwrap();
                assert_eq!(row.try_get_by_index::<i32>(0).unwrap(), expected, "{pragma}");
            }
        }
        let mode = db
            .write()
            .query_one_raw(sql("PRAGMA journal_mode"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(mode.try_get_by_index::<String>(0).unwrap(), "wal");
        assert!(db.read().execute_unprepared("DELETE FROM provider").await.is_err());
        assert!(db.write().execute_unprepared("DELETE FROM provider").await.is_ok());
        assert!(db.pending_migrations().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn sqlite_is_compiled_as_the_cargo_configuration_says() {
        let test = TestApp::start().await;
        let rows = test
            .app
            .db
            .read()
            .query_all_raw(sql("PRAGMA compile_options"))
            .await
            .unwrap();
        let options: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let has = |name: &str| options.iter().any(|option| option == name);
        assert!(
            has("ENABLE_QPSG") && has("DEFAULT_MEMSTATUS=0") && !has("ENABLE_MEMORY_MANAGEMENT"),
            "cargo did not read .cargo/config.toml, or it was changed: {options:?}"
        );
    }

    #[tokio::test]
    async fn transactions_that_write_wait_for_each_other_instead_of_failing() {
        let test = TestApp::start().await;
        let add = async |name: String| {
            let transaction = test.app.db.begin().await.unwrap();
            let count = provider::Entity::find().all(&transaction).await.unwrap().len();
            let row = provider::ActiveModel {
                id: Set(ProviderId::at(test.app.now())),
                external_key: Set(name),
                name: Set(count.to_string()),
                time_zone: Set("UTC".to_owned()),
                currency: Set("USD".to_owned()),
                created_at: Set(test.app.now()),
            };
            provider::Entity::insert(row)
                .exec_without_returning(&transaction)
                .await
                .unwrap();
            transaction.commit().await.unwrap();
        };
        futures_util::future::join_all((0..20).map(|i| add(format!("msp-{i}")))).await;
        let mut seen = provider::Entity::find().all(test.app.db.read()).await.unwrap();
        seen.sort_by_key(|row| row.name.parse::<usize>().unwrap());
        assert!(seen.iter().enumerate().all(|(i, row)| row.name == i.to_string()));
        assert_eq!(seen.len(), 20);
    }

    #[tokio::test]
    async fn sqlite_learns_what_is_in_its_tables() {
        let test = TestApp::start().await;
        let known = async || {
            let statement = sql("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'provider'");
            let row = test.app.db.write().query_one_raw(statement).await.unwrap().unwrap();
            row.try_get_by_index::<i64>(0).unwrap()
        };
        for number in 0..100 {
            test.provider(&format!("msp-{number}")).await;
        }
        test.app.db.learn().await.unwrap();
        assert!(known().await > 0);
    }

    #[tokio::test]
    async fn what_is_written_survives_a_restart_and_rolled_back_work_does_not() {
        let test = TestApp::start().await;
        test.provider("kept").await;
        let transaction = test.app.db.begin().await.unwrap();
        transaction
            .execute_unprepared("UPDATE provider SET name = 'lost'")
            .await
            .unwrap();
        transaction.rollback().await.unwrap();
        let config = test.app.config.clone();
        test.app.db.close_by_ref().await.unwrap();
        let again = App::start(config, test.clock.clone(), Arc::new(SystemEntropy))
            .await
            .unwrap();
        let rows = provider::Entity::find().all(again.db.read()).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["kept"]);
        assert!(test.directory.path().join("psa-bridge.db").exists());
    }

    #[tokio::test]
    async fn the_first_token_makes_the_provider_and_later_ones_find_it() {
        let test = TestApp::start().await;
        let token = |provider: &str| -> SecretString {
            mint::mint(
                &test.app.config.auth,
                "ann",
                provider,
                PermissionSet::all(),
                std::time::Duration::from_secs(60),
                test.app.now(),
            )
            .unwrap()
        };
        let authenticate = async |token: &SecretString| {
            auth::authenticate(&test.app, secrecy::ExposeSecret::expose_secret(token)).await
        };
        let (one, same, other) = (token("msp-1"), token("msp-1"), token("msp-2"));
        let (one, same, other) = tokio::join!(authenticate(&one), authenticate(&same), authenticate(&other));
        let (one, same, other) = (one.unwrap(), same.unwrap(), other.unwrap());
        assert_eq!(one.provider, same.provider);
        assert_ne!(one.provider, other.provider);
        assert_eq!(provider::Entity::find().all(test.app.db.read()).await.unwrap().len(), 2);
        test.clock.advance(TimeDelta::seconds(91));
        let late = authenticate(&token("msp-1")).await;
        assert!(late.is_ok());
        let expired = mint::mint(
            &test.app.config.auth,
            "ann",
            "msp-3",
            PermissionSet::all(),
            std::time::Duration::from_secs(60),
            "2026-11-23T09:00:00Z".parse().unwrap(),
        )
        .unwrap();
        assert!(matches!(
            authenticate(&expired).await,
            Err(AuthError::Token(TokenError::Expired))
        ));
        assert_eq!(provider::Entity::find().all(test.app.db.read()).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_missing_secret_is_refused_before_the_database_is_touched() {
        let directory = TempDir::new().unwrap();
        let mut config = Config::defaults().unwrap();
        config.database.url = format!("sqlite://{}/x.db", directory.path().display()).into();
        let start =
            async |config: Config| App::start(config, Arc::new(ManualClock::new()), Arc::new(SystemEntropy)).await;
        let error = start(config.clone()).await.unwrap_err().to_string();
        assert!(error.starts_with("PSA_AUTH_SECRET must be set"), "{error}");
        config.auth.secret = Some(AUTH_SECRET.into());
        let error = start(config).await.unwrap_err().to_string();
        assert!(error.starts_with("PSA_VAULT_KEYS must be set"), "{error}");
        assert!(!directory.path().join("x.db").exists());
    }

    fn sql(text: &str) -> sea_orm::Statement {
        sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, text)
    }
}
