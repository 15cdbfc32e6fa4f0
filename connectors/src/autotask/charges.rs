//! Charges on recurring contracts: how products are billed, in any quantity. A charge is for one month and says so by its
//! date, so each month has its own. Ours bear a key; those of people are left alone.

use chrono::{NaiveDate, NaiveTime};
use reqwest::Method;
use rust_decimal::Decimal;

use super::{
    agreements,
    call::{Call, List},
    client::Client,
    descriptor::CHARGE_SCALE,
    error::unconfirmed,
    mapping::{Line, Sold},
    query::Conditions,
    rights,
    units::{Window, month_of},
    wire::{self, ChangedCharge, Day, Exact, Instant, NewCharge},
};
use crate::{
    error::{Error, ErrorKind, Result},
    record::{Addition, AdditionChange, AdditionReceipt, AdditionTarget, AgreementId, DesiredAddition, WriteKey},
    text::shorten,
};

const SET: &str = "set_addition";
const END: &str = "end_addition";
const ENTITY: &str = "ContractCharges";

/// The longest name of a charge.
const NAME_CHARS: usize = 100;

/// Our charges on contracts within a window.
pub(super) async fn list(
    client: &Client,
    operation: &'static str,
    contracts: &[i64],
    window: Window,
) -> Result<Vec<Addition>> {
    let conditions = Conditions::none().number_in("contractID", contracts);
    let found = ours(client, operation, conditions, (window.first, window.last)).await?;
    Ok(found.iter().filter_map(addition).collect())
}

/// Our charges with a date between two days.
async fn ours(
    client: &Client,
    operation: &'static str,
    conditions: Conditions,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<wire::Charge>> {
    let end = last.succ_opt().unwrap_or(last);
    let conditions = conditions
        .starts_with("internalPurchaseOrderNumber", WriteKey::PREFIX)
        .not_before("datePurchased", first.and_time(NaiveTime::MIN).and_utc())
        .not_after("datePurchased", end.and_time(NaiveTime::MIN).and_utc());
    let list = List::new(operation, rights::CHARGES, ENTITY, conditions);
    let mut found: Vec<wire::Charge> = client.all(&list).await?;
    // The PSA disregards case, and its days may be a part of a day longer than ours.
    found.retain(|charge| is_ours(charge) && charge.day().is_some_and(|day| day <= last));
    Ok(found)
}

fn is_ours(charge: &wire::Charge) -> bool {
    charge
        .tag
        .as_deref()
        .is_some_and(|tag| tag.starts_with(WriteKey::PREFIX))
}

/// The addition that a charge of ours is: it lives in its month, and the next month has another one.
fn addition(charge: &wire::Charge) -> Option<Addition> {
    let day = charge.day()?;
    Some(Addition {
        id: Line::Charge(charge.id).id(),
        agreement: AgreementId::new(charge.contract.to_string()),
        product: Sold::Product(charge.product?).id(),
        quantity: charge.unit_quantity.map(Exact::value).unwrap_or_default(),
        unit_price: charge.unit_price.map(Exact::value),
        unit_cost: charge.unit_cost.map(Exact::value),
        description: charge.description.as_deref().map(|text| text.replace("\r\n", "\n")),
        effective_date: Some(day),
        cancelled_date: month_of(day).1.succ_opt(),
    })
}

impl wire::Charge {
    fn day(&self) -> Option<NaiveDate> {
        self.date_purchased.map(Instant::day)
    }
}

pub(super) async fn set(
    client: &Client,
    target: &AdditionTarget,
    product: i64,
    line: Option<i64>,
    desired: &DesiredAddition,
    effective: NaiveDate,
    key: &WriteKey,
) -> Result<AdditionReceipt> {
    key.check()?;
    if desired.quantity.normalize().scale() > CHARGE_SCALE {
        let message = format!("a charge has at most {CHARGE_SCALE} decimals");
        return Err(Error::invalid("quantity", message));
    }
    let contract = agreements::contract(client, SET, &target.agreement).await?;
    let found = match line {
        Some(line) => Some(read(client, SET, contract.id, line).await?),
        None => {
            let conditions = Conditions::none()
                .number_is("contractID", contract.id)
                .number_is("productID", product);
            let found = ours(client, SET, conditions, month_of(effective)).await?;
            AdditionTarget::only(found, |charge| Line::Charge(charge.id).id())?
        }
    };
    let Some((found, before)) = found.and_then(|charge| addition(&charge).map(|before| (charge, before))) else {
        if let Some(start) = contract.start_date.map(Instant::day).filter(|start| effective < *start) {
            return Err(Error::invalid(
                "effective_date",
                format!("the contract begins on {start}"),
            ));
        }
        target.check_seen(None)?;
        return create(client, contract.id, product, desired, effective, key).await;
    };
    target.check_product(&before)?;
    if let Some(ended) = before.cancelled_date.filter(|ended| *ended <= effective) {
        return Err(Error::invalid(
            "addition",
            format!("the charge is for the time before {ended}"),
        ));
    }
    if desired.is_met_by(&before) {
        return Ok(AdditionReceipt::unchanged(before));
    }
    check_open(&found)?;
    target.check_seen(Some(&before))?;
    let differs = |wanted: Option<Decimal>, found: Option<Decimal>| wanted.filter(|_| wanted != found).map(Exact::from);
    let price = desired.unit_price.or(before.unit_price);
    let body = ChangedCharge {
        id: found.id,
        unit_quantity: differs(Some(desired.quantity), Some(before.quantity)),
        unit_price: differs(desired.unit_price, before.unit_price),
        unit_cost: differs(desired.unit_cost, before.unit_cost),
        billable_amount: amount(desired.quantity, price),
        description: desired
            .description
            .as_deref()
            .filter(|wanted| before.description.as_deref() != Some(*wanted)),
    };
    let after = change(client, SET, contract.id, &body).await?;
    Ok(AdditionReceipt {
        change: AdditionChange::Updated,
        before: Some(before),
        after,
    })
}

/// A charge ends by itself with its month. Ended earlier it charges nothing.
pub(super) async fn end(client: &Client, target: &AdditionTarget, line: i64, on: NaiveDate) -> Result<AdditionReceipt> {
    let contract = agreements::contract(client, END, &target.agreement).await?;
    let found = read(client, END, contract.id, line).await?;
    let before = addition(&found).ok_or_else(|| unknown(line))?;
    target.check_product(&before)?;
    if before.quantity.is_zero() || before.cancelled_date.is_some_and(|ended| ended <= on) {
        return Ok(AdditionReceipt::unchanged(before));
    }
    check_open(&found)?;
    target.check_seen(Some(&before))?;
    let body = ChangedCharge {
        id: found.id,
        unit_quantity: Some(Exact::from(Decimal::ZERO)),
        billable_amount: Some(Exact::from(Decimal::ZERO)),
        ..ChangedCharge::default()
    };
    let after = change(client, END, contract.id, &body).await?;
    Ok(AdditionReceipt {
        change: AdditionChange::Ended,
        before: Some(before),
        after,
    })
}

async fn create(
    client: &Client,
    contract: i64,
    product: i64,
    desired: &DesiredAddition,
    effective: NaiveDate,
    key: &WriteKey,
) -> Result<AdditionReceipt> {
    let call = Call::record(SET, rights::PRODUCTS, "Products", product);
    let product: wire::Product = client.item(&call).await?;
    let charge_type = client
        .usual_fields(SET, Some(rights::CHARGES), ENTITY)
        .await?
        .usual("chargeType")?;
    let price = desired.unit_price.or(product.unit_price.map(Exact::value));
    let body = NewCharge {
        contract_id: contract,
        product_id: product.id,
        name: &shorten(&product.name, NAME_CHARS),
        description: desired.description.as_deref().or(product.description.as_deref()),
        charge_type,
        date_purchased: Day(effective),
        unit_quantity: desired.quantity.into(),
        unit_price: price.map(Exact::from),
        unit_cost: desired.unit_cost.map(Exact::from).or(product.unit_cost),
        billable_amount: amount(desired.quantity, price),
        is_billable_to_company: true,
        internal_purchase_order_number: key.as_str(),
    };
    let place = (Method::POST, format!("Contracts/{contract}/Charges"));
    let call = Call::write(SET, Some(rights::CHARGES), ENTITY, place, &body)?;
    let id = client.written(&call).await?;
    let after = read_again(client, SET, contract, id).await?;
    Ok(AdditionReceipt {
        change: AdditionChange::Created,
        before: None,
        after,
    })
}

async fn change(client: &Client, operation: &'static str, contract: i64, body: &ChangedCharge<'_>) -> Result<Addition> {
    let place = (Method::PATCH, format!("Contracts/{contract}/Charges"));
    let call = Call::write(operation, Some(rights::CHARGES), ENTITY, place, body)?;
    client.written(&call).await?;
    read_again(client, operation, contract, body.id).await
}

async fn read_again(client: &Client, operation: &'static str, contract: i64, id: i64) -> Result<Addition> {
    let charge = read(client, operation, contract, id).await.map_err(unconfirmed)?;
    addition(&charge).ok_or_else(|| unconfirmed(unknown(id)))
}

/// Reads a charge of ours on a contract.
async fn read(client: &Client, operation: &'static str, contract: i64, id: i64) -> Result<wire::Charge> {
    let call = Call::record(operation, rights::CHARGES, ENTITY, id);
    let charge: wire::Charge = client.item(&call).await?;
    if charge.contract == contract && is_ours(&charge) {
        Ok(charge)
    } else {
        Err(unknown(id))
    }
}

fn unknown(id: i64) -> Error {
    Error::new(ErrorKind::NotFound, format!("the contract has no charge {id} of ours"))
}

/// What a charge bills: quantity times price, which the PSA keeps beside both.
fn amount(quantity: Decimal, price: Option<Decimal>) -> Option<Exact> {
    price.and_then(|price| quantity.checked_mul(price)).map(Exact::from)
}

fn check_open(charge: &wire::Charge) -> Result<()> {
    if charge.is_billed == Some(true) {
        let message = format!("the charge {} is billed already", charge.id);
        return Err(Error::new(ErrorKind::PeriodClosed, message));
    }
    Ok(())
}
