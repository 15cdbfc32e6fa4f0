//! How a contact is reached, which its own `communicationItems` and its communications both show.

use serde_json::{Value, json};

use crate::connectwise::assumptions::Assumptions;
use crate::connectwise::draft::{Draft, unknown_member};
use crate::connectwise::errors::{ApiError, FieldError};
use crate::connectwise::model::{Record, is_set, reference_id, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;

const MOST: usize = 250;
/// What an item of a contact shows of a communication.
const ITEM: [&str; 7] = [
    "id",
    "type",
    "value",
    "extension",
    "defaultFlag",
    "domain",
    "communicationType",
];

/// Fills in a communication.
pub(super) fn complete(store: &Store, draft: &mut Draft) {
    draft.fill_default("defaultFlag", false);
    derive(store, &mut draft.record);
}

/// Reads and fills in the items of a contact.
pub(super) fn complete_items(store: &Store, assumptions: &Assumptions, draft: &mut Draft) -> Result<(), ApiError> {
    if !draft.changed.contains("communicationItems") {
        return Ok(());
    }
    let Some(items) = draft.record.remove("communicationItems") else {
        return Ok(());
    };
    let Value::Array(items) = items else {
        return Err(ApiError::unreadable(
            &items,
            "List`1[ContactCommunicationItem]",
            "communicationItems",
        ));
    };
    let mut read = Vec::new();
    for item in items {
        let Value::Object(mut item) = item else {
            return Err(ApiError::unreadable(
                &item,
                "ContactCommunicationItem",
                "communicationItems",
            ));
        };
        if let Some(unknown) = item.keys().find(|name| !ITEM.contains(&name.as_str())) {
            return Err(unknown_member(assumptions, unknown, "ContactCommunicationItem"));
        }
        match type_of(store, &item) {
            Some(id) => {
                let reference = store.reference(Resource::CommunicationTypes, id).unwrap_or_default();
                item.insert("type".to_owned(), reference);
            }
            None => draft.errors.push(FieldError::required("communicationItems/type")),
        }
        match text_of(&item, "value") {
            None | Some("") => draft.errors.push(FieldError::required("communicationItems/value")),
            Some(value) if value.chars().count() > MOST => {
                draft
                    .errors
                    .push(FieldError::too_long("communicationItems/value", MOST));
            }
            Some(_) => {}
        }
        if !item.contains_key("defaultFlag") {
            item.insert("defaultFlag".to_owned(), Value::Bool(false));
        }
        derive(store, &mut item);
        read.push(Value::Object(item));
    }
    draft.fill("communicationItems", Value::Array(read));
    Ok(())
}

/// The id of an item's type, which is named by id or name.
fn type_of(store: &Store, item: &Record) -> Option<i64> {
    let kind = item.get("type")?.as_object()?;
    if let Some(id) = kind.get("id").and_then(Value::as_i64) {
        return store.get(Resource::CommunicationTypes, id).map(|_| id);
    }
    let mut found = store.with(Resource::CommunicationTypes, "description", text_of(kind, "name")?);
    found.next().and_then(|kind| kind.get("id")?.as_i64())
}

/// Sets what follows from the type and the value.
fn derive(store: &Store, record: &mut Record) {
    let kind = reference_id(record, "type").and_then(|id| store.get(Resource::CommunicationTypes, id));
    let means = kind.map(|kind| {
        if is_set(kind, "emailFlag") {
            "Email"
        } else if is_set(kind, "faxFlag") {
            "Fax"
        } else {
            "Phone"
        }
    });
    let domain = text_of(record, "value").and_then(|value| value.split_once('@'));
    let domain = domain
        .filter(|_| means == Some("Email"))
        .map(|(_, domain)| format!("@{domain}"));
    for (name, value) in [("communicationType", means.map(str::to_owned)), ("domain", domain)] {
        match value {
            Some(value) => record.insert(name.to_owned(), Value::String(value)),
            None => record.remove(name),
        };
    }
}

/// Makes the communications what a contact's items say; items without an id get one.
pub(super) fn follow_contact(store: &mut Store, contact: i64) {
    let Some(mut record) = store.get(Resource::Contacts, contact).cloned() else {
        return;
    };
    let info = record.get("_info").cloned().unwrap_or_else(|| json!({}));
    let items = match record.remove("communicationItems") {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let known = rows(store, contact);
    let mut kept = Vec::new();
    let mut shown = Vec::new();
    for item in items {
        let Value::Object(mut row) = item else { continue };
        // An id of somebody else's communication is no id.
        if !row
            .get("id")
            .and_then(Value::as_i64)
            .is_some_and(|id| is_free(store, contact, id))
        {
            row.remove("id");
        }
        row.insert("contactId".to_owned(), json!(contact));
        row.insert("_info".to_owned(), info.clone());
        let id = store.put(Resource::Communications, row);
        kept.push(id);
        shown.extend(store.get(Resource::Communications, id).map(item_of));
    }
    for row in known {
        if !kept.contains(&row) {
            store.remove(Resource::Communications, row);
        }
    }
    if !shown.is_empty() {
        record.insert("communicationItems".to_owned(), Value::Array(shown));
    }
    store.put(Resource::Contacts, record);
}

/// Makes a contact's items what its communications say.
pub(super) fn lead_contact(store: &mut Store, contact: i64) {
    let Some(mut record) = store.get(Resource::Contacts, contact).cloned() else {
        return;
    };
    let rows = rows(store, contact).into_iter();
    let items = rows.filter_map(|row| store.get(Resource::Communications, row).map(item_of));
    record.insert("communicationItems".to_owned(), Value::Array(items.collect()));
    store.put(Resource::Contacts, record);
}

fn is_free(store: &Store, contact: i64, id: i64) -> bool {
    let row = store.get(Resource::Communications, id);
    row.is_none_or(|row| row.get("contactId").and_then(Value::as_i64) == Some(contact))
}

fn item_of(row: &Record) -> Value {
    let shown = row.iter().filter(|(name, _)| ITEM.contains(&name.as_str()));
    Value::Object(shown.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn rows(store: &Store, contact: i64) -> Vec<i64> {
    let rows = store.with(Resource::Communications, "contactId", &contact.to_string());
    rows.filter_map(|row| row.get("id")?.as_i64()).collect()
}
