//! Agreements: the status that follows from the dates, and what the type fills in.

use chrono::{DateTime, Datelike, Utc};
use serde_json::Value;

use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{Record, is_set, reference_id, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::site::Site;
use crate::connectwise::store::Store;
use crate::number::zero;
use crate::time;

/// What an agreement takes from its type unless it names it: the type's field, the agreement's field.
const FROM_TYPE: [(&str, &str); 12] = [
    ("applicationUnits", "applicationUnits"),
    ("billingCycle", "billingCycle"),
    ("employeeCompRate", "employeeCompRate"),
    ("employeeCompNotExceed", "employeeCompNotExceed"),
    ("invoicingCycle", "invoicingCycle"),
    ("prorateFlag", "prorateFlag"),
    ("invoiceProratedAdditionsFlag", "invoiceProratedAdditionsFlag"),
    ("billTime", "billTime"),
    ("billExpenses", "billExpenses"),
    ("billProducts", "billProducts"),
    ("taxableFlag", "taxable"),
    ("billAmount", "billAmount"),
];

/// Fills in and checks an agreement.
pub(super) fn complete(site: &Site, store: &Store, draft: &mut Draft) {
    let kind = reference_id(&draft.record, "type").and_then(|id| store.get(Resource::AgreementTypes, id));
    for (from, to) in FROM_TYPE {
        if let Some(value) = kind.and_then(|kind| kind.get(from)) {
            draft.fill_default(to, value.clone());
        }
    }
    let now = site.shell.now();
    draft.fill_default("startDate", time::show_day(now));
    if let Some(start) = draft.record.get("startDate").cloned() {
        draft.fill_default("billStartDate", start);
    }
    if let Some(company) = draft.record.get("company").cloned() {
        draft.fill_default("billToCompany", company);
    }
    draft.fill_default("noEndingDateFlag", !draft.has("endDate"));
    for name in [
        "cancelledFlag",
        "prorateFlag",
        "invoiceProratedAdditionsFlag",
        "taxable",
    ] {
        draft.fill_default(name, false);
    }
    draft.fill_default("billAmount", zero());
    draft.fill_default("applicationUnits", "Amount");
    draft.fill_default("periodType", "Current");
    draft.fill_default("nextInvoiceDate", first_of_next_month(now));
    if is_set(&draft.record, "cancelledFlag") {
        draft.fill_default("dateCancelled", time::show_day(now));
    }
    // Dates are text of one form, which sorts as the dates do.
    let ends_early = text_of(&draft.record, "endDate").zip(text_of(&draft.record, "startDate"));
    if ends_early.is_some_and(|(end, start)| end < start) {
        draft
            .errors
            .push(FieldError::invalid("endDate", "endDate cannot be before startDate"));
    }
    let status = status(&draft.record, &time::show_day(now));
    draft.fill("agreementStatus", status);
}

/// The status on a day.
pub(crate) fn status(agreement: &Record, today: &str) -> &'static str {
    let ends = text_of(agreement, "endDate").filter(|_| !is_set(agreement, "noEndingDateFlag"));
    if is_set(agreement, "cancelledFlag") {
        "Cancelled"
    } else if ends.is_some_and(|end| end < today) {
        "Expired"
    } else if text_of(agreement, "startDate").is_some_and(|start| start > today) {
        "Inactive"
    } else {
        "Active"
    }
}

/// Shows an agreement's status on its additions.
pub(super) fn lead_additions(store: &mut Store, agreement: i64) {
    let status = store
        .get(Resource::Agreements, agreement)
        .and_then(|agreement| agreement.get("agreementStatus"));
    let Some(status) = status.cloned() else { return };
    let additions: Vec<Record> = store
        .with(Resource::Additions, "agreementId", &agreement.to_string())
        .filter(|addition| addition.get("agreementStatus") != Some(&status))
        .cloned()
        .collect();
    for mut addition in additions {
        addition.insert("agreementStatus".to_owned(), status.clone());
        store.put(Resource::Additions, addition);
    }
}

/// Whether anything is billed with an agreement.
pub(super) fn is_used(store: &Store, agreement: i64) -> bool {
    let mut additions = store.with(Resource::Additions, "agreementId", &agreement.to_string());
    let mut invoices = store.all(Resource::Invoices);
    additions.next().is_some() || invoices.any(|invoice| reference_id(invoice, "agreement") == Some(agreement))
}

fn first_of_next_month(now: DateTime<Utc>) -> Value {
    let (year, month) = match now.month() {
        12 => (now.year().saturating_add(1), 1),
        month => (now.year(), month + 1),
    };
    Value::from(format!("{year:04}-{month:02}-01T00:00:00Z"))
}
