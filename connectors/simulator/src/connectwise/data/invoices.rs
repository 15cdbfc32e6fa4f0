//! What the agreements were billed with last month.

use chrono::{DateTime, Months, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{id_from, put, to};
use crate::connectwise::conditions::eval::number;
use crate::connectwise::model::{Record, reference_id, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;
use crate::number::{of_decimal, zero};
use crate::time;

/// The number of the first invoice.
const FIRST: i64 = 20_001;
/// Hundredths of the total that are tax.
const TAX: i64 = 8;
/// The least id of an invoice that is not paid yet.
const OPEN_FROM: usize = 150;
const MOST: usize = 200;

/// One invoice for each of the first active agreements that bill anything.
pub(super) fn fill(store: &mut Store, now: DateTime<Utc>) {
    let billed: Vec<(i64, Decimal)> = store
        .all(Resource::Agreements)
        .filter(|agreement| text_of(agreement, "agreementStatus") == Some("Active"))
        .filter_map(|agreement| agreement.get("id")?.as_i64())
        .map(|id| (id, total(store, id)))
        .filter(|(_, total)| !total.is_zero())
        .take(MOST)
        .collect();
    for (index, (agreement, total)) in billed.into_iter().enumerate() {
        if let Some(record) = invoice(store, index, agreement, total, now) {
            put(store, Resource::Invoices, record);
        }
    }
}

fn total(store: &Store, agreement: i64) -> Decimal {
    let additions = store.with(Resource::Additions, "agreementId", &agreement.to_string());
    additions.filter_map(|addition| number(addition.get("extPrice")?)).sum()
}

fn invoice(store: &Store, index: usize, agreement: i64, subtotal: Decimal, now: DateTime<Utc>) -> Option<Value> {
    let record: &Record = store.get(Resource::Agreements, agreement)?;
    let company = reference_id(record, "company")?;
    let tax = (subtotal * Decimal::new(TAX, 2)).round_dp(2);
    let total = subtotal + tax;
    let open = index >= OPEN_FROM;
    let amount = if open { Decimal::ZERO } else { total };
    let date = now.checked_sub_months(Months::new(1))?;
    let due = date.checked_add_months(Months::new(1))?;
    Some(json!({
        "id": id_from(1, index),
        "invoiceNumber": id_from(FIRST, index).to_string(),
        "type": "Agreement",
        "status": if open { json!({ "id": 1, "name": "Open" }) } else { json!({ "id": 4, "name": "Closed" }) },
        "company": to(store, Resource::Companies, company),
        "billToCompany": to(store, Resource::Companies, company),
        "shipToCompany": to(store, Resource::Companies, company),
        "applyToType": "Agreement",
        "applyToId": agreement,
        "agreement": to(store, Resource::Agreements, agreement),
        "date": time::show_day(date),
        "dueDate": time::show_day(due),
        "taxableFlag": true,
        "serviceTotal": zero(),
        "expenseTotal": zero(),
        "productTotal": zero(),
        "agreementAmount": of_decimal(subtotal),
        "subtotal": of_decimal(subtotal),
        "salesTax": of_decimal(tax),
        "total": of_decimal(total),
        "payments": of_decimal(amount),
        "credits": zero(),
        "balance": of_decimal(total - amount),
    }))
}
