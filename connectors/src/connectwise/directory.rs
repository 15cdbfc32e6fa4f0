//! Reading the account and the lists that are imported.

use super::{
    call::{Call, List},
    client::Client,
    mapping,
    query::Conditions,
    rights, wire,
};
use crate::{
    error::Result,
    query::{Page, ReadQuery},
    record::{Account, Company, Contact, Product},
};

/// Finds the company and proves the keys.
pub(super) async fn verify(client: &Client) -> Result<Account> {
    let base = client.locate("verify").await?;
    let info: wire::SystemInfo = client.json(&Call::get("verify", None, "system/info")).await?;
    Ok(Account {
        name: base
            .company_name
            .clone()
            .unwrap_or_else(|| client.config.company.clone()),
        version: info.version,
        region: info.cloud_region,
        time_zone: info.server_time_zone,
    })
}

pub(super) async fn companies(client: &Client, query: &ReadQuery) -> Result<Page<Company>> {
    let conditions = of_company(query, "id")?.changed_since(query.since);
    // Someone who follows changes must see a deletion; someone who reads everything must not see the recycle bin.
    let conditions = if query.since.is_some() {
        conditions
    } else {
        conditions.flag_off("deletedFlag")
    };
    let list = List::new("companies", rights::COMPANIES, "company/companies", conditions);
    Ok(client.read(&list, query).await?.map(mapping::company))
}

pub(super) async fn contacts(client: &Client, query: &ReadQuery) -> Result<Page<Contact>> {
    let conditions = of_company(query, "company/id")?.changed_since(query.since);
    let list = List::new("contacts", rights::CONTACTS, "company/contacts", conditions);
    Ok(client.read(&list, query).await?.map(mapping::contact))
}

pub(super) async fn products(client: &Client, query: &ReadQuery) -> Result<Page<Product>> {
    let conditions = Conditions::none().changed_since(query.since);
    let list = List::new("products", rights::CATALOG, "procurement/catalog", conditions);
    Ok(client.read(&list, query).await?.map(mapping::product))
}

/// The condition that a query's company puts on a list, by the list's member that holds the company.
pub(super) fn of_company(query: &ReadQuery, field: &str) -> Result<Conditions> {
    match &query.company {
        None => Ok(Conditions::none()),
        Some(company) => Ok(Conditions::none().number_is(field, mapping::number("company", company.as_str())?)),
    }
}
