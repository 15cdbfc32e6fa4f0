//! What contracts bill: services by their units, and products by a charge for each month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    agreements,
    call::List,
    charges,
    client::Client,
    descriptor::DESCRIPTOR,
    mapping::{Line, RECURRING, Sold, number},
    query::Conditions,
    rights, services,
    units::Window,
    wire::{self, Instant},
};
use crate::{
    error::{Error, ErrorKind, Result},
    record::{Addition, AdditionReceipt, AdditionTarget, AgreementId, DesiredAddition, WriteKey},
    text::shorten,
};

/// How many contracts are asked about at once. With it the answer to most questions fits on a few pages.
const CONTRACTS: usize = 100;

pub(super) async fn additions(client: &Client, agreement: &AgreementId) -> Result<Vec<Addition>> {
    const OPERATION: &str = "additions";
    let contract = agreements::contract(client, OPERATION, agreement).await?;
    let ends = BTreeMap::from([(contract.id, contract.end_date.map(Instant::day))]);
    let mut found = read(client, OPERATION, &ends).await?;
    Ok(found.remove(agreement).unwrap_or_default())
}

pub(super) async fn additions_of(
    client: &Client,
    agreements: &[AgreementId],
) -> Result<BTreeMap<AgreementId, Vec<Addition>>> {
    const OPERATION: &str = "additions_of";
    let ids = agreements.iter().map(|id| number("agreement", id.as_str()));
    let ids: Vec<i64> = ids.collect::<Result<BTreeSet<_>>>()?.into_iter().collect();
    let mut found = BTreeMap::new();
    for ids in ids.chunks(CONTRACTS) {
        let conditions = Conditions::none()
            .number_in("id", ids)
            .number_is("contractType", RECURRING);
        let list = List::new(OPERATION, rights::CONTRACTS, "Contracts", conditions);
        let contracts: Vec<wire::ContractStub> = client.all(&list).await?;
        let ends = contracts
            .into_iter()
            .map(|contract| (contract.id, contract.end_date.map(Instant::day)));
        found.extend(read(client, OPERATION, &ends.collect()).await?);
    }
    Ok(found)
}

/// Reads the additions of contracts that exist, with the last day of each.
async fn read(
    client: &Client,
    operation: &'static str,
    ends: &BTreeMap<i64, Option<NaiveDate>>,
) -> Result<BTreeMap<AgreementId, Vec<Addition>>> {
    let mut found: BTreeMap<_, Vec<Addition>> = ends
        .keys()
        .map(|id| (AgreementId::new(id.to_string()), Vec::new()))
        .collect();
    if ends.is_empty() {
        return Ok(found);
    }
    let today = client.clock.now().date_naive();
    let window = Window::around(today);
    let services = services::list(client, operation, ends, window).await?;
    let charges = match charges::list(client, operation, &ends.keys().copied().collect::<Vec<_>>(), window).await {
        Ok(charges) => charges,
        // Without that right nothing of ours can be there.
        Err(error) if matches!(error.kind(), ErrorKind::Forbidden { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    for addition in services.into_iter().chain(charges) {
        if let Some(additions) = found.get_mut(&addition.agreement) {
            additions.push(addition);
        }
    }
    Ok(found)
}

pub(super) async fn set_addition(
    client: &Client,
    target: &AdditionTarget,
    desired: &DesiredAddition,
    effective: NaiveDate,
    key: &WriteKey,
) -> Result<AdditionReceipt> {
    let limit = DESCRIPTOR.limits.description_chars;
    let desired = DesiredAddition {
        description: desired.description.as_deref().map(|text| shorten(text, limit)),
        ..desired.clone()
    };
    let line = target.addition.as_ref().map(Line::of).transpose()?;
    match (Sold::of(&target.product)?, line) {
        (Sold::Service(service), None) => services::set(client, target, service, None, &desired, effective).await,
        (Sold::Product(product), None) => charges::set(client, target, product, None, &desired, effective, key).await,
        // Whether the line bills the product is looked at where the line is read.
        (Sold::Service(id) | Sold::Product(id), Some(Line::Service(line))) => {
            services::set(client, target, id, Some(line), &desired, effective).await
        }
        (Sold::Service(id) | Sold::Product(id), Some(Line::Charge(line))) => {
            charges::set(client, target, id, Some(line), &desired, effective, key).await
        }
    }
}

pub(super) async fn end_addition(client: &Client, target: &AdditionTarget, on: NaiveDate) -> Result<AdditionReceipt> {
    match target.addition.as_ref().map(Line::of).transpose()? {
        Some(Line::Service(line)) => services::end(client, target, line, on).await,
        Some(Line::Charge(line)) => charges::end(client, target, line, on).await,
        None => Err(Error::invalid("addition", "there is no addition to end")),
    }
}
