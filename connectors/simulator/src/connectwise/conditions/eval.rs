//! Whether a record passes a filter.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde_json::Value;

use super::scope::Expect;
use super::{Comparison, Condition, Literal, Order, Test};
use crate::connectwise::model::{Record, at};

impl Condition {
    /// Whether the fields that `find` looks up pass. `null_differs` decides `!=` on null fields.
    pub(crate) fn holds<'a>(&self, find: &dyn Fn(&[String]) -> Option<&'a Value>, null_differs: bool) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(find, null_differs)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(find, null_differs)),
            Self::Compare(comparison) => comparison.holds(find(&comparison.path.names), null_differs),
        }
    }

    /// Whether one element of the list that the filter names passes all of it.
    pub(crate) fn holds_for_a_child(&self, record: &Record, null_differs: bool) -> bool {
        let Some(list) = self.first_list() else { return false };
        let Some(elements) = record.get(list).and_then(Value::as_array) else {
            return false;
        };
        elements.iter().filter_map(Value::as_object).any(|element| {
            let find = |path: &[String]| match path.split_first() {
                Some((first, rest)) if first == list => at(element, rest),
                _ => at(record, path),
            };
            self.holds(&find, null_differs)
        })
    }

    fn first_list(&self) -> Option<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().find_map(Self::first_list),
            Self::Compare(comparison) => comparison.path.names.first().map(String::as_str),
        }
    }
}

impl Comparison {
    fn holds(&self, found: Option<&Value>, null_differs: bool) -> bool {
        let Some(found) = found else {
            return self.holds_for_null(null_differs);
        };
        match &self.test {
            Test::Order(order, literal) => ordered(*order, found, literal),
            Test::Contains { text, negated } => {
                found.as_str().is_some_and(|found| found.to_lowercase().contains(text)) != *negated
            }
            Test::Like { pattern, negated } => {
                found.as_str().is_some_and(|found| pattern.fits(&found.to_lowercase())) != *negated
            }
            Test::In { values, negated } => values.iter().any(|value| ordered(Order::Equal, found, value)) != *negated,
        }
    }

    fn holds_for_null(&self, null_differs: bool) -> bool {
        match &self.test {
            Test::Order(Order::Equal, Literal::Null) => true,
            Test::Order(Order::Unequal, Literal::Null) => false,
            // Flags are never null in the database: an absent one is not set.
            Test::Order(order, literal @ Literal::Flag(_)) if self.path.expect == Expect::Flag => {
                ordered(*order, &Value::Bool(false), literal)
            }
            Test::Order(Order::Unequal, _) => null_differs,
            Test::Contains { negated, .. } | Test::Like { negated, .. } | Test::In { negated, .. } => {
                *negated && null_differs
            }
            Test::Order(..) => false,
        }
    }
}

/// A number of a record, exactly as it is written.
pub(crate) fn number(value: &Value) -> Option<Decimal> {
    let text = value.as_number()?.to_string();
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

fn ordered(order: Order, found: &Value, literal: &Literal) -> bool {
    let ordering = match literal {
        Literal::Null => return order == Order::Unequal,
        Literal::Text(wanted) => found.as_str().map(|found| compare_text(found, wanted)),
        Literal::Time(wanted) => found.as_str().map(|found| found.cmp(wanted.as_str())),
        Literal::Flag(wanted) => found.as_bool().map(|found| found.cmp(wanted)),
        Literal::Number(wanted) => number(found).map(|found| found.cmp(wanted)),
    };
    ordering.is_some_and(|ordering| match order {
        Order::Equal => ordering == Ordering::Equal,
        Order::Unequal => ordering != Ordering::Equal,
        Order::Less => ordering == Ordering::Less,
        Order::AtMost => ordering != Ordering::Greater,
        Order::Greater => ordering == Ordering::Greater,
        Order::AtLeast => ordering != Ordering::Less,
    })
}

/// Compares without regard to case, and without a copy of the record's text.
fn compare_text(found: &str, lower: &str) -> Ordering {
    found.chars().flat_map(char::to_lowercase).cmp(lower.chars())
}
