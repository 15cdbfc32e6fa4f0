//! Agreements, and the additions that are on them from the start.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{cycle, first_of_month, id_from, ids, names, put, to};
use crate::conditions::eval::number;
use crate::model::{is_set, text_of};
use crate::number::of_decimal;
use crate::options::DataSet;
use crate::resource::Resource;
use crate::store::Store;
use crate::time;

const TYPES: [&str; 4] = ["Managed Services", "Block Time", "Hosting", "Software Subscription"];
const NAMES: [&str; 5] = [
    "Managed Services",
    "Workstation Care",
    "Cloud Hosting",
    "Security Suite",
    "Network Care",
];
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
/// The product of Contoso's first addition, and its quantity.
const ADOPTED: (i64, u32) = (2, 3);

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
pub(super) fn fill(store: &mut Store, agreements: usize, data_set: DataSet, now: DateTime<Utc>) {
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
    for (index, company) in companies.iter().cycle().take(agreements).enumerate() {
        let record = agreement(store, index, *company, now);
        put(store, Resource::Agreements, record);
    }
    let agreements = ids(store, Resource::Agreements);
    let first = names::FIRST_COMPANIES.len();
    for (index, agreement) in agreements.into_iter().enumerate() {
        match index {
            0 => addition(store, agreement, ADOPTED, "2025-01-01T00:00:00Z", 1),
            index if index < first || data_set == DataSet::Small => {}
            // One, two or three: two on average.
            index => {
                for line in 0..=index % 3 {
                    let product = id_from(1, (index + line * 3) % 8);
                    let quantity = u32::try_from(1 + (index * 7 + line) % 40).unwrap_or(1);
                    addition(store, agreement, (product, quantity), "2025-02-01T00:00:00Z", line + 1);
                }
            }
        }
    }
}

fn agreement(store: &Store, index: usize, company: i64, now: DateTime<Utc>) -> Value {
    let managed_backup = index < names::FIRST_COMPANIES.len();
    let contact = store
        .with(Resource::Contacts, "company/id", &company.to_string())
        .next();
    let contact = contact.and_then(|contact| contact.get("id")?.as_i64());
    let (name, kind) = if managed_backup {
        ("Managed Backup", 1)
    } else {
        (cycle(&NAMES, index), id_from(1, index % TYPES.len()))
    };
    // Beyond the first ones a few are cancelled, not begun yet, over, or without proration.
    let variant = if managed_backup {
        usize::MAX
    } else {
        (index - names::FIRST_COMPANIES.len()) % 12
    };
    let start = match variant {
        1 => first_of_month(now, 2),
        _ => "2025-01-01T00:00:00Z".to_owned(),
    };
    let end = (variant == 7).then_some("2025-06-30T00:00:00Z");
    let cancelled = variant == 0;
    let today = time::show_day(now);
    let status = match end {
        _ if cancelled => "Cancelled",
        Some(end) if end < today.as_str() => "Expired",
        _ if start > today => "Inactive",
        _ => "Active",
    };
    json!({
        "id": id_from(1, index),
        "name": name,
        "type": to(store, Resource::AgreementTypes, kind),
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
        "prorateFlag": variant != 2,
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

fn addition(store: &mut Store, agreement: i64, (product, quantity): (i64, u32), effective: &str, line: usize) {
    let Some(item) = store.get(Resource::Catalog, product) else {
        return;
    };
    let quantity = Decimal::from(quantity);
    let price = item.get("price").and_then(number).unwrap_or_default();
    let cost = item.get("cost").and_then(number).unwrap_or_default();
    let status = store
        .get(Resource::Agreements, agreement)
        .and_then(|agreement| text_of(agreement, "agreementStatus"));
    let record = json!({
        "product": to(store, Resource::Catalog, product),
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
        "sequenceNumber": of_decimal(Decimal::from(line)),
        "prorateCurrentPeriodFlag": false,
    });
    put(store, Resource::Additions, record);
}
