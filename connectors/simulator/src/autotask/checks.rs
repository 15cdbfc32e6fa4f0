//! What holds for the records of every entity: required fields, values of picklists, references.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::autotask::model::{Access, Field, Model, Picklist, Record};
use crate::autotask::refusal::Refusal;
use crate::autotask::store::Store;

/// The vendor's words for a value that names nothing.
pub(crate) fn no_such_entity(field: &str) -> Refusal {
    Refusal::error(no_entity(field))
}

fn no_entity(field: &str) -> String {
    format!("Value does not reference an existing entity for {field} . ")
}

/// Whether every required field has a value; `also` are those that the tenant requires.
pub(crate) fn complete(model: &Model, record: &Record, also: &BTreeSet<&str>) -> Result<(), Refusal> {
    let is_blank = |field: &&Field| match record.get(field.name) {
        None | Some(Value::Null) => true,
        Some(value) => value.as_str().is_some_and(|text| text.trim().is_empty()),
    };
    let required = model
        .fields
        .iter()
        .filter(|field| field.access != Access::Never && (field.is_required || also.contains(field.name)));
    told(
        required
            .filter(is_blank)
            .map(|field| format!("Missing Required Field: {}.", field.name)),
    )
}

/// Whether the values that are other than before can be chosen and name what exists.
pub(crate) fn changed(store: &Store, model: &Model, old: Option<&Record>, new: &Record) -> Result<(), Refusal> {
    let problem = |field: &Field| {
        let value = new.get(field.name).filter(|value| !value.is_null())?;
        let parent = field.picklist.and_then(|list| list.parent);
        let is_same = |name: &str| old.is_some_and(|old| old.get(name) == new.get(name));
        if is_same(field.name) && parent.is_none_or(is_same) {
            return None;
        }
        if let Some(list) = field.picklist
            && !is_choice(list, value, new)
        {
            return Some(no_entity(field.name));
        }
        let entity = field.reference?;
        let known = value.as_i64().is_some_and(|id| store.get(entity, id).is_some());
        (!known).then(|| no_entity(field.name))
    };
    told(
        model
            .fields
            .iter()
            .filter(|field| field.access != Access::Never)
            .filter_map(problem),
    )
}

fn is_choice(list: Picklist, value: &Value, record: &Record) -> bool {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let value = shown(value);
    let parent = list.parent.and_then(|parent| record.get(parent)).map(shown);
    list.choices.iter().any(|choice| {
        choice.is_active && choice.value == value && choice.parent.is_none_or(|of| parent.as_deref() == Some(of))
    })
}

fn told(errors: impl Iterator<Item = String>) -> Result<(), Refusal> {
    let errors: Vec<String> = errors.collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Errors(errors))
    }
}
