//! No secret leaves the server, and none lies in the clear: everything that may hold one is marked, the server is led
//! through success and failure, and then its log, its answers and its database are searched.

mod canaries;
mod drive;
mod witness;

use std::{path::Path, process::Command, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use psa_bridge::{
    auth::{PermissionSet, mint},
    config::Config,
    vault::{Binding, Sealed, Vault},
};
use psa_connectors::{Clock, SystemClock, SystemEntropy};
use psa_entities::webhook;
use psa_tests::{Options, TestDatabase, bridge, on_each_database, process::Process, receiver::Receiver};
use sea_orm::{Database, EntityTrait};
use secrecy::ExposeSecret;
use url::Url;

use self::{
    canaries::Canaries,
    drive::{Keys, Scene},
    witness::Witness,
};
use crate::{rows, tickets::desk::Desk};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bridge-under-test");

const VAULT_KEY: &[u8; 32] = b"canary-of-the-vault-key-32-bytes";
const AUTH_SECRET: &str = "canary-of-the-secret-that-signs-tokens";
const DATABASE_PASSWORD: &str = "canary-of-the-database-password";

/// The keys that are in use in the beginning, those that take their place, and those that nobody ever accepted.
const KEYS: [Keys; 3] = [
    Keys {
        public: "canaryPublicKeyOne",
        private: "canaryPrivateKeyOne",
    },
    Keys {
        public: "canaryPublicKeyTwo",
        private: "canaryPrivateKeyTwo",
    },
    Keys {
        public: "canaryPublicKeyWrong",
        private: "canaryPrivateKeyWrong",
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_logged_answered_or_stored_in_the_clear() {
    on_each_database(|database| led_through_everything(database, "info")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_logged_when_everything_else_is() {
    on_each_database(|database| led_through_everything(database, "debug")).await;
}

async fn led_through_everything(mut database: TestDatabase, filter: &str) {
    let mut canaries = Canaries::default();
    if let Some(password) = protect(&mut database) {
        canaries.add("the database's password", password);
    }
    let vault_keys = format!("canary:{}", STANDARD.encode(VAULT_KEY));
    let options = || Options {
        webhooks: true,
        vault_keys: vault_keys.clone(),
        ..Options::default()
    };
    let Desk {
        bridge, integration, ..
    } = Desk::open_with(&database, options()).await;
    let simulator = bridge.stop().await;
    let receiver = Receiver::start().await;
    let mut config = bridge::config(&database, &options());
    config.auth.secret = Some(AUTH_SECRET.into());
    config.server.public_url = Some(receiver.base().parse().expect("an address"));
    config.log.filter = filter.to_owned();
    canaries.add("the vault key", VAULT_KEY);
    canaries.add("the vault key as it is configured", STANDARD.encode(VAULT_KEY));
    canaries.add("the secret that signs tokens", AUTH_SECRET);

    let process = Process::start(Path::new(PROGRAM), &config);
    let jwt = token(&config);
    canaries.add("a token of the console", &jwt);
    canaries.add("its signature", jwt.rsplit('.').next().expect("a signature"));
    for (keys, [public, private, both]) in KEYS.iter().zip([
        ["public key 1", "private key 1", "keys 1"],
        ["public key 2", "private key 2", "keys 2"],
        ["wrong public key", "wrong private key", "wrong keys"],
    ]) {
        canaries.add(public, keys.public);
        canaries.add(private, keys.private);
        canaries.add(both, keys.pair());
    }
    let mut scene = Scene {
        witness: Witness::of(&process.base),
        simulator,
        receiver,
        jwt,
        integration,
        database: database.url.clone(),
    };
    let shown = scene.play(&KEYS).await;
    canaries.add("an API token", &shown.api_token);
    canaries.add("the secret part of an API token", &shown.api_token[11..]);
    canaries.add("the token of the webhook's address", &shown.webhook_token);
    canaries.add("the secret of the webhook", webhook_secret(&config, &database).await);

    let log = process.kill_and_read();
    for told in ["\"answered\"", "\"a request failed\""] {
        assert!(log.contains(told), "{told} is not in the log");
    }
    assert_eq!(
        log.contains("request answered"),
        filter == "debug",
        "what was asked of the PSA is logged"
    );
    canaries.must_not_be_in("the log", log.as_bytes());
    for (what, heard) in scene.witness.heard() {
        canaries.must_not_be_in(&format!("the answer to {what}"), &heard);
    }
    for row in rows::of(&database.url).await {
        canaries.must_not_be_in("a row", row.as_bytes());
    }
    if let Some(path) = database.url.strip_prefix("sqlite://") {
        for file in [path.to_owned(), format!("{path}-wal")] {
            let bytes = std::fs::read(&file).unwrap_or_default();
            canaries.must_not_be_in(&file, &bytes);
        }
    }
    commands_tell_nothing(&canaries, &config);
}

/// Gives a server the password that a marked one has, if it has none: one that trusts whoever comes does not ask for it.
fn protect(database: &mut TestDatabase) -> Option<String> {
    let mut url = Url::parse(&database.url).expect("an address");
    if url.scheme().starts_with("sqlite") {
        return None;
    }
    if url.password().is_none() {
        url.set_password(Some(DATABASE_PASSWORD))
            .expect("an address with a host");
        database.url = url.to_string();
    }
    url.password()
        .filter(|password| password.len() >= 16)
        .map(str::to_owned)
}

fn token(config: &Config) -> String {
    let ttl = std::time::Duration::from_secs(3_600);
    let token = mint::mint(
        &config.auth,
        "tester",
        "acme",
        PermissionSet::all(),
        ttl,
        SystemClock.now(),
    );
    token.expect("a token is made").expose_secret().to_owned()
}

/// What a PSA would sign with that takes a secret.
async fn webhook_secret(config: &Config, database: &TestDatabase) -> String {
    let vault = Vault::new(&config.vault, Arc::new(SystemEntropy)).expect("the keys are keys");
    let db = Database::connect(&database.url).await.expect("the database answers");
    let row = webhook::Entity::find()
        .one(&db)
        .await
        .expect("it can be read")
        .expect("it was made");
    db.close().await.expect("the connection can be closed");
    let binding = Binding {
        provider: row.provider_id,
        integration: row.integration_id,
        field: "webhook.secret",
    };
    let sealed = Sealed {
        key_id: row.key_id,
        bytes: row.secret,
    };
    let secret = vault.open(&binding, &sealed).expect("it opens");
    secret.expose_secret().to_owned()
}

/// The commands with a right and with a wrong configuration.
fn commands_tell_nothing(canaries: &Canaries, config: &Config) {
    let keys = config.vault.keys.as_ref().expect("keys").expose_secret();
    let key = STANDARD.encode(VAULT_KEY);
    let url = config.database.url.expose();
    // A socket that is not there: for a port that nobody listens on the program waits half a minute.
    let unreachable = format!("postgres://bridge:{DATABASE_PASSWORD}@localhost/none?host=/nonexistent");
    let mut all = Canaries::default();
    all.add("the database's password", DATABASE_PASSWORD);
    for (arguments, name, value) in [
        (["config"].as_slice(), "PSA_DATABASE_URL", url),
        (&["config"], "PSA_DATABASE_URL", &unreachable),
        (&["migrate", "status"], "PSA_DATABASE_URL", url),
        (&["migrate", "status"], "PSA_DATABASE_URL", &unreachable),
        (&["keys", "rotate"], "PSA_DATABASE_URL", url),
        (&["keys", "rotate"], "PSA_VAULT_KEYS", &key),
        (&["keys", "rotate"], "PSA_VAULT_KEYS", &format!("canary:{key}x")),
        (&["keys", "rotate"], "PSA_VAULT_KEYS", &format!("{keys},{keys}")),
        (&["serve"], "PSA_DATABASE_URL", &unreachable),
        (
            &["serve"],
            "PSA_DATABASE_URL",
            &format!("mysql://bridge:{DATABASE_PASSWORD}@h/d"),
        ),
        (&["serve"], "PSA_VAULT_KEYS", &format!("Canary {key}")),
    ] {
        let output = Command::new(PROGRAM)
            .args(arguments)
            .env_clear()
            .env("PSA_SERVER_LISTEN", "127.0.0.1:0")
            .env("PSA_AUTH_SECRET", AUTH_SECRET)
            .env("PSA_VAULT_KEYS", keys)
            .env(name, value)
            .current_dir(std::env::temp_dir())
            .output()
            .expect("the program starts");
        let place = format!("what {arguments:?} says with another {name}");
        for canaries in [canaries, &all] {
            canaries.must_not_be_in(&place, &output.stdout);
            canaries.must_not_be_in(&place, &output.stderr);
        }
    }
}
