//! Reading the account and the lists that are imported.

use super::{
    call::{Call, List},
    client::Client,
    mapping,
    query::Conditions,
    rights, wire,
};
use crate::{
    error::{Error, ErrorKind, Result},
    query::{Filter, Page, ReadQuery},
    record::{Account, ChoiceId, Company, Contact, FilterValue, Product},
};

/// Finds the company and proves the keys.
pub(super) async fn verify(client: &Client) -> Result<Account> {
    let base = client.locate("verify").await?;
    let asked = client.json(&Call::get("verify", None, "system/info")).await;
    let info: wire::SystemInfo = asked.map_err(refused_by_silence)?;
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

/// The site knows the company, and every server has this endpoint. When it is not there all the same, the vendor's cloud
/// does not accept the keys: it may answer them as it answers a path that does not exist.
fn refused_by_silence(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Invalid { fields } if fields.iter().any(|problem| problem.field == "site") => {
            let message = "ConnectWise PSA does not accept the keys, or they belong to another company";
            Error::new(ErrorKind::Unauthorized, message)
                .with_operation("verify")
                .with_source(error)
        }
        _ => error,
    }
}

pub(super) async fn companies(client: &Client, query: &ReadQuery) -> Result<Page<Company>> {
    let conditions = of_company(query, "id")?.changed_since(query.since);
    // Someone who follows changes must see a deletion; someone who reads everything must not see the recycle bin.
    let conditions = if query.since.is_some() {
        conditions
    } else {
        conditions.flag_off("deletedFlag")
    };
    let conditions = match chosen(query, Filter::CompanyStatus)?.as_slice() {
        [] => conditions,
        statuses => conditions.number_in("status/id", statuses),
    };
    let conditions = match chosen(query, Filter::CompanyType)?.as_slice() {
        [] => conditions,
        types => conditions.child_number_in("types/id", types),
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

/// The ids that a query narrows a filter down to; none means that it does not.
pub(super) fn chosen(query: &ReadQuery, filter: Filter) -> Result<Vec<i64>> {
    let values = query.only.get(&filter).map(Vec::as_slice).unwrap_or_default();
    let number = |value: &ChoiceId| mapping::number("only", value.as_str());
    values.iter().map(number).collect()
}

/// The values of a filter, in the PSA's order of ids.
pub(super) async fn filter_values(client: &Client, filter: Filter) -> Result<Vec<FilterValue>> {
    let path = match filter {
        Filter::CompanyType => "company/companies/types",
        Filter::CompanyStatus => "company/companies/statuses",
        Filter::AgreementType => "finance/agreements/types",
    };
    let list = List::new("filter_values", rights::TABLE_SETUP, path, Conditions::none());
    let values: Vec<wire::ListValue> = client.all(&list).await?;
    Ok(values.into_iter().map(mapping::filter_value).collect())
}
