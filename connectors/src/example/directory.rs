//! Reading the account and companies.

use super::{client::Client, descriptor::DESCRIPTOR, mapping, rights, wire};
use crate::{
    error::{Error, Result},
    query::{Cursor, Page, ReadQuery},
    record::{Account, Company},
};

/// Proves the key and says whose account it is.
pub(super) async fn verify(client: &Client) -> Result<Account> {
    let me: wire::Me = client.read("verify", None, "me", &[]).await?;
    Ok(mapping::account(me))
}

/// Reads a page. A blank id would be no filter at all. The PSA's cursors are ours: they mean the same on every connection, and the PSA refuses others.
pub(super) async fn companies(client: &Client, query: &ReadQuery) -> Result<Page<Company>> {
    if query.company.iter().any(|company| company.as_str().trim().is_empty()) {
        return Err(Error::invalid("company", "the company is blank"));
    }
    let most = DESCRIPTOR.limits.page_size;
    let limit = query.page_size.unwrap_or(most).clamp(1, most).to_string();
    let mut asked = vec![("limit", limit.as_str())];
    asked.extend(query.after.iter().map(|cursor| ("cursor", cursor.0.as_str())));
    asked.extend(query.company.iter().map(|company| ("id", company.as_str())));
    let right = Some(rights::COMPANIES);
    let page: wire::Companies = client.read("companies", right, "companies", &asked).await?;
    Ok(Page {
        records: page.companies.into_iter().map(mapping::company).collect(),
        next: page.next.map(Cursor),
        total: None,
    })
}
