//! The types of a company, which its own `types` and the type associations both show.

use serde_json::{Value, json};

use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{Record, at, reference_id};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;

/// Checks an association.
pub(super) fn complete(store: &Store, draft: &mut Draft) {
    let pair = |record: &Record| (reference_id(record, "company"), reference_id(record, "type"));
    let company = reference_id(&draft.record, "company").unwrap_or_default().to_string();
    let mut others = store.with(Resource::CompanyTypeAssociations, "company/id", &company);
    if others.any(|other| other.get("id") != draft.record.get("id") && pair(other) == pair(&draft.record)) {
        let message = "The company already has this type.";
        draft.errors.push(FieldError::exists("type/id", message));
    }
}

/// Makes the associations what a company's `types` say.
pub(super) fn follow_company(store: &mut Store, company: i64) {
    let Some(record) = store.get(Resource::Companies, company) else {
        return;
    };
    let info = record.get("_info").cloned().unwrap_or_else(|| json!({}));
    let types = record.get("types").and_then(Value::as_array).into_iter().flatten();
    let wanted: Vec<i64> = types.filter_map(|kind| kind.get("id")?.as_i64()).collect();
    let rows = rows(store, company);
    for (row, kind) in &rows {
        if !wanted.contains(kind) {
            store.remove(Resource::CompanyTypeAssociations, *row);
        }
    }
    for kind in wanted {
        if rows.iter().any(|(_, known)| *known == kind) {
            continue;
        }
        let mut row = Record::new();
        let references = [
            ("type", store.reference(Resource::CompanyTypes, kind)),
            ("company", store.reference(Resource::Companies, company)),
        ];
        for (name, reference) in references {
            row.insert(name.to_owned(), reference.unwrap_or_default());
        }
        row.insert("_info".to_owned(), info.clone());
        store.put(Resource::CompanyTypeAssociations, row);
    }
}

/// Makes a company's `types` what its associations say.
pub(super) fn lead_company(store: &mut Store, company: i64) {
    let Some(mut record) = store.get(Resource::Companies, company).cloned() else {
        return;
    };
    let types: Vec<Value> = store
        .with(Resource::CompanyTypeAssociations, "company/id", &company.to_string())
        .filter_map(|row| at(row, &["type"]).cloned())
        .collect();
    record.insert("types".to_owned(), Value::Array(types));
    store.put(Resource::Companies, record);
}

/// The ids of a company's associations, each with that of its type.
fn rows(store: &Store, company: i64) -> Vec<(i64, i64)> {
    let rows = store.with(Resource::CompanyTypeAssociations, "company/id", &company.to_string());
    rows.filter_map(|row| Some((row.get("id")?.as_i64()?, reference_id(row, "type")?)))
        .collect()
}
