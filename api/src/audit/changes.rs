//! What is different between two objects, as a pure function.

use std::collections::BTreeSet;

use psa_entities::audit_entry::FieldChange;
use serde_json::{Map, Value};

/// The fields in which two objects differ, in the order of their paths. Objects within objects are compared field by
/// field, lists as a whole; what is absent counts as null.
pub fn between(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare("", before, after, &mut changes);
    changes
}

fn compare(path: &str, before: &Value, after: &Value, changes: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let nothing = Map::new();
    let (left, right) = match (before, after) {
        (Value::Object(left), Value::Object(right)) => (left, right),
        (Value::Null, Value::Object(right)) => (&nothing, right),
        (Value::Object(left), Value::Null) => (left, &nothing),
        _ => {
            changes.push(FieldChange {
                field: path.to_owned(),
                before: before.clone(),
                after: after.clone(),
            });
            return;
        }
    };
    for field in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
        let below = if path.is_empty() {
            field.clone()
        } else {
            format!("{path}.{field}")
        };
        let value = |object: &Map<String, Value>| object.get(field).cloned().unwrap_or(Value::Null);
        compare(&below, &value(left), &value(right), changes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fields(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
        let changes = between(before, after).into_iter();
        changes
            .map(|change| (change.field, change.before, change.after))
            .collect()
    }

    #[test]
    fn only_what_differs_is_listed_with_its_path() {
        let before = json!({ "name": "Main", "routing": { "board": "1", "type": "2" }, "rules": [1, 2] });
        let after = json!({ "name": "Main", "routing": { "board": "3", "type": "2" }, "rules": [1] });
        assert_eq!(
            fields(&before, &after),
            [
                ("routing.board".to_owned(), json!("1"), json!("3")),
                ("rules".to_owned(), json!([1, 2]), json!([1])),
            ]
        );
    }

    #[test]
    fn what_was_not_there_or_is_gone_is_null() {
        assert_eq!(
            fields(&Value::Null, &json!({ "name": "Main", "note": null })),
            [("name".to_owned(), Value::Null, json!("Main"))]
        );
        assert_eq!(
            fields(&json!({ "psa": { "name": "Acme" } }), &json!({ "psa": null })),
            [("psa.name".to_owned(), json!("Acme"), Value::Null)]
        );
    }

    proptest! {
        #[test]
        fn the_same_is_no_change_and_a_change_can_be_read_backwards(
            left in prop::collection::btree_map("[a-c]", 0..3_u8, 0..3),
            right in prop::collection::btree_map("[a-c]", 0..3_u8, 0..3),
        ) {
            let (left, right) = (json!(left), json!(right));
            prop_assert_eq!(between(&left, &left), vec![]);
            let back: Vec<_> = between(&right, &left)
                .into_iter()
                .map(|change| FieldChange { before: change.after, after: change.before, ..change })
                .collect();
            prop_assert_eq!(between(&left, &right), back);
        }
    }
}
