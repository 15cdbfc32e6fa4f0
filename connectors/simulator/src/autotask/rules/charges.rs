//! Charges: what they cost, and that a billed one stands.

use rust_decimal::Decimal;

use super::Work;
use crate::autotask::checks;
use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, is_set, number};
use crate::autotask::query::decimal;
use crate::autotask::refusal::Refusal;
use crate::autotask::store::Store;
use crate::number::of_decimal;

/// Block Hours, Retainer and Incident contracts take no charges.
const WITHOUT_CHARGES: [i64; 3] = [4, 6, 8];

/// Checks and completes a new charge.
pub(super) fn new(work: &Work<'_>, store: &Store, charge: &mut Record) -> Result<(), Refusal> {
    let contract = number(charge, "contractID").and_then(|id| store.get(Entity::Contracts, id));
    let kind = contract.and_then(|contract| number(contract, "contractType"));
    if kind.is_some_and(|kind| WITHOUT_CHARGES.contains(&kind)) {
        return Err(Refusal::error("Charges cannot be added to a contract of this type."));
    }
    Work::default(charge, "isBillableToCompany", true);
    Work::set(charge, "isBilled", false);
    Work::default(charge, "status", 7);
    let status_by = work.caller.resource;
    Work::set(charge, "statusLastModifiedBy", status_by);
    Work::set(charge, "statusLastModifiedDate", work.now());
    complete(store, charge)
}

/// Checks and completes a changed charge.
pub(super) fn changed(work: &Work<'_>, store: &Store, old: &Record, new: &mut Record) -> Result<(), Refusal> {
    unbilled(old)?;
    if old.get("status") != new.get("status") {
        Work::set(new, "statusLastModifiedBy", work.caller.resource);
        Work::set(new, "statusLastModifiedDate", work.now());
    }
    complete(store, new)
}

/// Whether a charge may still be changed.
pub(super) fn unbilled(charge: &Record) -> Result<(), Refusal> {
    if is_set(charge, "isBilled") {
        return Err(Refusal::error(
            "The charge has been billed and cannot be changed or deleted.",
        ));
    }
    Ok(())
}

fn complete(store: &Store, charge: &mut Record) -> Result<(), Refusal> {
    let product = number(charge, "productID").and_then(|id| store.get(Entity::Products, id));
    if product.is_none() && number(charge, "billingCodeID").is_none() {
        return Err(Refusal::error("A charge needs a productID or a billingCodeID."));
    }
    let service = number(charge, "contractServiceID").and_then(|id| store.get(Entity::ContractServices, id));
    if service.is_some_and(|service| number(service, "contractID") != number(charge, "contractID")) {
        return Err(checks::no_such_entity("contractServiceID"));
    }
    if let Some(product) = product {
        let code = product.get("productBillingCodeID").cloned();
        let money = ["unitPrice", "unitCost"].map(|name| (name, product.get(name).cloned()));
        for (name, value) in money.into_iter().chain([("billingCodeID", code)]) {
            if let Some(value) = value {
                Work::default(charge, name, value);
            }
        }
    }
    let amount = |charge: &Record, name: &str| charge.get(name).and_then(decimal).unwrap_or_default();
    let quantity = amount(charge, "unitQuantity");
    let price = amount(charge, "unitPrice");
    let product = |one: Decimal| quantity.checked_mul(one);
    let too_much = || Refusal::error("The amount of the charge is out of range.");
    let billable = of_decimal(product(price).ok_or_else(too_much)?);
    let cost = of_decimal(product(amount(charge, "unitCost")).ok_or_else(too_much)?);
    Work::set(charge, "billableAmount", billable.clone());
    Work::set(charge, "internalCurrencyBillableAmount", billable);
    Work::set(charge, "internalCurrencyUnitPrice", of_decimal(price));
    Work::set(charge, "extendedCost", cost);
    Ok(())
}
