//! Agreements, and the additions on them that usage is billed by.

use chrono::NaiveDate;

use super::{
    call::{Call, List},
    client::Client,
    descriptor::{DESCRIPTOR, QUANTITY_SCALE},
    directory::{chosen, of_company},
    mapping::{self, number},
    query::Conditions,
    rights,
    wire::{Day, Exact, Id, NewAddition, Replace, Value},
};
use crate::{
    error::{Error, Result},
    query::{Filter, Page, ReadQuery},
    record::{
        Addition, AdditionChange, AdditionId, AdditionReceipt, AdditionTarget, Agreement, AgreementId, DesiredAddition,
    },
    text::shorten,
};

pub(super) async fn agreements(client: &Client, query: &ReadQuery) -> Result<Page<Agreement>> {
    let conditions = of_company(query, "company/id")?.changed_since(query.since);
    let conditions = match chosen(query, Filter::AgreementType)?.as_slice() {
        [] => conditions,
        types => conditions.number_in("type/id", types),
    };
    let list = List::new("agreements", rights::AGREEMENTS, "finance/agreements", conditions);
    let today = client.clock.now().date_naive();
    client
        .read(&list, query)
        .await?
        .try_map(|agreement| mapping::agreement(agreement, today))
}

pub(super) async fn additions(client: &Client, agreement: &AgreementId) -> Result<Vec<Addition>> {
    let found = list(client, "additions", agreement, Conditions::none()).await?;
    if found.is_empty() {
        // An agreement that does not exist may also have an empty list.
        let path = format!("finance/agreements/{}", number("agreement", agreement.as_str())?);
        client
            .send(&Call::get("additions", Some(rights::AGREEMENTS), path).with("fields", "id"))
            .await?;
    }
    Ok(found)
}

pub(super) async fn set_addition(
    client: &Client,
    target: &AdditionTarget,
    desired: &DesiredAddition,
    effective: NaiveDate,
) -> Result<AdditionReceipt> {
    if desired.quantity.normalize().scale() > QUANTITY_SCALE {
        let message = format!("a quantity has at most {QUANTITY_SCALE} decimals");
        return Err(Error::invalid("quantity", message));
    }
    let limit = DESCRIPTOR.limits.description_chars;
    let description = desired.description.as_deref().map(|text| shorten(text, limit));
    let desired = DesiredAddition {
        description,
        ..desired.clone()
    };
    let before = match &target.addition {
        Some(id) => Some(read(client, SET, &target.agreement, id).await?),
        None => in_force(client, target, effective).await?,
    };
    match before {
        Some(before) => update(client, target, &desired, effective, before).await,
        None => {
            target.check_seen(None)?;
            create(client, target, &desired, effective).await
        }
    }
}

pub(super) async fn end_addition(client: &Client, target: &AdditionTarget, on: NaiveDate) -> Result<AdditionReceipt> {
    let Some(id) = &target.addition else {
        return Err(Error::invalid("addition", "there is no addition to end"));
    };
    let before = read(client, END, &target.agreement, id).await?;
    target.check_product(&before)?;
    if before.cancelled_date.is_some_and(|ended| ended <= on) {
        return Ok(AdditionReceipt::unchanged(before));
    }
    target.check_seen(Some(&before))?;
    let steps = [Replace::new("cancelledDate", Value::Day(Day(on)))];
    let path = path(&target.agreement, Some(id))?;
    let call = Call::patch(END, rights::AGREEMENTS, path, &steps)?;
    let after = written(client, &call, &target.agreement).await?;
    Ok(AdditionReceipt {
        change: AdditionChange::Ended,
        before: Some(before),
        after,
    })
}

const SET: &str = "set_addition";
const END: &str = "end_addition";

async fn update(
    client: &Client,
    target: &AdditionTarget,
    desired: &DesiredAddition,
    effective: NaiveDate,
    before: Addition,
) -> Result<AdditionReceipt> {
    target.check_product(&before)?;
    if let Some(ended) = before.cancelled_date.filter(|ended| *ended <= effective) {
        return Err(Error::invalid("addition", format!("the addition ended on {ended}")));
    }
    if desired.is_met_by(&before) {
        return Ok(AdditionReceipt::unchanged(before));
    }
    target.check_seen(Some(&before))?;
    let path = path(&target.agreement, Some(&before.id))?;
    let call = Call::patch(SET, rights::AGREEMENTS, path, &differences(desired, &before))?;
    let after = written(client, &call, &target.agreement).await?;
    Ok(AdditionReceipt {
        change: AdditionChange::Updated,
        before: Some(before),
        after,
    })
}

async fn create(
    client: &Client,
    target: &AdditionTarget,
    desired: &DesiredAddition,
    effective: NaiveDate,
) -> Result<AdditionReceipt> {
    let body = NewAddition {
        product: Id {
            id: number("product", target.product.as_str())?,
        },
        bill_customer: "Billable",
        quantity: desired.quantity.into(),
        unit_price: desired.unit_price.map(Exact::from),
        unit_cost: desired.unit_cost.map(Exact::from),
        invoice_description: desired.description.as_deref(),
        effective_date: Day(effective),
    };
    let call = Call::post(SET, rights::AGREEMENTS, path(&target.agreement, None)?, &body)?;
    let after = written(client, &call, &target.agreement).await?;
    Ok(AdditionReceipt {
        change: AdditionChange::Created,
        before: None,
        after,
    })
}

/// The steps that make an addition say what is desired: only what differs, because the PSA checks the whole record again
/// and a step that changes nothing could still be refused.
fn differences<'a>(desired: &'a DesiredAddition, found: &Addition) -> Vec<Replace<'a>> {
    let number = |path, wanted: Option<rust_decimal::Decimal>, found: Option<rust_decimal::Decimal>| {
        wanted
            .filter(|_| wanted != found)
            .map(|wanted| Replace::new(path, Value::Number(wanted.into())))
    };
    let description = desired
        .description
        .as_deref()
        .filter(|wanted| found.description.as_deref() != Some(*wanted));
    [
        number("quantity", Some(desired.quantity), Some(found.quantity)),
        number("unitPrice", desired.unit_price, found.unit_price),
        number("unitCost", desired.unit_cost, found.unit_cost),
        description.map(|text| Replace::new("invoiceDescription", Value::Text(text))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The agreement's one addition for the product that has not ended by `effective`.
async fn in_force(client: &Client, target: &AdditionTarget, effective: NaiveDate) -> Result<Option<Addition>> {
    let product = Conditions::none().number_is("product/id", number("product", target.product.as_str())?);
    let mut found = list(client, SET, &target.agreement, product).await?;
    found.retain(|addition| addition.cancelled_date.is_none_or(|ended| ended > effective));
    AdditionTarget::only(found, |addition| addition.id.clone())
}

pub(super) async fn list(
    client: &Client,
    operation: &'static str,
    agreement: &AgreementId,
    conditions: Conditions,
) -> Result<Vec<Addition>> {
    let list = List::new(operation, rights::AGREEMENTS, path(agreement, None)?, conditions);
    let found = client.all(&list).await?;
    found
        .into_iter()
        .map(|addition| mapping::addition(addition, agreement))
        .collect()
}

async fn read(client: &Client, operation: &'static str, agreement: &AgreementId, id: &AdditionId) -> Result<Addition> {
    let call = Call::get(operation, Some(rights::AGREEMENTS), path(agreement, Some(id))?);
    mapping::addition(client.json(&call).await?, agreement)
}

/// What the PSA answers to a write: the addition as it is now.
async fn written(client: &Client, call: &Call, agreement: &AgreementId) -> Result<Addition> {
    mapping::addition(client.json(call).await?, agreement)
}

/// The additions of an agreement, or the addition itself.
fn path(agreement: &AgreementId, addition: Option<&AdditionId>) -> Result<String> {
    let list = format!(
        "finance/agreements/{}/additions",
        number("agreement", agreement.as_str())?
    );
    match addition {
        None => Ok(list),
        Some(addition) => Ok(format!("{list}/{}", number("addition", addition.as_str())?)),
    }
}
