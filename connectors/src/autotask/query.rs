//! What a query says: conditions as the JSON that they are sent as. Values are data there, so nothing has to be quoted.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde_json::{Value, json};

/// Conditions that all must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Conditions(Vec<Value>);

impl Conditions {
    /// No condition.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// A number, such as an id, is this one.
    pub(super) fn number_is(self, field: &str, value: i64) -> Self {
        self.with("eq", field, &json!(value))
    }

    /// A number is one of these; with none of them the condition never holds.
    pub(super) fn number_in(self, field: &str, values: &[i64]) -> Self {
        self.with("in", field, &json!(values))
    }

    /// A flag is set, or not.
    pub(super) fn flag_is(self, field: &str, value: bool) -> Self {
        self.with("eq", field, &json!(value))
    }

    /// A text is this one. The PSA disregards case.
    pub(super) fn text_is(self, field: &str, value: &str) -> Self {
        self.with("eq", field, &json!(value))
    }

    /// One of these fields holds this text. The PSA disregards case.
    pub(super) fn text_is_in_one_of(mut self, fields: &[&str], value: &str) -> Self {
        let items: Vec<_> = fields
            .iter()
            .map(|field| condition("eq", field, &json!(value)))
            .collect();
        self.0.push(json!({ "op": "or", "items": items }));
        self
    }

    /// A text starts with this.
    pub(super) fn starts_with(self, field: &str, prefix: &str) -> Self {
        self.with("beginsWith", field, &json!(prefix))
    }

    /// An instant is this one or later. The fraction of the second is cut off, so that nothing is left out.
    pub(super) fn not_before(self, field: &str, instant: DateTime<Utc>) -> Self {
        self.with("gte", field, &json!(written(instant)))
    }

    /// An instant is this one or earlier.
    pub(super) fn not_after(self, field: &str, instant: DateTime<Utc>) -> Self {
        self.with("lte", field, &json!(written(instant)))
    }

    /// An instant is the query's or later, when it has one.
    pub(super) fn changed_since(self, field: &str, since: Option<DateTime<Utc>>) -> Self {
        match since {
            Some(since) => self.not_before(field, since),
            None => self,
        }
    }

    /// The body of a query for a page of records with ids above `after`.
    pub(super) fn body(&self, after: Option<i64>, size: u16, fields: &[&str]) -> Value {
        let mut filter = self.0.clone();
        // Ids count from 0, which is the MSP's own company.
        filter.push(match after {
            Some(after) => condition("gt", "id", &json!(after)),
            None => condition("gte", "id", &json!(0)),
        });
        json!({ "MaxRecords": size, "IncludeFields": fields, "filter": filter })
    }

    fn with(mut self, op: &str, field: &str, value: &Value) -> Self {
        self.0.push(condition(op, field, value));
        self
    }
}

fn condition(op: &str, field: &str, value: &Value) -> Value {
    json!({ "op": op, "field": field, "value": value })
}

fn written(instant: DateTime<Utc>) -> String {
    instant.trunc_subsecs(0).to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_written_as_the_vendor_wants_it() {
        let since = DateTime::parse_from_rfc3339("2026-03-01T12:00:00.999Z")
            .expect("an instant")
            .with_timezone(&Utc);
        let conditions = Conditions::none()
            .number_is("companyID", 0)
            .number_in("contractID", &[1, 2])
            .text_is_in_one_of(&["a", "b"], "' or \"1\"=1")
            .starts_with("externalID", "PB:")
            .changed_since("lastActivityDate", Some(since));
        let expected = json!({
            "MaxRecords": 500,
            "IncludeFields": ["id", "title"],
            "filter": [
                { "op": "eq", "field": "companyID", "value": 0 },
                { "op": "in", "field": "contractID", "value": [1, 2] },
                { "op": "or", "items": [
                    { "op": "eq", "field": "a", "value": "' or \"1\"=1" },
                    { "op": "eq", "field": "b", "value": "' or \"1\"=1" },
                ] },
                { "op": "beginsWith", "field": "externalID", "value": "PB:" },
                { "op": "gte", "field": "lastActivityDate", "value": "2026-03-01T12:00:00Z" },
                { "op": "gt", "field": "id", "value": 7 },
            ],
        });
        assert_eq!(conditions.body(Some(7), 500, &["id", "title"]), expected);
        let all = Conditions::none().changed_since("x", None).body(None, 1, &["id"]);
        assert_eq!(
            all["filter"],
            json!([{ "op": "gte", "field": "id", "value": 0 }]),
            "a filter is mandatory"
        );
    }
}
