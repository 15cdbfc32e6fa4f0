//! Sites of companies: a company has one from the start.

use serde_json::{Value, json};

use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{Record, at, reference_id, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;

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
pub(super) fn complete(draft: &mut Draft) {
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

/// Finds the site that a record with a company names by id or name, and fills in the company's own where it names none.
pub(super) fn choose(store: &Store, draft: &mut Draft) {
    let moved = draft.changed.contains("company");
    if moved && !draft.changed.contains("site") {
        draft.record.remove("site");
    }
    let company = reference_id(&draft.record, "company");
    let Some(named) = draft.record.get("site").and_then(Value::as_object).cloned() else {
        let company = company.and_then(|id| store.get(Resource::Companies, id));
        if let Some(site) = company.and_then(|company| company.get("site")).filter(|_| moved) {
            draft.fill("site", site.clone());
        }
        return;
    };
    if !draft.changed.contains("site") {
        return;
    }
    let id = named.get("id").and_then(Value::as_i64);
    let name = text_of(&named, "name").unwrap_or_default();
    let mut sites = store.with(Resource::Sites, "company/id", &company.unwrap_or_default().to_string());
    let found = sites.find(|site| match id {
        Some(_) => site.get("id").and_then(Value::as_i64) == id,
        None => text_of(site, "name").is_some_and(|known| known.eq_ignore_ascii_case(name)),
    });
    let found = found.and_then(|site| store.reference(Resource::Sites, site.get("id")?.as_i64()?));
    match found {
        Some(reference) => draft.fill("site", reference),
        None => {
            let (field, shown) = id.map_or(("site/name", name.to_owned()), |id| ("site/id", id.to_string()));
            let error = FieldError::not_found(field, format!("Site {shown} not found"));
            draft.errors.push(error);
        }
    }
}

/// Shows a site's name where its company refers to it.
pub(super) fn lead_company(store: &mut Store, site: i64) {
    let company = store
        .get(Resource::Sites, site)
        .and_then(|site| reference_id(site, "company"));
    let company = company.and_then(|id| store.get(Resource::Companies, id)).cloned();
    let Some(mut company) = company.filter(|company| reference_id(company, "site") == Some(site)) else {
        return;
    };
    if let Some(reference) = store.reference(Resource::Sites, site) {
        company.insert("site".to_owned(), reference);
        store.put(Resource::Companies, company);
    }
}

/// Gives a company that refers to no site its first one, made of its address; the company may give its name.
pub(super) fn open_first(store: &mut Store, company: i64) {
    let Some(mut record) = store.get(Resource::Companies, company).cloned() else {
        return;
    };
    if reference_id(&record, "site").is_some() {
        return;
    }
    let name = at(&record, &["site", "name"]).cloned();
    let mut site = Record::new();
    site.insert("name".to_owned(), name.unwrap_or_else(|| json!("Main")));
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
