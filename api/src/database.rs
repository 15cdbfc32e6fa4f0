//! The database: SQLite in a file, or PostgreSQL, behind one type.
//!
//! SQLite has one connection for writing and four for reading. One writer is what SQLite allows anyway; queueing in the
//! pool instead of in SQLite makes the order fair and the error "database is locked" impossible within one process. WAL
//! lets reads go on beside it, and `synchronous=FULL` keeps every committed ticket and event through a power loss.
//! PostgreSQL has one pool for both.

pub mod aggregated;
pub mod rows;
mod together;

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use psa_migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connector, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use self::together::Together;
use crate::config::DatabaseConfig;

/// How long a request waits for a connection of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection may rest and still be used untried. One that rested longer is asked for a sign of life first: the
/// server, or something on the way to it, may have closed it.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How long a statement waits for another process that writes to the same SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Lets SQLite count the rows of tables that it knows too little about, in a sample: without that it may walk all contacts
/// of a provider to find those of one company. Of tables that it knows it does nothing.
const LEARN: &str = "PRAGMA optimize=0x10012";

/// How long a connection for reading is used: what has been learned about the tables is known to new ones.
const READER_LIFETIME: Duration = Duration::from_secs(600);

/// Connections that read a SQLite file. More of them were slower on two cores.
const SQLITE_READERS: u32 = 4;

/// The database of this process.
#[derive(Debug, Clone)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    is_postgres: bool,
    together: Arc<Together>,
    statements: Arc<AtomicU64>,
}

impl Database {
    /// Connects, and makes the SQLite file when there is none. Does not migrate.
    ///
    /// # Errors
    /// The database cannot be reached or opened.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, DbErr> {
        if config.url.is_postgres() {
            let mut options = options(config.url.expose(), config.max_connections);
            // Statements here are short: what compiling one costs, some hundred milliseconds, none of them earns back.
            options.map_sqlx_postgres_opts(|postgres| postgres.options([("jit", "off")]));
            let statements = Arc::default();
            let pool = counted(Connector::connect(options).await?, &statements);
            return Ok(Self {
                read: pool.clone(),
                write: pool,
                is_postgres: true,
                together: Arc::default(),
                statements,
            });
        }
        // The path is checked before sea-orm parses it, so that the error is an error and not a refused scheme.
        SqliteConnectOptions::from_str(config.url.expose()).map_err(|error| DbErr::Custom(error.to_string()))?;
        let mut writer = options(config.url.expose(), 1);
        writer.map_sqlx_sqlite_opts(|sqlite| pragmas(sqlite).create_if_missing(true));
        let statements = Arc::default();
        let write = counted(Connector::connect(writer).await?, &statements);
        write.execute_unprepared(LEARN).await?;
        let mut reader = options(config.url.expose(), SQLITE_READERS);
        reader.max_lifetime(READER_LIFETIME);
        // `query_only` turns a write on the wrong connection into an error instead of a lock held by a reader.
        reader.map_sqlx_sqlite_opts(|sqlite| pragmas(sqlite).pragma("query_only", "ON"));
        let read = counted(Connector::connect(reader).await?, &statements);
        Ok(Self {
            read,
            write,
            is_postgres: false,
            together: Arc::default(),
            statements,
        })
    }

    /// The connections for reading. On SQLite they refuse to write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The connections for writing single statements. On SQLite there is one: never use it while holding a transaction
    /// of [`Database::begin`], which would wait for itself.
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Begins a transaction that may write. On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), because a
    /// transaction that reads first and writes later can fail halfway when another process writes in between.
    ///
    /// # Errors
    /// No connection became free in time, or the database cannot be reached.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let sqlite_transaction_mode = (!self.is_postgres).then_some(SqliteTransactionMode::Immediate);
        self.write
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode,
                ..TransactionOptions::default()
            })
            .await
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// A migration fails; those before it stay applied.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.write, None).await
    }

    /// The names of the migrations that are not applied, in order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, DbErr> {
        let pending = Migrator::get_pending_migrations_read_only(&self.read).await?;
        Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
    }

    /// Lets the database learn what is in its tables, so that it finds things the short way. PostgreSQL does so by itself.
    ///
    /// # Errors
    /// The database fails.
    pub async fn learn(&self) -> Result<(), DbErr> {
        if !self.is_postgres {
            self.write.execute_unprepared(LEARN).await?;
        }
        Ok(())
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// There is none.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.read.ping().await?;
        if self.is_postgres {
            Ok(())
        } else {
            self.write.ping().await
        }
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.is_postgres
    }

    /// How many statements this process has sent, but for those that begin and end transactions.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Closes every connection, after the statements that are under way. SQLite then folds its log into the file.
    ///
    /// # Errors
    /// A connection cannot be closed.
    pub async fn close(self) -> Result<(), DbErr> {
        self.close_by_ref().await
    }

    /// Like [`Database::close`], where the owner is shared.
    ///
    /// # Errors
    /// A connection cannot be closed.
    pub async fn close_by_ref(&self) -> Result<(), DbErr> {
        self.read.close_by_ref().await?;
        self.write.close_by_ref().await
    }
}

fn counted(mut connection: DatabaseConnection, statements: &Arc<AtomicU64>) -> DatabaseConnection {
    let statements = Arc::clone(statements);
    connection.set_metric_callback(move |_| _ = statements.fetch_add(1, Ordering::Relaxed));
    connection
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    // Statements carry values of tenants; they are not logged.
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire_if_idle_for(TRUSTED_FOR)
        .sqlx_logging(false);
    options
}

fn pragmas(sqlite: SqliteConnectOptions) -> SqliteConnectOptions {
    sqlite
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        // In KiB when negative: 16 MiB of pages for each connection, and the file mapped instead of copied.
        .pragma("cache_size", "-16384")
        .pragma("mmap_size", "268435456")
}
