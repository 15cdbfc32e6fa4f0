//! Contracts, the services on them, and the rows of units that these have.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Work;
use crate::autotask::assumptions::{Assumptions, UnitsPrice, ZeroUnits};
use crate::autotask::checks;
use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, id_of, number, text_of};
use crate::autotask::query::{day, decimal};
use crate::autotask::refusal::Refusal;
use crate::autotask::store::Store;
use crate::autotask::units::{self, Span};
use crate::number::of_decimal;
use crate::time;

/// The type of contract that has services.
pub(crate) const RECURRING: i64 = 7;

/// Whether a contract ends after it begins; one with services has a period.
pub(super) fn check(contract: &mut Record) -> Result<(), Refusal> {
    let (start, end) = term(contract).ok_or_else(|| Refusal::error("A contract needs a term."))?;
    if end < start {
        return Err(Refusal::error("The endDate must not be before the startDate."));
    }
    if is_recurring(contract) {
        Work::default(contract, "contractPeriodType", "m");
    }
    Ok(())
}

pub(crate) fn is_recurring(contract: &Record) -> bool {
    number(contract, "contractType") == Some(RECURRING)
}

/// First and last day.
pub(crate) fn term(contract: &Record) -> Option<(NaiveDate, NaiveDate)> {
    let written = |name: &str| text_of(contract, name).and_then(day);
    Some((written("startDate")?, written("endDate")?))
}

/// Checks and completes a service that comes onto a contract.
pub(crate) fn new_service(work: &Work<'_>, store: &Store, record: &mut Record) -> Result<(), Refusal> {
    let contract = number(record, "contractID");
    let found = contract.and_then(|id| store.get(Entity::Contracts, id));
    let found = found.ok_or_else(|| checks::no_such_entity("contractID"))?;
    if !is_recurring(found) {
        return Err(Refusal::error(
            "Services can only be added to a contract of the type Recurring Service.",
        ));
    }
    let service = number(record, "serviceID");
    let offered = service.and_then(|id| store.get(Entity::Services, id));
    let offered = offered.ok_or_else(|| checks::no_such_entity("serviceID"))?;
    let mut siblings = store.of(Entity::ContractServices, "contractID", contract.unwrap_or_default());
    if work.entity == Entity::ContractServices
        && !work.site.assumptions.repeat_services
        && siblings.any(|sibling| number(sibling, "serviceID") == service)
    {
        return Err(Refusal::error("The service is on the contract already."));
    }
    for name in ["unitPrice", "unitCost"] {
        let value = offered.get(name).cloned().unwrap_or_else(|| of_decimal(Decimal::ZERO));
        Work::default(record, name, value);
    }
    let price = record.get("unitPrice").cloned().unwrap_or_default();
    Work::default(record, "internalCurrencyAdjustedPrice", price.clone());
    Work::set(record, "internalCurrencyUnitPrice", price);
    if let Some(text) = offered.get("invoiceDescription").cloned() {
        Work::default(record, "invoiceDescription", text);
    }
    Ok(())
}

/// Gives a new service a row without units for every period.
pub(crate) fn open_periods(work: &Work<'_>, store: &mut Store, service: i64) -> Result<(), Refusal> {
    let spans = spans(store, service).ok_or_else(|| Refusal::error("The contract has no periods."))?;
    keep(&work.site.assumptions, store, service, &spans, None);
    Ok(())
}

/// Periods follow the contract's end: new ones have the units of the last, later ones go unless they are posted.
pub(super) fn moved(work: &Work<'_>, store: &mut Store, old: &Record, contract: i64) {
    let term = |record: &Record| term(record);
    let Some(new) = store.get(Entity::Contracts, contract).cloned() else {
        return;
    };
    let (Some((_, old_end)), Some((_, end))) = (term(old), term(&new)) else {
        return;
    };
    if old_end == end {
        return;
    }
    let services: Vec<i64> = store
        .of(Entity::ContractServices, "contractID", contract)
        .filter_map(id_of)
        .collect();
    for service in services {
        let rows = rows(store, service);
        let last = rows
            .iter()
            .filter(|span| span.end >= old_end)
            .map(|span| span.units)
            .next_back();
        for span in rows.iter().filter(|span| span.start > end && !span.is_posted) {
            drop(span.row.and_then(|row| store.remove(Entity::ContractServiceUnits, row)));
        }
        let Some(spans) = spans(store, service) else { continue };
        let grown = spans.into_iter().map(|span| match (span.row, last) {
            (None, Some(units)) if span.start > old_end => Span { units, ..span },
            _ => span,
        });
        keep(&work.site.assumptions, store, service, &grown.collect::<Vec<_>>(), None);
    }
}

/// The rows of a service, in the order of their days.
fn rows(store: &Store, service: i64) -> Vec<Span> {
    let span = |row: &Record| {
        Some(Span {
            row: id_of(row),
            start: text_of(row, "startDate").and_then(day)?,
            end: text_of(row, "endDate").and_then(day)?,
            units: number(row, "units")?,
            is_posted: row.contains_key("approveAndPostDate"),
        })
    };
    let rows = store.of(Entity::ContractServiceUnits, "contractServiceID", service);
    let mut rows: Vec<Span> = rows.filter_map(span).collect();
    rows.sort_by_key(|span| span.start);
    rows
}

/// The units of a service in every period of its contract.
pub(crate) fn spans(store: &Store, service: i64) -> Option<Vec<Span>> {
    let contract = number(store.get(Entity::ContractServices, service)?, "contractID")?;
    let contract = store.get(Entity::Contracts, contract)?;
    let (start, end) = term(contract)?;
    let months = units::months(text_of(contract, "contractPeriodType").unwrap_or_default());
    Some(units::filled(
        &rows(store, service),
        &units::periods(start, end, months),
    ))
}

/// Stores the units of a service. Rows from `priced_from` on have the service's price of now, as have all whose units
/// are others.
pub(crate) fn keep(
    assumptions: &Assumptions,
    store: &mut Store,
    service: i64,
    spans: &[Span],
    priced_from: Option<NaiveDate>,
) {
    let Some(owner) = store.get(Entity::ContractServices, service).cloned() else {
        return;
    };
    for span in spans {
        let old = span
            .row
            .and_then(|row| store.get(Entity::ContractServiceUnits, row))
            .cloned();
        if span.units == 0 && assumptions.zero_units == ZeroUnits::NoRow && !span.is_posted {
            drop(span.row.and_then(|row| store.remove(Entity::ContractServiceUnits, row)));
            continue;
        }
        let is_priced = old.as_ref().and_then(|old| number(old, "units")) != Some(span.units)
            || priced_from.is_some_and(|from| span.start >= from);
        let mut row = old.unwrap_or_default();
        let mut set = |name: &str, value: Value| row.insert(name.to_owned(), value);
        set("contractServiceID", json!(service));
        for name in ["contractID", "serviceID"] {
            set(name, owner.get(name).cloned().unwrap_or_default());
        }
        set("startDate", json!(time::show_date(span.start)));
        set("endDate", json!(time::show_date(span.end)));
        set("units", json!(span.units));
        if is_priced && !span.is_posted {
            let money = |name: &str| {
                let each = owner.get(name).and_then(decimal).unwrap_or_default();
                let whole = match assumptions.units_price {
                    UnitsPrice::Each => Some(each),
                    UnitsPrice::Total => each.checked_mul(Decimal::from(span.units)),
                };
                whole.map_or(Value::Null, of_decimal)
            };
            let price = money("internalCurrencyAdjustedPrice");
            set("price", price.clone());
            set("internalCurrencyPrice", price);
            set("cost", money("unitCost"));
        }
        store.put(Entity::ContractServiceUnits, row);
    }
}
