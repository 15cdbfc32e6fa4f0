//! Reading the account and companies.

use super::{client::Client, error::unwritten, mapping, wire};
use crate::{
    error::Result,
    query::{Page, ReadQuery},
    record::{Account, Company},
};

/// Proves the key and says whose account it is.
pub(super) async fn verify(client: &Client) -> Result<Account> {
    let me: wire::Me = client.read("verify", None, "me", &[]).await?;
    Ok(mapping::account(me))
}

pub(super) async fn companies(_: &Client, _: &ReadQuery) -> Result<Page<Company>> {
    Err(unwritten("companies"))
}
