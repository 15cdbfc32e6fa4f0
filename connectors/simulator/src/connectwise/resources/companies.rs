//! Companies and contacts: the little that the server adds and enforces.

use serde_json::Value;

use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{is_set, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;

const ADDRESS: [&str; 6] = ["addressLine1", "addressLine2", "city", "state", "zip", "country"];

/// Fills in and checks a company.
pub(super) fn complete(store: &Store, draft: &mut Draft) {
    if draft.is_new() && !ADDRESS.into_iter().any(|name| draft.has(name)) {
        draft.errors.push(FieldError::required("addressLine1"));
    }
    let own = draft.record.get("id").and_then(Value::as_i64);
    let taken = text_of(&draft.record, "identifier").is_some_and(|identifier| {
        let mut others = store.with(Resource::Companies, "identifier", identifier);
        others.any(|other| other.get("id").and_then(Value::as_i64) != own)
    });
    if taken && draft.changed.contains("identifier") {
        draft.errors.push(FieldError::exists(
            "identifier",
            "A company with this identifier already exists.",
        ));
    }
    if !draft.has("status") {
        let default = store
            .all(Resource::CompanyStatuses)
            .find(|status| is_set(status, "defaultFlag"));
        let id = default.and_then(|status| status.get("id")?.as_i64());
        if let Some(status) = id.and_then(|id| store.reference(Resource::CompanyStatuses, id)) {
            draft.fill("status", status);
        }
    }
    draft.fill_default("deletedFlag", false);
}

/// Fills in a contact.
pub(super) fn complete_contact(draft: &mut Draft) {
    for name in ["inactiveFlag", "defaultFlag", "defaultBillingFlag"] {
        draft.fill_default(name, false);
    }
}
