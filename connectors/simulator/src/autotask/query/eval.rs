//! Whether a record is wanted.

use std::cmp::Ordering;

use serde_json::Value;

use super::filter::{Condition, Op, Test};
use super::value::{decimal, instant};
use crate::autotask::model::{Kind, Record};
use crate::autotask::projection::USER_DEFINED;

/// Whether a condition holds; `null_differs` says whether a field without a value is unlike every value.
pub(super) fn holds(condition: &Condition, record: &Record, null_differs: bool) -> bool {
    match condition {
        Condition::All(items) => items.iter().all(|item| holds(item, record, null_differs)),
        Condition::Any(items) => items.iter().any(|item| holds(item, record, null_differs)),
        Condition::Test(test) => passes(test, record, null_differs),
    }
}

fn passes(test: &Test, record: &Record, null_differs: bool) -> bool {
    let Some(value) = value(test, record) else {
        return match test.op {
            Op::NotExist => true,
            Op::NotEq | Op::NotIn => null_differs,
            _ => false,
        };
    };
    let order = |other: &Value| compare(test.kind, value, other);
    let is = |wanted: &[Ordering]| {
        let order = test.values.first().and_then(order);
        order.is_some_and(|order| wanted.contains(&order))
    };
    let text = |fits: fn(&str, &str) -> bool| {
        let wanted = test.values.first().and_then(Value::as_str);
        let held = value.as_str().map(str::to_lowercase);
        held.zip(wanted).is_some_and(|(held, wanted)| fits(&held, wanted))
    };
    let among = || test.values.iter().any(|other| order(other) == Some(Ordering::Equal));
    match test.op {
        Op::Eq => is(&[Ordering::Equal]),
        Op::NotEq => !is(&[Ordering::Equal]),
        Op::Gt => is(&[Ordering::Greater]),
        Op::Gte => is(&[Ordering::Greater, Ordering::Equal]),
        Op::Lt => is(&[Ordering::Less]),
        Op::Lte => is(&[Ordering::Less, Ordering::Equal]),
        Op::BeginsWith => text(|held, wanted| held.starts_with(wanted)),
        Op::EndsWith => text(|held, wanted| held.ends_with(wanted)),
        Op::Contains => text(|held, wanted| held.contains(wanted)),
        Op::Exist => true,
        Op::NotExist => false,
        Op::In => among(),
        Op::NotIn => !among(),
    }
}

fn value<'r>(test: &Test, record: &'r Record) -> Option<&'r Value> {
    let found = if test.is_user_defined {
        let values = record.get(USER_DEFINED)?.as_array()?;
        values.iter().find(|value| value["name"] == test.field)?.get("value")
    } else {
        record.get(test.field)
    };
    found.filter(|value| !value.is_null())
}

/// How two values of a type are ordered; text disregards case.
fn compare(kind: Kind, left: &Value, right: &Value) -> Option<Ordering> {
    match kind {
        Kind::Integer | Kind::Long => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            // User-defined numbers are kept as text.
            _ => Some(decimal(left)?.cmp(&decimal(right)?)),
        },
        Kind::Double => Some(decimal(left)?.cmp(&decimal(right)?)),
        Kind::Flag => Some(left.as_bool()?.cmp(&right.as_bool()?)),
        Kind::Time | Kind::Day => Some(instant(left.as_str()?)?.cmp(&instant(right.as_str()?)?)),
        Kind::Text(_) => Some(left.as_str()?.to_lowercase().as_str().cmp(right.as_str()?)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::autotask::entity::Entity;
    use crate::autotask::query::filter;

    fn found(test: &Value, null_differs: bool) -> bool {
        let record = json!({
            "id": 0, "companyName": "Contoso Dental", "isActive": true, "assetValue": 10.50,
            "createDate": "2026-03-15T10:00:00.000Z",
            "userDefinedFields": [{ "name": "Number of Employees", "value": "12" }],
        });
        let condition = filter::read(Entity::Companies.model(), &json!([test])).expect("a filter");
        holds(&condition, record.as_object().expect("a record"), null_differs)
    }

    #[test]
    fn every_operator_compares_by_the_type_of_its_field() {
        let test = |op: &str, field: &str, value: Value| json!({ "op": op, "field": field, "value": value });
        let passing = [
            test("eq", "id", json!(0)),
            test("eq", "companyname", json!("CONTOSO DENTAL")),
            test("noteq", "companyName", json!("other")),
            test("gt", "assetValue", json!(10.4999)),
            test("gte", "assetValue", json!("10.5")),
            test("lt", "createDate", json!("2026-03-15T12:30:00+02:00")),
            test("lte", "createDate", json!("2026-03-15T10:00:00")),
            test("beginsWith", "companyName", json!("contoso")),
            test("endsWith", "companyName", json!("Dental")),
            test("contains", "companyName", json!("SO DE")),
            json!({ "op": "exist", "field": "phone" , "value": null }),
            json!({ "op": "notExist", "field": "phone" }),
            test("in", "id", json!([1, 0])),
            test("notIn", "id", json!([1, 2])),
            test("eq", "isActive", json!(true)),
            json!({ "op": "gt", "field": "Number of Employees", "udf": true, "value": 9 }),
            json!({ "op": "or", "items": [test("eq", "id", json!(5)), test("eq", "id", json!(0))] }),
        ];
        for (number, test) in passing.iter().enumerate() {
            assert_eq!(found(test, false), number != 10, "{test}");
        }
        let group = json!({ "op": "and", "items": [test("eq", "id", json!(5)), test("eq", "id", json!(0))] });
        assert!(!found(&group, false));
    }

    #[test]
    fn whether_nothing_is_unlike_a_value_is_assumed() {
        for op in ["noteq", "notIn"] {
            let value = if op == "notIn" { json!(["1"]) } else { json!("1") };
            let test = json!({ "op": op, "field": "phone", "value": value });
            assert_eq!((found(&test, false), found(&test, true)), (false, true));
        }
    }
}
