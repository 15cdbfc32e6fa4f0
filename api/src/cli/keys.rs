//! `psa-bridge keys`: makes the secrets that the server needs, and changes the vault key.

use std::{io::Write, sync::Arc};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use psa_connectors::{Clock, SystemClock, SystemEntropy};
use secrecy::ExposeSecret;

use crate::{
    config::Config,
    database::Database,
    vault::{
        Vault, keys,
        rotation::{self, Rotation, Tally},
    },
};

/// Arguments of `keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    pub(super) command: KeysCommand,
}

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Print a new vault key and a new token secret, as lines for the environment. They are shown once, and kept nowhere.
    Generate,
    /// Seal again, under the first key of `PSA_VAULT_KEYS`, everything that the keys behind it sealed.
    ///
    /// Servers may work on the database meanwhile. To change the vault key:
    ///
    /// 1. Put the new key in front of the old one, `<new>,<old>`, on every process, and restart each. Where several
    ///    processes share a database, put it behind the old one everywhere first: a process that does not know it opens
    ///    nothing that another one has sealed with it.
    ///
    /// 2. Run this. It can be killed at any moment and run again; what was sealed again stays so.
    ///
    /// 3. When it ends with status 0 no secret needs the old key: remove it everywhere, and restart.
    ///
    /// Status 1 says that something is left, and what: then keep the old key.
    #[command(verbatim_doc_comment)]
    Rotate,
}

/// Prints new secrets.
///
/// # Errors
/// There is no randomness, or the output is closed.
pub(super) fn generate(out: &mut impl Write) -> anyhow::Result<()> {
    let key = keys::generate(&SystemEntropy, SystemClock.now())?;
    writeln!(out, "PSA_VAULT_KEYS={}", key.expose_secret())?;
    writeln!(out, "PSA_AUTH_SECRET={}", keys::random_base64(&SystemEntropy)?)?;
    Ok(())
}

/// Seals everything under the current key, and says what came of it.
///
/// # Errors
/// There is no key, the database fails, the output is closed, or something is left under another key.
pub(super) async fn rotate(config: &Config, out: &mut impl Write) -> anyhow::Result<()> {
    let vault = Vault::new(&config.vault, Arc::new(SystemEntropy))?;
    let url = &config.database.url;
    let db = Database::open(&config.database)
        .await
        .with_context(|| format!("the database {url} cannot be opened"))?;
    if !db.pending_migrations().await?.is_empty() {
        bail!(
            "the schema of {url} is not up to date: check that PSA_DATABASE_URL names the server's database, \
             then run `psa-bridge migrate up`"
        );
    }
    let rotation = rotation::rotate(&db, &vault)
        .await
        .context("it stopped in the middle; what was sealed again stays so, run it again")?;
    db.close().await?;
    report(&rotation, vault.current_key_id(), out)
}

/// Says what came of it.
fn report(rotation: &Rotation, current: &str, out: &mut impl Write) -> anyhow::Result<()> {
    for (kind, tally) in [("credentials", rotation.credentials), ("webhooks", rotation.webhooks)] {
        let Tally {
            sealed_again,
            current: already,
            ..
        } = tally;
        writeln!(
            out,
            "{kind}: {sealed_again} sealed again under `{current}`, {already} under it already"
        )?;
    }
    for unopened in &rotation.unopened {
        writeln!(
            out,
            "integration {}, field `{}`: {}",
            unopened.integration, unopened.field, unopened.reason
        )?;
    }
    if !rotation.unopened.is_empty() {
        bail!(
            "{} secrets do not open and were left as they are: put the keys that sealed them behind the first in \
             PSA_VAULT_KEYS and run this again; where a key is lost, enter the credentials anew with updateCredentials",
            rotation.unopened.len()
        );
    }
    if rotation.overtaken > 0 {
        bail!(
            "{} rows were sealed with an older key meanwhile: put `{current}` in front of PSA_VAULT_KEYS on every \
             process, restart it, and run this again",
            rotation.overtaken
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use psa_entities::IntegrationId;

    use super::*;
    use crate::{
        auth::TokenVerifier,
        vault::{VaultError, rotation::Unopened},
    };

    #[test]
    fn the_server_takes_what_is_printed() {
        let mut out = Vec::new();
        generate(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let value = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap()
                .to_owned()
        };
        let mut config = Config::defaults().unwrap();
        config.vault.keys = Some(value("PSA_VAULT_KEYS=").into());
        config.auth.secret = Some(value("PSA_AUTH_SECRET=").into());
        assert!(Vault::new(&config.vault, Arc::new(SystemEntropy)).is_ok());
        assert!(TokenVerifier::new(&config.auth).is_ok());
    }

    fn said(rotation: &Rotation) -> (String, Option<String>) {
        let mut out = Vec::new();
        let error = report(rotation, "new", &mut out).err();
        (String::from_utf8(out).unwrap(), error.map(|error| error.to_string()))
    }

    #[test]
    fn a_complete_rotation_says_how_much_was_done() {
        let rotation = Rotation {
            credentials: Tally {
                sealed_again: 8,
                current: 4,
                left: 0,
            },
            ..Rotation::default()
        };
        let expected = "credentials: 8 sealed again under `new`, 4 under it already\n\
                        webhooks: 0 sealed again under `new`, 0 under it already\n";
        assert_eq!(said(&rotation), (expected.to_owned(), None));
    }

    #[test]
    fn what_does_not_open_is_named_and_what_came_meanwhile_is_counted() {
        let rotation = Rotation {
            unopened: vec![Unopened {
                integration: IntegrationId::from_uuid(uuid::Uuid::from_u128(7)),
                field: "private_key".to_owned(),
                reason: VaultError::UnknownKey {
                    key_id: "old".to_owned(),
                    known: "new".to_owned(),
                },
            }],
            ..Rotation::default()
        };
        let (out, error) = said(&rotation);
        let line = "integration 00000000-0000-0000-0000-000000000007, field `private_key`: the key `old` that sealed this \
                    secret is not in PSA_VAULT_KEYS; there are: new\n";
        assert!(out.ends_with(line), "{out}");
        assert!(error.unwrap().starts_with("1 secrets do not open"));
        let overtaken = Rotation {
            overtaken: 2,
            ..Rotation::default()
        };
        let error = said(&overtaken).1.unwrap();
        assert!(
            error.contains("put `new` in front of PSA_VAULT_KEYS on every process"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn without_a_key_or_a_database_of_ours_nothing_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        config.database.url = format!("sqlite://{}/x.db", folder.path().display()).into();
        let error = rotate(&config, &mut Vec::new()).await.unwrap_err().to_string();
        assert!(error.starts_with("PSA_VAULT_KEYS must be set"), "{error}");
        config.vault.keys = Some(crate::app::testing::VAULT_KEYS.into());
        let error = rotate(&config, &mut Vec::new()).await.unwrap_err().to_string();
        assert!(
            error.contains("PSA_DATABASE_URL") && error.contains("migrate up"),
            "{error}"
        );
    }
}
