//! `fields=id,name,status/id`: only the named members of a record.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::connectwise::model::Record;

/// The members to keep, in lower case; an empty branch keeps all below it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Projection {
    members: BTreeMap<String, Projection>,
}

impl Projection {
    /// Reads a comma list of paths.
    pub(crate) fn parse(text: &str) -> Self {
        let mut root = Self::default();
        for path in text.split(',').map(str::trim).filter(|path| !path.is_empty()) {
            let mut branch = &mut root;
            for name in path.split('/').filter(|name| !name.is_empty()) {
                branch = branch.members.entry(name.to_lowercase()).or_default();
            }
        }
        root
    }

    pub(crate) fn of(&self, record: &Record) -> Record {
        let kept = record.iter().filter_map(|(name, value)| {
            let (_, branch) = self
                .members
                .iter()
                .find(|(member, _)| member.eq_ignore_ascii_case(name))?;
            Some((name.clone(), branch.of_value(value)))
        });
        kept.collect()
    }

    fn of_value(&self, value: &Value) -> Value {
        match value {
            _ if self.members.is_empty() => value.clone(),
            Value::Object(object) => Value::Object(self.of(object)),
            Value::Array(elements) => Value::Array(elements.iter().map(|element| self.of_value(element)).collect()),
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_and_lists_are_pruned_too() {
        let record = json!({
            "id": 1, "name": "n", "status": { "id": 2, "name": "s" },
            "types": [{ "id": 3, "name": "t" }], "_info": { "lastUpdated": "x" },
        });
        let record = record.as_object().expect("an object");
        let kept = Projection::parse("ID, status/id,types/Name").of(record);
        assert_eq!(
            Value::Object(kept),
            json!({ "id": 1, "status": { "id": 2 }, "types": [{ "name": "t" }] })
        );
    }
}
