//! Changing the vault key: what older keys sealed is sealed again under the current one, while servers go on working.
//!
//! A row is written back only where it still holds the bytes that were read: keys that somebody replaces meanwhile are
//! never overwritten, their row is looked at again. Every row is committed by itself, so whatever ends a rotation in the
//! middle leaves rows that open, and the next rotation goes on with what is left. Rows of the current key are opened too:
//! a rotation without failures proves that no other key is needed any more.

mod rows;
#[cfg(test)]
mod tests;

use psa_entities::{IntegrationId, credential, webhook};
use secrecy::SecretString;

use self::rows::SealedRow;
use super::{Sealed, Vault, VaultError};
use crate::{database::Database, failure::Fault};

/// What a rotation came to.
#[derive(Debug, Default)]
pub struct Rotation {
    /// Fields of credentials.
    pub credentials: Tally,
    /// Addresses that PSAs announce to, with their secrets.
    pub webhooks: Tally,
    /// What no configured key opens. It is left as it was.
    pub unopened: Vec<Unopened>,
    /// Rows that a process sealed with an older key while this went on, behind its back.
    pub overtaken: u64,
}

/// How many rows of one kind were found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Sealed again under the current key.
    pub sealed_again: u64,
    /// Under the current key already.
    pub current: u64,
    /// Under another key than the current one still, because no configured key opens them.
    pub left: u64,
}

/// A secret that no configured key opens.
#[derive(Debug)]
pub struct Unopened {
    /// The integration that it belongs to.
    pub integration: IntegrationId,
    /// The field of the credentials, or of the webhook.
    pub field: String,
    /// Why it does not open.
    pub reason: VaultError,
}

impl Rotation {
    /// Whether every secret is under the current key and opens, so that the older keys can go.
    pub fn is_complete(&self) -> bool {
        self.unopened.is_empty() && self.overtaken == 0
    }
}

/// Seals again, under the vault's current key, everything that its older keys sealed.
///
/// # Errors
/// The database fails, or there is no randomness. What was sealed again before that stays.
pub async fn rotate(db: &Database, vault: &Vault) -> Result<Rotation, Fault> {
    let mut unopened = Vec::new();
    let credentials = all::<credential::Model>(db, vault, &mut unopened).await?;
    let webhooks = all::<webhook::Model>(db, vault, &mut unopened).await?;
    judge(db, vault, credentials, webhooks, unopened).await
}

/// Looks for what was written after its turn.
async fn judge(
    db: &Database,
    vault: &Vault,
    credentials: Tally,
    webhooks: Tally,
    unopened: Vec<Unopened>,
) -> Result<Rotation, Fault> {
    let current = vault.current_key_id();
    let older = credential::Model::count_older(db, current).await? + webhook::Model::count_older(db, current).await?;
    Ok(Rotation {
        credentials,
        webhooks,
        unopened,
        overtaken: older.saturating_sub(credentials.left + webhooks.left),
    })
}

/// Goes through all rows of one kind.
async fn all<R: SealedRow>(db: &Database, vault: &Vault, unopened: &mut Vec<Unopened>) -> Result<Tally, Fault> {
    let mut tally = Tally::default();
    let mut after = None;
    loop {
        after = page::<R>(db, vault, after, &mut tally, unopened).await?;
        if after.is_none() {
            return Ok(tally);
        }
    }
}

/// Goes through the rows of the next page, and says where the one after it begins.
async fn page<R: SealedRow>(
    db: &Database,
    vault: &Vault,
    after: Option<R::Key>,
    tally: &mut Tally,
    unopened: &mut Vec<Unopened>,
) -> Result<Option<R::Key>, Fault> {
    let rows = R::page(db, after).await?;
    let last = rows.last().map(SealedRow::key);
    for row in rows {
        match renew(db, vault, row).await? {
            Renewed::SealedAgain => tally.sealed_again += 1,
            Renewed::Current => tally.current += 1,
            Renewed::Gone => {}
            Renewed::Unopened { fields, older } => {
                tally.left += u64::from(older);
                unopened.extend(fields);
            }
        }
    }
    Ok(last)
}

/// What became of a row.
#[derive(Debug)]
enum Renewed {
    SealedAgain,
    Current,
    /// Somebody deleted it meanwhile.
    Gone,
    /// Some of its fields do not open; nothing of it was changed.
    Unopened {
        fields: Vec<Unopened>,
        /// Whether it is under another key than the current one.
        older: bool,
    },
}

/// Seals a row again if another key than the current one sealed it. When it is not any more what was read, somebody else
/// has written it: then that is looked at, so every turn but the last is another writer's success.
async fn renew<R: SealedRow>(db: &Database, vault: &Vault, mut row: R) -> Result<Renewed, Fault> {
    loop {
        let older = row.key_id() != vault.current_key_id();
        let opened = match open(vault, &row) {
            Ok(opened) => opened,
            Err(fields) => return Ok(Renewed::Unopened { fields, older }),
        };
        if !older {
            return Ok(Renewed::Current);
        }
        let sealed = opened
            .iter()
            .map(|(field, secret)| vault.seal(&row.binding(field), secret))
            .collect::<Result<Vec<_>, _>>()?;
        if row.replace(db, sealed).await? {
            return Ok(Renewed::SealedAgain);
        }
        row = match row.again(db).await? {
            Some(changed) => changed,
            None => return Ok(Renewed::Gone),
        };
    }
}

/// Opens every field of a row, or says which ones do not open.
fn open<R: SealedRow>(vault: &Vault, row: &R) -> Result<Vec<(String, SecretString)>, Vec<Unopened>> {
    let mut opened = Vec::new();
    let mut unopened = Vec::new();
    for (field, bytes) in row.fields() {
        let sealed = Sealed {
            key_id: row.key_id().to_owned(),
            bytes: bytes.to_vec(),
        };
        match vault.open(&row.binding(field), &sealed) {
            Ok(secret) => opened.push((field.to_owned(), secret)),
            Err(reason) => unopened.push(Unopened {
                integration: row.binding(field).integration,
                field: field.to_owned(),
                reason,
            }),
        }
    }
    if unopened.is_empty() { Ok(opened) } else { Err(unopened) }
}
