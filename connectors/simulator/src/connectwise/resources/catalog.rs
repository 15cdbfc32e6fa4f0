//! The catalogue: identifiers are unique, recurring fields go together, what is in use stays.

use serde_json::Value;

use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{is_set, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;
use crate::number::zero;

/// Fills in and checks a product.
pub(super) fn complete(store: &Store, draft: &mut Draft) {
    let own = draft.record.get("id").and_then(Value::as_i64);
    let taken = text_of(&draft.record, "identifier").is_some_and(|identifier| {
        let mut others = store.with(Resource::Catalog, "identifier", identifier);
        others.any(|other| other.get("id").and_then(Value::as_i64) != own)
    });
    if taken && draft.changed.contains("identifier") {
        draft.errors.push(FieldError::exists(
            "identifier",
            "A product with this identifier already exists.",
        ));
    }
    let cycle = draft.has("recurringBillCycle") || is_set(&draft.record, "recurringOneTimeFlag");
    if is_set(&draft.record, "recurringFlag") && !cycle {
        draft.errors.push(FieldError::required("recurringBillCycle/id"));
    }
    draft.fill_default("productClass", "NonInventory");
    for name in ["inactiveFlag", "taxableFlag", "serializedFlag", "recurringFlag"] {
        draft.fill_default(name, false);
    }
    for name in ["price", "cost"] {
        draft.fill_default(name, zero());
    }
}
