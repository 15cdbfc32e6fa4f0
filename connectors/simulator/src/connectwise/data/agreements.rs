//! Agreements, and the additions that are on them from the start.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::lines::{Line, Lines};
use super::terms::{Course, Deal, Deals};
use super::{first_of_month, id_from, ids, put, to};
use crate::connectwise::conditions::eval;
use crate::connectwise::model::{is_set, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;
use crate::data_set::DataSet;
use crate::names;
use crate::number::of_decimal;
use crate::time;

const TYPES: [&str; 4] = ["Managed Services", "Block Time", "Hosting", "Software Subscription"];
/// The id of the billing cycle of a month.
pub(super) const MONTHLY: i64 = 2;
/// Identifier, name and what it means.
const CYCLES: [(&str, &str, &str); 5] = [
    ("W", "Weekly", "Weekly"),
    ("M", "Monthly", "Monthly"),
    ("Q", "Quarterly", "Quarterly"),
    ("S", "Semi-Annual", "SemiAnnual"),
    ("Y", "Yearly", "Yearly"),
];

/// The rhythms in which agreements and products are billed.
pub(super) fn fill_cycles(store: &mut Store) {
    for (index, (identifier, name, option)) in CYCLES.into_iter().enumerate() {
        let id = id_from(1, index);
        let record = json!({
            "id": id, "identifier": identifier, "name": name, "defaultFlag": id == MONTHLY, "billingOptions": option,
        });
        put(store, Resource::BillingCycles, record);
    }
}

/// Agreements with their types; each of the first companies has "Managed Backup".
pub(super) fn fill(store: &mut Store, agreements: usize, data_set: DataSet, seed: u64, now: DateTime<Utc>) {
    for (index, name) in TYPES.into_iter().enumerate() {
        let record = json!({
            "id": id_from(1, index), "name": name, "defaultFlag": index == 0, "inactiveFlag": false, "prorateFlag": true,
            "employeeCompRate": "Hourly", "employeeCompNotExceed": "Billing", "invoicingCycle": "CalendarYear",
            "billingCycle": to(store, Resource::BillingCycles, MONTHLY), "billTime": "Billable", "billExpenses": "Billable", "billProducts": "Billable",
        });
        put(store, Resource::AgreementTypes, record);
    }
    let companies: Vec<i64> = store
        .all(Resource::Companies)
        .filter(|company| !is_set(company, "deletedFlag"))
        .filter_map(|company| company.get("id").and_then(Value::as_i64))
        .collect();
    let mut deals = Deals::new(companies, seed);
    for index in 0..agreements {
        let record = agreement(store, index, &deals.next(), now);
        put(store, Resource::Agreements, record);
    }
    let mut lines = Lines::new(store, seed);
    let first = names::FIRST_COMPANIES.len();
    for (index, agreement) in ids(store, Resource::Agreements).into_iter().enumerate() {
        let drawn = match index {
            0 => vec![adopted()],
            index if index < first || data_set == DataSet::Small => Vec::new(),
            _ => lines.draw(),
        };
        for (number, line) in drawn.iter().enumerate() {
            addition(store, agreement, line, number + 1);
        }
    }
}

/// Contoso's first addition: three desktops.
fn adopted() -> Line {
    Line {
        product: 2,
        quantity: Decimal::from(3),
        discount: 0,
        effective: "2025-01-01T00:00:00Z".to_owned(),
    }
}

fn agreement(store: &Store, index: usize, deal: &Deal, now: DateTime<Utc>) -> Value {
    let company = deal.company;
    let contact = store
        .with(Resource::Contacts, "company/id", &company.to_string())
        .next();
    let contact = contact.and_then(|contact| contact.get("id")?.as_i64());
    let start = match deal.course {
        Course::NotBegun => first_of_month(now, 2),
        _ => deal.start.clone(),
    };
    let end = (deal.course == Course::Over).then_some("2025-06-30T00:00:00Z");
    let cancelled = deal.course == Course::Cancelled;
    let today = time::show_day(now);
    let status = match end {
        _ if cancelled => "Cancelled",
        Some(end) if end < today.as_str() => "Expired",
        _ if start > today => "Inactive",
        _ => "Active",
    };
    json!({
        "id": id_from(1, index),
        "name": deal.name,
        "type": to(store, Resource::AgreementTypes, deal.kind),
        "company": to(store, Resource::Companies, company),
        "contact": contact.map(|contact| to(store, Resource::Contacts, contact)),
        "billToCompany": to(store, Resource::Companies, company),
        "startDate": start,
        "billStartDate": start,
        "endDate": end,
        "noEndingDateFlag": end.is_none(),
        "cancelledFlag": cancelled,
        "dateCancelled": cancelled.then_some("2025-09-30T00:00:00Z"),
        "reasonCancelled": cancelled.then_some("Customer moved to another provider"),
        "agreementStatus": status,
        "billAmount": of_decimal(Decimal::ZERO),
        "billingCycle": to(store, Resource::BillingCycles, MONTHLY),
        "invoicingCycle": "CalendarYear",
        "periodType": "Current",
        "nextInvoiceDate": first_of_month(now, 1),
        "prorateFlag": deal.course != Course::WithoutProration,
        "invoiceProratedAdditionsFlag": false,
        "employeeCompRate": "Hourly",
        "employeeCompNotExceed": "Billing",
        "applicationUnits": "Amount",
        "billTime": "Billable",
        "billExpenses": "Billable",
        "billProducts": "Billable",
        "taxable": true,
    })
}

fn addition(store: &mut Store, agreement: i64, line: &Line, number: usize) {
    let Some(item) = store.get(Resource::Catalog, line.product) else {
        return;
    };
    let quantity = line.quantity;
    let list_price = item.get("price").and_then(eval::number).unwrap_or_default();
    let price = (list_price * Decimal::new(i64::from(100 - line.discount.min(100)), 2)).round_dp(2);
    let cost = item.get("cost").and_then(eval::number).unwrap_or_default();
    let agreed = store.get(Resource::Agreements, agreement);
    let status = agreed.and_then(|agreed| text_of(agreed, "agreementStatus"));
    let start = agreed
        .and_then(|agreed| text_of(agreed, "startDate"))
        .unwrap_or_default();
    let effective = line.effective.as_str().max(start);
    let record = json!({
        "product": to(store, Resource::Catalog, line.product),
        "quantity": of_decimal(quantity),
        "lessIncluded": of_decimal(Decimal::ZERO),
        "unitPrice": of_decimal(price),
        "unitCost": of_decimal(cost),
        "billCustomer": "Billable",
        "effectiveDate": effective,
        "taxableFlag": true,
        "purchaseItemFlag": false,
        "specialOrderFlag": false,
        "agreementId": agreement,
        "agreementStatus": status,
        "description": item.get("description"),
        "invoiceDescription": item.get("customerDescription"),
        "billedQuantity": of_decimal(quantity),
        "uom": "Each",
        "extPrice": of_decimal(quantity * price),
        "extCost": of_decimal(quantity * cost),
        "margin": of_decimal(quantity * (price - cost)),
        "sequenceNumber": of_decimal(Decimal::from(number)),
        "prorateCurrentPeriodFlag": false,
    });
    put(store, Resource::Additions, record);
}
