//! `orderBy=contact/name desc, id asc`.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::connectwise::conditions::eval::number;
use crate::connectwise::conditions::scope::Scope;
use crate::connectwise::conditions::{BadCondition, FieldPath};
use crate::connectwise::model::{Record, at};

/// Sorts by the named fields; equal records stay in the order of their ids.
pub(super) fn sort(records: &mut Vec<&Record>, text: &str, scope: &Scope) -> Result<(), BadCondition> {
    let terms = text
        .split(',')
        .map(|term| read(term, scope))
        .collect::<Result<Vec<_>, _>>()?;
    let first_is_id = matches!(terms.first(), Some((path, false)) if path.names == ["id"]);
    if first_is_id {
        // Records come in this order already.
        return Ok(());
    }
    let mut keyed: Vec<(Vec<Key>, &Record)> = records
        .drain(..)
        .map(|record| {
            (
                terms.iter().map(|(path, _)| Key::of(at(record, &path.names))).collect(),
                record,
            )
        })
        .collect();
    keyed.sort_by(|(left, _), (right, _)| {
        let compared =
            left.iter().zip(right).zip(&terms).map(
                |((left, right), (_, descending))| {
                    if *descending { right.cmp(left) } else { left.cmp(right) }
                },
            );
        compared.fold(Ordering::Equal, Ordering::then)
    });
    records.extend(keyed.into_iter().map(|(_, record)| record));
    Ok(())
}

/// A sortable value: nulls first, text without regard to case.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Null,
    Flag(bool),
    Number(Decimal),
    Text(String),
}

impl Key {
    fn of(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Bool(flag)) => Self::Flag(*flag),
            Some(Value::String(text)) => Self::Text(text.to_lowercase()),
            Some(value) => number(value).map_or(Self::Null, Self::Number),
            None => Self::Null,
        }
    }
}

fn read(term: &str, scope: &Scope) -> Result<(FieldPath, bool), BadCondition> {
    let mut words = term.split_whitespace();
    let path = scope.resolve(words.next().unwrap_or_default())?;
    let descending = match words.next().map(str::to_ascii_lowercase).as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => return Err(BadCondition(format!("'{other}' is not a sort direction."))),
    };
    match words.next() {
        None => Ok((path, descending)),
        Some(more) => Err(BadCondition(format!("Unexpected '{more}' in orderBy."))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::connectwise::models::company::COMPANY;

    #[test]
    fn several_fields_and_directions() {
        let rows = [
            json!({ "id": 1, "name": "b", "city": "X" }),
            json!({ "id": 2, "name": "A", "city": "X" }),
            json!({ "id": 3, "name": "c" }),
            json!({ "id": 4, "name": "a", "city": "x" }),
        ];
        let mut records: Vec<&Record> = rows.iter().filter_map(Value::as_object).collect();
        sort(&mut records, "CITY desc, name asc", &Scope::record(&COMPANY)).expect("an order");
        let ids: Vec<Option<i64>> = records.iter().map(|record| record["id"].as_i64()).collect();
        assert_eq!(ids, [Some(2), Some(4), Some(1), Some(3)]);
        assert!(sort(&mut records, "name sideways", &Scope::record(&COMPANY)).is_err());
    }
}
