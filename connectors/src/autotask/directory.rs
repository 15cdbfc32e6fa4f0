//! Reading the account, companies and contacts.

use super::{
    call::{Call, List},
    client::Client,
    mapping::{self, number},
    query::Conditions,
    rights, wire,
};
use crate::{
    error::{Error, ErrorKind, Result},
    query::{Filter, Page, ReadQuery},
    record::{Account, ChoiceId, Company, Contact, FilterValue},
};

/// The MSP's own company, in every tenant.
const OWN_COMPANY: i64 = 0;

/// Finds the zone, proves the keys, and looks how much of the hour's requests is used.
pub(super) async fn verify(client: &Client) -> Result<Account> {
    const OPERATION: &str = "verify";
    let version: wire::Version = client.json(&Call::get(OPERATION, None, "Version", "Version")).await?;
    client.look_at_the_threshold(OPERATION).await?;
    let zone = client.zone(OPERATION).await?;
    let own = Call::record(OPERATION, rights::COMPANIES, "Companies", OWN_COMPANY);
    let name = match client.item::<wire::Company>(&own).await {
        Ok(company) => company.name,
        // The name is a courtesy: a level that may not see companies is told by the rights.
        Err(error) if matches!(error.kind(), ErrorKind::Forbidden { .. } | ErrorKind::NotFound) => {
            client.config.username.clone()
        }
        Err(error) => return Err(error),
    };
    Ok(Account {
        name,
        version: version.text(),
        region: zone.name.clone(),
        time_zone: None,
    })
}

pub(super) async fn companies(client: &Client, query: &ReadQuery) -> Result<Page<Company>> {
    const OPERATION: &str = "companies";
    let conditions = of_company(query, "id")?.changed_since("lastTrackedModifiedDateTime", query.since);
    let conditions = match chosen(query, Filter::CompanyType)?.as_slice() {
        [] => conditions,
        types => conditions.number_in("companyType", types),
    };
    let conditions = match chosen(query, Filter::CompanyStatus)?.as_slice() {
        [one] => conditions.flag_is("isActive", *one != 0),
        // None or both: the flag has no third value.
        _ => conditions,
    };
    let list = List::new(OPERATION, rights::COMPANIES, "Companies", conditions);
    let page = client.read(&list, query).await?;
    let fields = client.usual_fields(OPERATION, list.right, "Companies").await?;
    Ok(page.map(|company| mapping::company(company, &fields)))
}

pub(super) async fn contacts(client: &Client, query: &ReadQuery) -> Result<Page<Contact>> {
    let conditions = of_company(query, "companyID")?.changed_since("lastModifiedDate", query.since);
    let list = List::new("contacts", rights::CONTACTS, "Contacts", conditions);
    Ok(client.read(&list, query).await?.map(mapping::contact))
}

/// The values of a filter, in the PSA's order.
pub(super) async fn filter_values(client: &Client, filter: Filter) -> Result<Vec<FilterValue>> {
    match filter {
        Filter::CompanyType => {
            let fields = client
                .fields("filter_values", Some(rights::COMPANIES), "Companies")
                .await?;
            Ok(fields
                .picklist("companyType")?
                .iter()
                .map(mapping::filter_value)
                .collect())
        }
        Filter::CompanyStatus => {
            let value = |status: crate::record::Named| FilterValue {
                id: ChoiceId::new(status.id),
                name: status.name,
                active: true,
            };
            Ok([true, false].map(mapping::activity).map(value).into())
        }
        Filter::AgreementType => {
            let message = "Autotask's agreements all have the same type";
            Err(Error::new(ErrorKind::Unsupported, message))
        }
    }
}

/// The condition that a query's company puts on a list, by the list's member that holds the company.
pub(super) fn of_company(query: &ReadQuery, field: &str) -> Result<Conditions> {
    match &query.company {
        None => Ok(Conditions::none()),
        Some(company) => Ok(Conditions::none().number_is(field, number("company", company.as_str())?)),
    }
}

/// The numbers that a query narrows a filter down to; none means that it does not.
fn chosen(query: &ReadQuery, filter: Filter) -> Result<Vec<i64>> {
    let values = query.only.get(&filter).map(Vec::as_slice).unwrap_or_default();
    values.iter().map(|value| number("only", value.as_str())).collect()
}
