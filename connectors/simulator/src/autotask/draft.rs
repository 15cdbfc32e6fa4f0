//! The body of a write: read strictly, member by member.

use serde_json::{Map, Value, json};

use crate::autotask::assumptions::ReadOnly;
use crate::autotask::model::{Access, Field, Kind, Model, Record};
use crate::autotask::projection::USER_DEFINED;
use crate::autotask::query::{day, decimal, instant};
use crate::autotask::refusal::Refusal;
use crate::number;
use crate::time;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Create(ReadOnly),
    Update,
}

/// The members of a body under their right names, each in the form of its type; null only in an update.
pub(crate) fn read(model: &Model, body: &[u8], mode: Mode) -> Result<Record, Refusal> {
    let members: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| Refusal::error(format!("The body cannot be read as {}: {error}", model.single)))?;
    let mut out = Record::new();
    let mut errors = Vec::new();
    for (name, value) in &members {
        if name.eq_ignore_ascii_case("id") {
            out.insert("id".to_owned(), value.clone());
            continue;
        }
        match member(model, name, value, mode) {
            Ok(Some((name, value))) => {
                out.insert(name.to_owned(), value);
            }
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(out)
    } else {
        Err(Refusal::Errors(errors))
    }
}

fn member(model: &Model, name: &str, value: &Value, mode: Mode) -> Result<Option<(&'static str, Value)>, String> {
    let is_create = matches!(mode, Mode::Create(_));
    if name.eq_ignore_ascii_case(USER_DEFINED) {
        return user_defined(model, value).map(|values| Some((USER_DEFINED, values)));
    }
    let unknown = || format!("The member {name} does not exist on the entity {}.", model.single);
    let field = model.field(name).ok_or_else(unknown)?;
    match field.access {
        Access::Never if mode == Mode::Create(ReadOnly::Refuse) => {
            return Err(format!("The field {} is read only.", field.name));
        }
        Access::Never => return Ok(None),
        Access::OnCreate if !is_create => return Ok(None),
        Access::OnCreate | Access::Always => {}
    }
    if value.is_null() {
        return if is_create {
            Err(format!("The field {} must not be null.", field.name))
        } else {
            Ok(Some((field.name, Value::Null)))
        };
    }
    typed(field, value).map(|value| Some((field.name, value)))
}

/// A value in the form of its field's type, as the server keeps it.
fn typed(field: &Field, value: &Value) -> Result<Value, String> {
    let name = field.name;
    let wrong =
        |kind: &str| format!("Error converting value {value} to type '{kind}'. Path '{name}', line 1, position 1.");
    match field.kind {
        Kind::Flag => value.as_bool().map(Value::Bool).ok_or_else(|| wrong("Boolean")),
        Kind::Integer => {
            let whole = value.as_i64().and_then(|whole| i32::try_from(whole).ok());
            whole.map(Value::from).ok_or_else(|| wrong("Int32"))
        }
        Kind::Long => value.as_i64().map(Value::from).ok_or_else(|| wrong("Int64")),
        Kind::Double => {
            let number = Some(value).filter(|value| value.is_number()).and_then(decimal);
            number.map(number::of_decimal).ok_or_else(|| wrong("Double"))
        }
        Kind::Time => {
            let time = value.as_str().and_then(instant);
            time.map(|time| Value::from(time::show_exactly(time)))
                .ok_or_else(|| wrong("DateTime"))
        }
        Kind::Day => {
            let text = value.as_str().filter(|text| instant(text).is_some());
            text.and_then(day)
                .map(|day| Value::from(time::show_date(day)))
                .ok_or_else(|| wrong("DateTime"))
        }
        Kind::Text(most) => {
            let text = value.as_str().ok_or_else(|| wrong("String"))?;
            if text.chars().count() > most {
                return Err(format!("The field {name} exceeds its maximum length of {most}."));
            }
            Ok(Value::from(text))
        }
    }
}

/// User-defined fields: names with values, which are kept as text.
fn user_defined(model: &Model, value: &Value) -> Result<Value, String> {
    let values = value.as_array();
    let values = values.ok_or_else(|| "userDefinedFields must be an array.".to_owned())?;
    let one = |value: &Value| {
        let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
        let field = model.user_defined_field(name);
        let field = field.ok_or_else(|| format!("The user-defined field {name} does not exist."))?;
        let text = match value.get("value") {
            None | Some(Value::Null) => Value::Null,
            Some(Value::String(text)) => Value::from(text.as_str()),
            Some(other) => Value::from(other.to_string()),
        };
        let fits = match (field.kind, &text) {
            (Kind::Integer, Value::String(text)) => text.parse::<i64>().is_ok(),
            (Kind::Text(most), Value::String(text)) => text.chars().count() <= most,
            _ => true,
        };
        if fits {
            Ok(json!({ "name": field.name, "value": text }))
        } else {
            Err(format!("The value of the user-defined field {name} does not fit."))
        }
    };
    values
        .iter()
        .map(one)
        .collect::<Result<Vec<Value>, String>>()
        .map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autotask::entity::Entity;

    fn errors(body: &Value, mode: Mode) -> Vec<String> {
        match read(Entity::Tickets.model(), body.to_string().as_bytes(), mode) {
            Err(Refusal::Errors(errors)) => errors,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn members_are_strict_and_every_mistake_is_told() {
        let create = Mode::Create(ReadOnly::Ignore);
        let body = json!({
            "title": "x".repeat(256), "status": "1", "nonsense": 1, "contactID": null, "dueDateTime": "soon",
            "userDefinedFields": [{ "name": "nobody", "value": 1 }],
        });
        assert_eq!(errors(&body, create).len(), 6);
        assert_eq!(
            errors(&json!({ "ticketNumber": "T1" }), Mode::Create(ReadOnly::Refuse)).len(),
            1
        );
    }

    #[test]
    fn an_update_may_clear_and_read_only_members_are_left_out() {
        let body =
            json!({ "ID": 7, "CONTACTID": null, "ticketNumber": "T1", "dueDateTime": "2026-03-15T12:00:00+02:00" });
        let read = read(Entity::Tickets.model(), body.to_string().as_bytes(), Mode::Update).expect("members");
        let expected = json!({ "id": 7, "contactID": null, "dueDateTime": "2026-03-15T10:00:00.000Z" });
        assert_eq!(Value::Object(read), expected);
    }
}
