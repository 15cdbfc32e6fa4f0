//! Additions: defaults from the catalogue, arithmetic, and the rules about dates.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::connectwise::assumptions::InactiveProduct;
use crate::connectwise::conditions::eval::number;
use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{Record, at, is_set, reference_id, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::site::Site;
use crate::connectwise::store::Store;
use crate::number::{of_decimal, zero};
use crate::time;

const TOO_EARLY: &str = "effectiveDate cannot be less than the agreement billing start date";
const ALREADY_INVOICED: &str = "Since this period has already been invoiced there will not be an invoice generated for \
     additional products for this period. Please prorate the agreement or update the start date to on or after the \
     Next Invoice Date.";

/// Fills in what the server computes and checks what it enforces.
pub(super) fn complete(site: &Site, store: &Store, draft: &mut Draft, agreement: Option<i64>) {
    let Some(agreement) = agreement.and_then(|id| store.get(Resource::Agreements, id)) else {
        return;
    };
    if let Some(id) = agreement.get("id") {
        draft.fill("agreementId", id.clone());
    }
    if let Some(status) = agreement.get("agreementStatus") {
        draft.fill("agreementStatus", status.clone());
    }
    let product = reference_id(&draft.record, "product").and_then(|id| store.get(Resource::Catalog, id));
    if let Some(product) = product.filter(|_| draft.changed.contains("product")) {
        check_product(site, draft, product);
        copy_product(draft, product);
    }
    draft.fill_default(
        "quantity",
        of_decimal(Decimal::from(site.assumptions.default_addition_quantity)),
    );
    for name in ["lessIncluded", "unitPrice", "unitCost"] {
        draft.fill_default(name, zero());
    }
    for name in [
        "taxableFlag",
        "purchaseItemFlag",
        "specialOrderFlag",
        "prorateCurrentPeriodFlag",
    ] {
        draft.fill_default(name, false);
    }
    draft.fill_default("effectiveDate", time::show_day(site.shell.now()));
    if draft.is_new() && !draft.has("sequenceNumber") {
        let id = agreement.get("id").map(ToString::to_string).unwrap_or_default();
        let others = store.with(Resource::Additions, "agreementId", &id).count();
        draft.fill("sequenceNumber", of_decimal(Decimal::from(others + 1)));
    }
    compute(draft);
    check_dates(draft, agreement);
}

fn check_product(site: &Site, draft: &mut Draft, product: &Record) {
    if text_of(product, "productClass") == Some("Bundle") {
        draft.errors.push(FieldError::invalid(
            "product",
            "A bundle cannot be added to an agreement.",
        ));
    }
    if is_set(product, "inactiveFlag") && site.assumptions.inactive_product == InactiveProduct::Refuse {
        draft
            .errors
            .push(FieldError::invalid("product", "The product is inactive."));
    }
}

fn copy_product(draft: &mut Draft, product: &Record) {
    if let Some(description) = product.get("description") {
        draft.fill("description", description.clone());
    }
    let unit = at(product, &["unitOfMeasure", "name"]).cloned();
    draft.fill("uom", unit.unwrap_or_else(|| Value::from("Each")));
    for (from, to) in [
        ("price", "unitPrice"),
        ("cost", "unitCost"),
        ("taxableFlag", "taxableFlag"),
        ("customerDescription", "invoiceDescription"),
    ] {
        if let Some(value) = product.get(from) {
            draft.fill_default(to, value.clone());
        }
    }
}

fn compute(draft: &mut Draft) {
    let mut read = |name: &str| {
        let found = draft.record.get(name).and_then(number);
        if found.is_none() {
            draft.errors.push(FieldError::out_of_range(name));
        }
        found.unwrap_or_default()
    };
    let (quantity, less) = (read("quantity"), read("lessIncluded"));
    let (price, cost) = (read("unitPrice"), read("unitCost"));
    let (Some(extended_price), Some(extended_cost)) = (quantity.checked_mul(price), quantity.checked_mul(cost)) else {
        draft.errors.push(FieldError::out_of_range("quantity"));
        return;
    };
    draft.fill("billedQuantity", of_decimal((quantity - less).max(Decimal::ZERO)));
    draft.fill("extPrice", of_decimal(extended_price));
    draft.fill("extCost", of_decimal(extended_cost));
    draft.fill("margin", of_decimal(extended_price - extended_cost));
}

/// Dates are text of one form, which sorts as the dates do.
fn check_dates(draft: &mut Draft, agreement: &Record) {
    let Some(effective) = text_of(&draft.record, "effectiveDate").map(str::to_owned) else {
        return;
    };
    let start = text_of(agreement, "billStartDate").or_else(|| text_of(agreement, "startDate"));
    if start.is_some_and(|start| effective.as_str() < start) {
        draft.errors.push(FieldError::invalid("effectiveDate", TOO_EARLY));
    }
    // What was accepted before the period was invoiced stays changeable.
    let moved = draft.is_new() || draft.changed.contains("effectiveDate");
    let invoiced = text_of(agreement, "nextInvoiceDate").is_some_and(|next| effective.as_str() < next);
    if moved && invoiced && !is_set(agreement, "prorateFlag") {
        draft
            .errors
            .push(FieldError::invalid("effectiveDate", ALREADY_INVOICED));
    }
}
