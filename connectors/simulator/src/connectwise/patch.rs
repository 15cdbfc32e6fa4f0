//! The JSON Patch dialect: an array of operations whose paths may lack the first slash.

use serde_json::Value;

use crate::connectwise::assumptions::Assumptions;
use crate::connectwise::draft::{Draft, unknown_member};
use crate::connectwise::errors::ApiError;
use crate::connectwise::model::{Kind, Record};
use crate::connectwise::store::Store;

/// Applies a PATCH body to a draft.
pub(crate) fn apply(draft: &mut Draft, store: &Store, assumptions: &Assumptions, body: Value) -> Result<(), ApiError> {
    let Value::Array(operations) = body else {
        return Err(ApiError::unreadable(&body, "List`1[PatchOperation]", ""));
    };
    for operation in operations {
        let Value::Object(operation) = operation else {
            return Err(ApiError::unreadable(&operation, "PatchOperation", ""));
        };
        apply_one(draft, store, assumptions, operation)?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

fn apply_one(
    draft: &mut Draft,
    store: &Store,
    assumptions: &Assumptions,
    mut operation: Record,
) -> Result<(), ApiError> {
    if let Some(unknown) = operation
        .keys()
        .find(|name| !["op", "path", "value"].contains(&name.as_str()))
    {
        return Err(unknown_member(assumptions, unknown, "PatchOperation"));
    }
    let op = match operation
        .get("op")
        .and_then(Value::as_str)
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        Some("add") => Op::Add,
        Some("replace") => Op::Replace,
        Some("remove") => Op::Remove,
        other => {
            return Err(refused(format!(
                "The operation '{}' is not valid.",
                other.unwrap_or_default()
            )));
        }
    };
    let path = operation
        .get("path")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let value = operation.remove("value").unwrap_or(Value::Null);

    let mut names = path.strip_prefix('/').unwrap_or(&path).split('/');
    let field = names
        .next()
        .and_then(|name| draft.model.field(name))
        .ok_or_else(|| bad_path(&path))?;
    let rest: Vec<&str> = names.collect();
    if rest.is_empty() {
        let value = if op == Op::Remove { Value::Null } else { value };
        return draft.set(store, assumptions, field, value);
    }
    if matches!(field.kind, Kind::To(_) | Kind::OfBoard(_) | Kind::OfCompany(_)) {
        // A path into a reference is answered with success and changes nothing.
        return Ok(());
    }
    let mut whole = draft
        .record
        .get(field.name)
        .cloned()
        .unwrap_or_else(|| Value::Array(Vec::new()));
    edit(&mut whole, &rest, op, value).ok_or_else(|| bad_path(&path))?;
    draft.set(store, assumptions, field, whole)
}

/// Changes a member of a list or object in place; `None` when the path leads nowhere.
fn edit(target: &mut Value, path: &[&str], op: Op, value: Value) -> Option<()> {
    let (name, rest) = path.split_first()?;
    if !rest.is_empty() {
        let inner = match target {
            Value::Array(elements) => elements.get_mut(name.parse::<usize>().ok()?)?,
            Value::Object(members) => members.get_mut(*name)?,
            _ => return None,
        };
        return edit(inner, rest, op, value);
    }
    match (target, op) {
        (Value::Array(elements), Op::Add) => {
            let index: usize = if *name == "-" {
                elements.len()
            } else {
                name.parse().ok()?
            };
            // The server appends whatever is added at the front.
            match index {
                0 => elements.push(value),
                index if index <= elements.len() => elements.insert(index, value),
                _ => return None,
            }
        }
        (Value::Array(elements), Op::Replace) => *elements.get_mut(name.parse::<usize>().ok()?)? = value,
        (Value::Array(elements), Op::Remove) => {
            let index = name.parse().ok()?;
            if index >= elements.len() {
                return None;
            }
            elements.remove(index);
        }
        (Value::Object(members), Op::Remove) => {
            members.remove(*name)?;
        }
        (Value::Object(members), Op::Add | Op::Replace) => {
            members.insert((*name).to_owned(), value);
        }
        _ => return None,
    }
    Some(())
}

fn bad_path(path: &str) -> ApiError {
    refused(format!("The path '{path}' is not valid."))
}

fn refused(message: String) -> ApiError {
    ApiError::new(400, "InvalidObject", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::connectwise::models::company::CONTACT;

    fn patched(operations: &Value) -> Result<Value, ApiError> {
        let before = json!({
            "firstName": "Ann", "title": "Boss", "company": { "id": 250, "name": "Contoso" },
            "communicationItems": [{ "value": "a" }, { "value": "b" }, { "value": "c" }],
        });
        let before = before.as_object().expect("an object").clone();
        let mut draft = Draft::change(&CONTACT, before);
        apply(&mut draft, &Store::new(""), &Assumptions::default(), operations.clone())?;
        Ok(Value::Object(draft.record))
    }

    #[test]
    fn paths_work_with_and_without_the_slash() {
        let after = patched(&json!([
            { "op": "replace", "path": "title", "value": "Chief" },
            { "op": "add", "path": "/nickName", "value": "A" },
        ]))
        .expect("both are read");
        assert_eq!(after["title"], "Chief");
        assert_eq!(after["nickName"], "A");
    }

    #[test]
    fn remove_clears_a_field() {
        let after = patched(&json!([{ "op": "remove", "path": "title" }])).expect("it is read");
        assert_eq!(after.get("title"), None);
    }

    #[test]
    fn capitals_in_paths_matter() {
        assert!(patched(&json!([{ "op": "replace", "path": "Title", "value": "x" }])).is_err());
        assert!(patched(&json!([{ "op": "replace", "path": "nonsense", "value": "x" }])).is_err());
    }

    #[test]
    fn array_indexes_shift_as_operations_go_on() {
        let after = patched(&json!([
            { "op": "remove", "path": "/communicationItems/0" },
            { "op": "replace", "path": "/communicationItems/1/value", "value": "C" },
            { "op": "add", "path": "/communicationItems/2", "value": { "value": "d" } },
            { "op": "add", "path": "/communicationItems/0", "value": { "value": "e" } },
        ]))
        .expect("all are read");
        let values = json!([{ "value": "b" }, { "value": "C" }, { "value": "d" }, { "value": "e" }]);
        assert_eq!(after["communicationItems"], values);
        assert!(patched(&json!([{ "op": "remove", "path": "/communicationItems/3" }])).is_err());
    }

    #[test]
    fn a_path_into_a_reference_succeeds_without_effect() {
        let after = patched(&json!([{ "op": "replace", "path": "company/id", "value": 3 }])).expect("a false success");
        assert_eq!(after["company"]["id"], 250);
    }

    #[test]
    fn only_an_array_of_operations_is_a_patch() {
        assert!(patched(&json!({ "op": "remove", "path": "title" })).is_err());
        assert!(patched(&json!([{ "op": "move", "path": "title" }])).is_err());
        assert!(patched(&json!([{ "op": "remove", "path": "title", "from": "x" }])).is_err());
    }
}
