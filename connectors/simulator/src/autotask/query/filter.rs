//! The filter of a query: groups and conditions, read and checked.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::value::{decimal, instant};
use crate::autotask::model::{Field, Kind, Model};
use crate::autotask::refusal::Refusal;
use crate::number;

/// The most alternatives that a query may have.
const MOST_ALTERNATIVES: usize = 500;

/// Which records are wanted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Test(Test),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Test {
    pub(super) field: &'static str,
    pub(super) kind: Kind,
    pub(super) is_user_defined: bool,
    pub(super) op: Op,
    /// In the form of the field's type; one for most operators.
    pub(super) values: Vec<Value>,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    NotEq,
    Gt,
    Gte,
    Lt,
    Lte,
    BeginsWith,
    EndsWith,
    Contains,
    Exist,
    NotExist,
    In,
    NotIn,
}

const OPS: [(&str, Op); 13] = [
    ("eq", Op::Eq),
    ("noteq", Op::NotEq),
    ("gt", Op::Gt),
    ("gte", Op::Gte),
    ("lt", Op::Lt),
    ("lte", Op::Lte),
    ("beginswith", Op::BeginsWith),
    ("endswith", Op::EndsWith),
    ("contains", Op::Contains),
    ("exist", Op::Exist),
    ("notexist", Op::NotExist),
    ("in", Op::In),
    ("notin", Op::NotIn),
];

impl Condition {
    /// A field that every wanted record has one value of, with that value.
    pub(crate) fn lookup(&self) -> Option<(&'static str, &Value)> {
        match self {
            Self::Test(test) if test.op == Op::Eq && !test.is_user_defined => Some((test.field, test.values.first()?)),
            Self::All(items) => items.iter().find_map(Self::lookup),
            Self::Any(_) | Self::Test(_) => None,
        }
    }

    fn tests(&self) -> Vec<&Test> {
        match self {
            Self::Test(test) => vec![test],
            Self::All(items) | Self::Any(items) => items.iter().flat_map(Self::tests).collect(),
        }
    }

    fn alternatives(&self) -> usize {
        match self {
            Self::Test(test) if matches!(test.op, Op::In | Op::NotIn) => test.values.len(),
            Self::Test(_) => 0,
            Self::All(items) => items.iter().map(Self::alternatives).sum(),
            Self::Any(items) => items.iter().map(|item| item.alternatives().max(1)).sum(),
        }
    }
}

/// Reads the filter of a query: an array whose items must all hold, none of them for all records.
pub(super) fn read(model: &Model, filter: &Value) -> Result<Condition, Refusal> {
    let items = filter.as_array();
    let items = items.ok_or_else(|| Refusal::error("The filter must be an array."))?;
    if items.is_empty() {
        return Err(Refusal::error("The filter has no conditions."));
    }
    let condition = Condition::All(all(model, items)?);
    if condition.alternatives() > MOST_ALTERNATIVES {
        return Err(Refusal::error("Queries are limited to 500 or fewer 'OR' conditions."));
    }
    let user_defined = condition.tests().into_iter().filter(|test| test.is_user_defined);
    if user_defined.count() > 1 {
        return Err(Refusal::error(
            "A query can have only one condition on a user-defined field.",
        ));
    }
    Ok(condition)
}

fn all(model: &Model, items: &[Value]) -> Result<Vec<Condition>, Refusal> {
    items.iter().map(|item| one(model, item)).collect()
}

fn one(model: &Model, item: &Value) -> Result<Condition, Refusal> {
    let object = item.as_object();
    let object = object.ok_or_else(|| Refusal::error("A condition must be an object."))?;
    let op = member(object, "op").and_then(Value::as_str).unwrap_or_default();
    let group = |items: Option<&Value>| {
        let items = items.and_then(Value::as_array);
        all(
            model,
            items.ok_or_else(|| Refusal::error(format!("A group '{op}' needs items.")))?,
        )
    };
    if op.eq_ignore_ascii_case("and") {
        return Ok(Condition::All(group(member(object, "items"))?));
    }
    if op.eq_ignore_ascii_case("or") {
        return Ok(Condition::Any(group(member(object, "items"))?));
    }
    let known = OPS.iter().find(|(name, _)| name.eq_ignore_ascii_case(op));
    let (_, known) = known.ok_or_else(|| Refusal::error(format!("The operator '{op}' is unknown.")))?;
    test(model, object, *known, op).map(Condition::Test)
}

fn test(model: &Model, object: &Map<String, Value>, op: Op, written: &str) -> Result<Test, Refusal> {
    let name = member(object, "field").and_then(Value::as_str).unwrap_or_default();
    let is_user_defined = member(object, "udf").and_then(Value::as_bool).unwrap_or_default();
    let field = if is_user_defined {
        model.user_defined_field(name)
    } else {
        model.field(name)
    };
    let field = field.ok_or_else(|| unknown_field(name, model))?;
    if !field.is_queryable {
        return Err(Refusal::error(format!("The field {} cannot be queried.", field.name)));
    }
    let fits = match op {
        Op::BeginsWith | Op::EndsWith | Op::Contains => matches!(field.kind, Kind::Text(_)),
        Op::Gt | Op::Gte | Op::Lt | Op::Lte => field.kind != Kind::Flag,
        _ => true,
    };
    if !fits {
        let field = field.name;
        return Err(Refusal::error(format!(
            "The operator '{written}' does not fit the field {field}."
        )));
    }
    let value = member(object, "value");
    let values = match (op, value) {
        (Op::Exist | Op::NotExist, _) => Vec::new(),
        (Op::In | Op::NotIn, Some(Value::Array(values))) => {
            let mut seen = HashSet::new();
            let values = values.iter().map(|value| typed(field, value));
            let values = values.collect::<Result<Vec<Value>, Refusal>>()?;
            values
                .into_iter()
                .filter(|value| seen.insert(value.to_string()))
                .collect()
        }
        (Op::In | Op::NotIn, _) => {
            return Err(Refusal::error(format!(
                "The operator '{written}' needs an array of values."
            )));
        }
        (_, Some(value)) => vec![typed(field, value)?],
        (_, None) => {
            return Err(Refusal::error(format!(
                "The condition on {} needs a value.",
                field.name
            )));
        }
    };
    Ok(Test {
        field: field.name,
        kind: field.kind,
        is_user_defined,
        op,
        values,
    })
}

/// A value in the form of the field's type.
fn typed(field: &Field, value: &Value) -> Result<Value, Refusal> {
    let wrong = || Refusal::error(format!("The value {value} does not fit the field {}.", field.name));
    match field.kind {
        Kind::Flag => value.as_bool().map(Value::Bool).ok_or_else(wrong),
        Kind::Integer | Kind::Long | Kind::Double => {
            let number = decimal(value).ok_or_else(wrong)?;
            if field.kind == Kind::Double {
                return Ok(number::of_decimal(number));
            }
            let whole = i64::try_from(number).ok().filter(|whole| number == (*whole).into());
            whole.map(Value::from).ok_or_else(wrong)
        }
        Kind::Time | Kind::Day => {
            let time = value.as_str().filter(|text| instant(text).is_some());
            time.map(Value::from).ok_or_else(wrong)
        }
        Kind::Text(_) => match value {
            Value::String(text) => Ok(Value::String(text.to_lowercase())),
            Value::Number(number) => Ok(Value::String(number.to_string())),
            _ => Err(wrong()),
        },
    }
}

/// The refusal of a name that the entity does not have.
pub(super) fn unknown_field(name: &str, model: &Model) -> Refusal {
    Refusal::error(format!("Unable to find {name} in the {} Entity.", model.single))
}

/// A member that is not null, whatever the capitals of its name.
fn member<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    let found = object.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::autotask::entity::Entity;

    fn refused(filter: &Value) -> String {
        match read(Entity::Companies.model(), filter) {
            Err(Refusal::Errors(errors)) => errors.join(" "),
            other => panic!("{filter}: {other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let cases = [
            (json!([]), "no conditions"),
            (
                json!([{ "op": "like", "field": "id", "value": 1 }]),
                "'like' is unknown",
            ),
            (
                json!([{ "op": "eq", "field": "name", "value": 1 }]),
                "Unable to find name in the Company Entity.",
            ),
            (
                json!([{ "op": "eq", "field": "isActive", "value": "true" }]),
                "does not fit",
            ),
            (
                json!([{ "op": "gt", "field": "isActive", "value": true }]),
                "does not fit",
            ),
            (json!([{ "op": "contains", "field": "id", "value": 1 }]), "does not fit"),
            (json!([{ "op": "eq", "field": "id", "value": 1.5 }]), "does not fit"),
            (json!([{ "op": "in", "field": "id", "value": 1 }]), "needs an array"),
            (json!([{ "op": "or" }]), "needs items"),
            (json!([{ "op": "eq", "field": "id" }]), "needs a value"),
        ];
        for (filter, part) in cases {
            let said = refused(&filter);
            assert!(said.contains(part), "{filter}: {said}");
        }
    }

    #[test]
    fn five_hundred_alternatives_and_one_user_defined_field_are_the_most() {
        let ids = |count: i64| json!([{ "op": "in", "field": "id", "value": (0..count).collect::<Vec<_>>() }]);
        assert!(read(Entity::Companies.model(), &ids(500)).is_ok());
        assert!(refused(&ids(501)).contains("500 or fewer 'OR' conditions"));
        let employees = json!({ "op": "gt", "field": "number of employees", "udf": true, "value": 3 });
        assert!(read(Entity::Companies.model(), &json!([employees])).is_ok());
        assert!(refused(&json!([employees, employees])).contains("only one"));
    }

    #[test]
    fn an_equal_id_outside_of_alternatives_can_be_looked_up() {
        let read = |filter: Value| read(Entity::Contacts.model(), &filter).expect("a filter");
        let equal = json!({ "op": "eq", "field": "COMPANYID", "value": "7" });
        let condition = read(json!([{ "op": "exist", "field": "id" }, equal]));
        assert_eq!(condition.lookup(), Some(("companyID", &json!(7))));
        assert_eq!(read(json!([{ "op": "or", "items": [equal, equal] }])).lookup(), None);
    }
}
