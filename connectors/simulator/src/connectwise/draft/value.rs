//! Reads one sent value as its field's type.

use serde_json::{Number, Value};

use crate::connectwise::assumptions::Assumptions;
use crate::connectwise::draft::unknown_member;
use crate::connectwise::errors::{ApiError, FieldError};
use crate::connectwise::model::{Field, Kind, Model, Record};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;
use crate::time;

/// The value to store. The outer error ends the request, the inner one is collected with others.
pub(super) fn read(
    store: &Store,
    assumptions: &Assumptions,
    model: &Model,
    field: &Field,
    value: Value,
) -> Result<Result<Value, FieldError>, ApiError> {
    let unreadable = |value: &Value, type_name: &str| ApiError::unreadable(value, type_name, field.name);
    let read = match field.kind {
        Kind::Int => match integer(&value) {
            Some(number) => Value::from(number),
            None => return Err(unreadable(&value, "System.Nullable`1[System.Int32]")),
        },
        Kind::Double => match double(&value) {
            Some(number) => number,
            None => return Err(unreadable(&value, "System.Nullable`1[System.Double]")),
        },
        Kind::Flag => match flag(&value) {
            Some(flag) => Value::Bool(flag),
            None => return Err(unreadable(&value, "System.Nullable`1[System.Boolean]")),
        },
        Kind::Text(_) => match value {
            Value::String(_) => value,
            Value::Number(number) => Value::String(number.to_string()),
            Value::Bool(flag) => Value::String(flag.to_string()),
            other => return Err(unreadable(&other, "System.String")),
        },
        Kind::Time | Kind::Day => return instant(assumptions, field, &value).map(Ok),
        Kind::Choice(choices) => {
            let found = value
                .as_str()
                .and_then(|text| choices.iter().find(|known| known.eq_ignore_ascii_case(text)));
            match found {
                Some(known) => Value::from(*known),
                None => return Err(unreadable(&value, &format!("{}.{}", model.type_name, field.name))),
            }
        }
        Kind::To(resource) => return resolve(store, assumptions, field, resource, value),
        Kind::OfBoard(resource) | Kind::OfCompany(resource) => {
            Value::Object(reference(assumptions, field, resource, value)?)
        }
        Kind::Many(resource) => {
            let Value::Array(elements) = value else {
                return Err(unreadable(&value, "List"));
            };
            let mut found = Vec::new();
            for element in elements {
                match resolve(store, assumptions, field, resource, element)? {
                    Ok(element) => found.push(element),
                    Err(error) => return Ok(Err(error)),
                }
            }
            Value::Array(found)
        }
        Kind::Open => value,
    };
    Ok(Ok(read))
}

/// Numbers in quotes are read as numbers, as the server's JSON library does.
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn double(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => text.trim().parse::<Number>().ok().map(Value::Number),
        _ => None,
    }
}

fn flag(value: &Value) -> Option<bool> {
    value
        .as_bool()
        .or_else(|| value.as_str()?.trim().to_ascii_lowercase().parse().ok())
}

fn instant(assumptions: &Assumptions, field: &Field, value: &Value) -> Result<Value, ApiError> {
    let unsupported = || {
        let message = format!("Unsupported format applied to {}", field.name);
        ApiError::with_null_errors(400, "UnsupportedFormat", message)
    };
    let text = value.as_str().ok_or_else(unsupported)?;
    let read = time::read(text).or_else(|| {
        if assumptions.strict_dates {
            None
        } else {
            time::read_loosely(text)
        }
    });
    let instant = read.ok_or_else(unsupported)?;
    Ok(Value::from(if field.kind == Kind::Day {
        time::show_day(instant)
    } else {
        time::show(instant)
    }))
}

/// The members of a sent reference, which must be an object of known members.
fn reference(assumptions: &Assumptions, field: &Field, resource: Resource, value: Value) -> Result<Record, ApiError> {
    let type_name = format!("{}Reference", resource.model().type_name);
    let Value::Object(members) = value else {
        return Err(ApiError::unreadable(&value, &type_name, field.name));
    };
    let known = [
        "id",
        "identifier",
        "name",
        "_info",
        "type",
        "sort",
        "serializedFlag",
        "chargeFirmFlag",
    ];
    match members
        .keys()
        .find(|name| !known.iter().any(|known| known.eq_ignore_ascii_case(name)))
    {
        Some(unknown) => Err(unknown_member(assumptions, unknown, &type_name)),
        None => Ok(members),
    }
}

/// The reference as it is shown, found by id or by natural key.
fn resolve(
    store: &Store,
    assumptions: &Assumptions,
    field: &Field,
    resource: Resource,
    value: Value,
) -> Result<Result<Value, FieldError>, ApiError> {
    let members = reference(assumptions, field, resource, value)?;
    let label = resource.model().label;
    if let Some(id) = members.get("id").and_then(integer).filter(|id| *id != 0) {
        let found = store.reference(resource, id);
        let missing = || FieldError::not_found(&format!("{}/id", field.name), format!("{label} {id} not found"));
        return Ok(found.ok_or_else(missing));
    }
    let Some(key) = resource.traits().natural_key else {
        return Ok(Err(FieldError::required(&format!("{}/id", field.name))));
    };
    let Some(text) = members.get(key).and_then(Value::as_str) else {
        return Ok(Err(FieldError::required(&format!("{}/id", field.name))));
    };
    let indexed = if key == "name" { resource.traits().title } else { key };
    let id = store
        .with(resource, indexed, text)
        .next()
        .and_then(|record| record.get("id"))
        .and_then(Value::as_i64);
    let found = id.and_then(|id| store.reference(resource, id));
    let missing = || FieldError::not_found(&format!("{}/{key}", field.name), format!("{label} {text} not found"));
    Ok(found.ok_or_else(missing))
}
