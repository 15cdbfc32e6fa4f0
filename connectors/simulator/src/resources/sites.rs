//! Sites of companies: a company has one from the start.

use serde_json::{Value, json};

use crate::draft::Draft;
use crate::model::{Record, reference_id};
use crate::resource::Resource;
use crate::store::Store;

/// What a company's address and its first site have in common: the company's field, the site's field.
const SHARED: [(&str, &str); 6] = [
    ("addressLine1", "addressLine1"),
    ("addressLine2", "addressLine2"),
    ("city", "city"),
    ("zip", "zip"),
    ("country", "country"),
    ("phoneNumber", "phoneNumber"),
];

/// Fills in a site.
pub(super) fn complete(store: &Store, draft: &mut Draft, company: Option<i64>) {
    if let Some(company) = company.and_then(|id| store.reference(Resource::Companies, id)) {
        draft.fill("company", company);
    }
    for name in [
        "primaryAddressFlag",
        "defaultShippingFlag",
        "defaultBillingFlag",
        "defaultMailingFlag",
        "inactiveFlag",
        "billSeparateFlag",
    ] {
        draft.fill_default(name, false);
    }
}

/// Gives a company that names no site its first one, made of its address.
pub(super) fn open_first(store: &mut Store, company: i64) {
    let Some(mut record) = store.get(Resource::Companies, company).cloned() else {
        return;
    };
    if record.contains_key("site") {
        return;
    }
    let mut site = Record::new();
    site.insert("name".to_owned(), json!("Main"));
    for (from, to) in SHARED {
        if let Some(value) = record.get(from) {
            site.insert(to.to_owned(), value.clone());
        }
    }
    if let Some(state) = record.get("state") {
        site.insert(
            "stateReference".to_owned(),
            json!({ "identifier": state, "name": state }),
        );
    }
    for name in [
        "primaryAddressFlag",
        "defaultShippingFlag",
        "defaultBillingFlag",
        "defaultMailingFlag",
    ] {
        site.insert(name.to_owned(), Value::Bool(true));
    }
    site.insert("inactiveFlag".to_owned(), Value::Bool(false));
    site.insert("billSeparateFlag".to_owned(), Value::Bool(false));
    if let Some(company) = store.reference(Resource::Companies, company) {
        site.insert("company".to_owned(), company);
    }
    if let Some(info) = record.get("_info") {
        site.insert("_info".to_owned(), info.clone());
    }
    let id = store.put(Resource::Sites, site);
    if let Some(reference) = store.reference(Resource::Sites, id) {
        record.insert("site".to_owned(), reference);
        store.put(Resource::Companies, record);
    }
}

/// Whether a company's own reference is to this site.
pub(super) fn is_first(store: &Store, site: i64) -> bool {
    let company = store
        .get(Resource::Sites, site)
        .and_then(|site| reference_id(site, "company"));
    let company = company.and_then(|id| store.get(Resource::Companies, id));
    company.is_some_and(|company| reference_id(company, "site") == Some(site))
}
