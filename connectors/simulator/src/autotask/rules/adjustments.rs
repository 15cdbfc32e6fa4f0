//! Adjustments of units: a difference from a day on, which cannot be read again or taken back.

use serde_json::json;

use super::{Work, contracts};
use crate::autotask::checks;
use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, id_of, is_set, number, text_of};
use crate::autotask::query::day;
use crate::autotask::refusal::Refusal;
use crate::autotask::store::Store;
use crate::autotask::units::{self, Problem};

/// Changes the units of the service that an adjustment names, or of a new one. When it is refused nothing is changed.
pub(super) fn apply(work: &Work<'_>, store: &mut Store, adjustment: &Record) -> Result<(), Refusal> {
    let effective = text_of(adjustment, "effectiveDate").and_then(day);
    let effective = effective.ok_or_else(|| Refusal::error("Missing Required Field: effectiveDate."))?;
    let change = number(adjustment, "unitChange").unwrap_or_default();
    let (service, is_new) = match existing(store, adjustment)? {
        Some(service) => (service, false),
        None => (added(work, store, adjustment)?, true),
    };
    let done = adjust(work, store, adjustment, service, effective, change);
    if done.is_err() && is_new {
        drop(store.remove(Entity::ContractServices, service));
        let rows = store.of(Entity::ContractServiceUnits, "contractServiceID", service);
        let rows: Vec<i64> = rows.filter_map(id_of).collect();
        for row in rows {
            drop(store.remove(Entity::ContractServiceUnits, row));
        }
    }
    done
}

/// The service that is named by its own id, or by contract and service; `None` when it has to be added.
fn existing(store: &Store, adjustment: &Record) -> Result<Option<i64>, Refusal> {
    let contract = number(adjustment, "contractID");
    if let Some(id) = number(adjustment, "contractServiceID") {
        let found = store.get(Entity::ContractServices, id);
        let fits = |found: &Record| contract.is_none() || number(found, "contractID") == contract;
        return match found.filter(|found| fits(found)) {
            Some(_) => Ok(Some(id)),
            None => Err(checks::no_such_entity("contractServiceID")),
        };
    }
    let (Some(contract), Some(service)) = (contract, number(adjustment, "serviceID")) else {
        return Err(Refusal::error(
            "An adjustment needs a contractServiceID, or a contractID and a serviceID.",
        ));
    };
    if is_set(adjustment, "allowRepeatService") {
        return Ok(None);
    }
    let on_contract = store.of(Entity::ContractServices, "contractID", contract);
    let same: Vec<i64> = on_contract
        .filter(|known| number(known, "serviceID") == Some(service))
        .filter_map(id_of)
        .collect();
    match same.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        _ => Err(Refusal::error(
            "The service is on the contract more than once: name the contractServiceID.",
        )),
    }
}

/// The service comes onto the contract, without units.
fn added(work: &Work<'_>, store: &mut Store, adjustment: &Record) -> Result<i64, Refusal> {
    let mut record = Record::new();
    for name in ["contractID", "serviceID"] {
        record.insert(name.to_owned(), json!(number(adjustment, name)));
    }
    contracts::new_service(work, store, &mut record)?;
    let service = store.put(Entity::ContractServices, record);
    contracts::open_periods(work, store, service)?;
    Ok(service)
}

fn adjust(
    work: &Work<'_>,
    store: &mut Store,
    adjustment: &Record,
    service: i64,
    effective: chrono::NaiveDate,
    change: i64,
) -> Result<(), Refusal> {
    let spans = contracts::spans(store, service);
    let spans = spans.ok_or_else(|| Refusal::error("The contract has no periods."))?;
    let adjusted = units::adjusted(&spans, effective, change, work.site.assumptions.posted_period);
    let adjusted = adjusted.map_err(|problem| Refusal::error(text(problem)))?;
    let money = [
        ("adjustedUnitPrice", "internalCurrencyAdjustedPrice"),
        ("adjustedUnitCost", "unitCost"),
    ];
    let mut is_priced = false;
    if let Some(mut owner) = store.get(Entity::ContractServices, service).cloned() {
        for (from, to) in money {
            if let Some(value) = adjustment.get(from).cloned() {
                Work::set(&mut owner, to, value);
                is_priced = true;
            }
        }
        store.put(Entity::ContractServices, owner);
    }
    contracts::keep(
        &work.site.assumptions,
        store,
        service,
        &adjusted,
        is_priced.then_some(effective),
    );
    Ok(())
}

const fn text(problem: Problem) -> &'static str {
    match problem {
        Problem::Outside => "The effectiveDate is not within the term of the contract.",
        Problem::Posted => "The effectiveDate is in a period that has been approved and posted.",
        Problem::Negative => "The unitChange would result in a negative number of units.",
    }
}
