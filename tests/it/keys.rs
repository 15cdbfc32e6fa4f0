//! The vault key is changed while a server works: the integration works before, in the middle and afterwards, and without
//! the old key in the end.

use std::net::TcpListener;

use psa_tests::{Bridge, Options, TestDatabase, bridge::VAULT_KEY, on_each_database, setup, wait};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait, QueryOrder,
    TransactionTrait,
};
use serde_json::json;
use tokio::process::Command;

use crate::tickets::{
    desk::{CONTOSO, Desk, run},
    webhooks,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bridge-under-test");

const NEW_KEY: &str = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_vault_key_is_changed_under_a_working_server() {
    on_each_database(|database| async move {
        let both = format!("{NEW_KEY},{VAULT_KEY}");
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let options = |keys: &str| Options {
            webhooks: true,
            listener: Some(listener.try_clone().expect("a socket can be shared")),
            vault_keys: keys.to_owned(),
            ..Options::default()
        };
        let restart = async |desk: Desk, keys: &str| {
            let simulator = desk.bridge.stop().await;
            let bridge = Bridge::start_beside(&database, simulator, options(keys)).await;
            let client = bridge.admin();
            Desk { bridge, client, ..desk }
        };
        let mut desk = Desk::open_with(&database, options(VAULT_KEY)).await;
        desk.happens(run("e1", CONTOSO.0, "PC-1", "ERROR")).await;
        works(&desk).await;

        // In the wrong order: the old key was taken away before.
        let (status, out, error) = rotate(&database, NEW_KEY).await;
        assert_eq!(status, Some(1), "{error}");
        for field in [
            "site",
            "company_id",
            "public_key",
            "private_key",
            "webhook.token",
            "webhook.secret",
        ] {
            assert!(out.contains(&format!("field `{field}`: the key `test`")), "{out}");
        }
        assert!(error.contains("6 secrets"), "{error}");
        assert_eq!(key_ids(&database).await, ["test"; 5]);
        works(&desk).await;

        desk = restart(desk, &both).await;
        works(&desk).await;
        killed_in_the_middle(&database, &both).await;
        assert_eq!(key_ids(&database).await[..3], ["new"; 3]);
        works(&desk).await;
        desk = restart(desk, &both).await;
        works(&desk).await;

        let (status, out, error) = rotate(&database, &both).await;
        assert_eq!(status, Some(0), "{error}");
        assert!(
            out.contains("webhooks: 1 sealed again under `new`, 0 under it already"),
            "{out}"
        );
        assert_eq!(key_ids(&database).await, ["new"; 5]);
        works(&desk).await;
        let (status, out, _) = rotate(&database, &both).await;
        let nothing = "credentials: 0 sealed again under `new`, 4 under it already\n\
                       webhooks: 0 sealed again under `new`, 1 under it already\n";
        assert_eq!((status, out.as_str()), (Some(0), nothing));

        desk = restart(desk, NEW_KEY).await;
        works(&desk).await;
        desk.bridge.stop().await;
    })
    .await;
}

/// Makes sure that the PSA accepts the keys, and that what it announces is heard.
async fn works(desk: &Desk) {
    let input = json!({ "integrationId": desk.integration });
    let payload = desk.client.succeed(setup::CHECK_PERMISSIONS, input).await;
    assert_eq!(payload["permissionCheck"]["passed"], true);
    webhooks::touch(desk).await;
}

fn command(database: &TestDatabase, keys: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(["keys", "rotate"])
        .env_clear()
        .env("PSA_DATABASE_URL", &database.url)
        .env("PSA_VAULT_KEYS", keys)
        .current_dir(std::env::temp_dir())
        .kill_on_drop(true);
    command
}

/// Seals everything again under the first of these keys: the status, and what was said.
async fn rotate(database: &TestDatabase, keys: &str) -> (Option<i32>, String, String) {
    let output = command(database, keys).output().await.expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    for key in keys.split(',').filter_map(|entry| entry.split(':').nth(1)) {
        assert!(!out.contains(key) && !error.contains(key), "{out}{error}");
    }
    (output.status.code(), out, error)
}

/// The keys that seal what there is: that of each field of the credentials, and that of the webhook.
async fn key_ids(database: &TestDatabase) -> Vec<String> {
    use psa_entities::{credential, webhook};
    let db = Database::connect(&database.url).await.expect("the database answers");
    let credentials = credential::Entity::find().order_by_asc(credential::Column::Field);
    let credentials = credentials.all(&db).await.expect("they can be read");
    let webhooks = webhook::Entity::find().all(&db).await.expect("they can be read");
    db.close().await.expect("the connection can be closed");
    let ids = credentials.into_iter().map(|row| row.key_id);
    ids.chain(webhooks.into_iter().map(|row| row.key_id)).collect()
}

/// Starts to seal everything again, and kills whoever does it when the last field of the credentials has its turn.
async fn killed_in_the_middle(database: &TestDatabase, keys: &str) {
    let db = Database::connect(&database.url).await.expect("the database answers");
    let held = obstruct(&db).await;
    let mut rotating = command(database, keys).spawn().expect("the program starts");
    wait::until("three of four fields", || async {
        (key_ids(database).await[..3] == ["new"; 3]).then_some(())
    })
    .await;
    assert_eq!(
        rotating.try_wait().expect("it can be asked"),
        None,
        "it is in the middle"
    );
    rotating.kill().await.expect("it can be killed");
    clear(&db, held).await;
    db.close().await.expect("the connection can be closed");
}

/// Puts something in the way of whoever seals the site again: on SQLite a trigger that does not end, so that it dies with
/// an open transaction; on PostgreSQL a lock.
async fn obstruct(db: &DatabaseConnection) -> Option<DatabaseTransaction> {
    if db.get_database_backend() == DbBackend::Postgres {
        let transaction = db.begin().await.expect("a transaction");
        let lock = "SELECT field FROM credential WHERE field = 'site' FOR UPDATE";
        transaction.execute_unprepared(lock).await.expect("it can be locked");
        return Some(transaction);
    }
    for statement in [
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        "CREATE TRIGGER obstacle BEFORE UPDATE OF sealed ON credential WHEN OLD.field = 'site' \
         BEGIN SELECT COUNT(*) FROM endless; END",
    ] {
        db.execute_unprepared(statement).await.expect("it can be made");
    }
    None
}

/// Takes it away.
async fn clear(db: &DatabaseConnection, held: Option<DatabaseTransaction>) {
    match held {
        Some(transaction) => transaction.rollback().await.expect("the lock can be let go"),
        None => {
            for statement in ["DROP TRIGGER obstacle", "DROP VIEW endless"] {
                db.execute_unprepared(statement).await.expect("it can be dropped");
            }
        }
    }
}
