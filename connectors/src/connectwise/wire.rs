//! What goes over the wire, and only that.

mod bundles;
mod records;
mod writes;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

pub(super) use bundles::{Bundle, BundleAnswer, BundledList, BundledPage, BundledRequest, BundledResult};
pub(super) use records::{
    Addition, Agreement, AgreementStub, ApiMember, Association, BoardInfo, BoardStatus, Callback, CatalogItem, Choice,
    Company, Configuration, Contact, Info, LinkedConfiguration, ListValue, Listed, Note, Reference, RoleSetting,
    SystemInfo, Ticket,
};
pub(super) use writes::{Id, NewAddition, NewCallback, NewNote, NewTicket, Replace, Value};

/// A number that is read and written with exactly its digits.
///
/// A wrapper, because the library's own form for optional numbers reads text only.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Exact(#[serde(with = "rust_decimal::serde::arbitrary_precision")] Decimal);

impl Exact {
    /// The number.
    pub(super) fn value(self) -> Decimal {
        self.0
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        Self(value.normalize())
    }
}

/// A day, written as its midnight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day(pub(super) NaiveDate);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}T00:00:00Z", self.0.format("%Y-%m-%d")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        let cases = [
            ("0.05", "0.05"),
            ("12.3456", "12.3456"),
            ("12.0", "12"),
            ("7", "7"),
            ("5E-05", "0.00005"),
            ("-3.10", "-3.1"),
            ("1234567890123.4567", "1234567890123.4567"),
        ];
        for (json, expected) in cases {
            let addition: Addition =
                serde_json::from_str(&format!(r#"{{"id":1,"product":{{"id":5}},"quantity":{json}}}"#)).expect(json);
            assert_eq!(
                addition.quantity.map(Exact::value),
                Some(expected.parse().expect(expected)),
                "{json}"
            );
        }
        let none: Addition =
            serde_json::from_str(r#"{"id":1,"product":{"id":5},"unitPrice":null}"#).expect("an addition");
        assert_eq!((none.quantity, none.unit_price), (None, None));
    }

    #[test]
    fn writes_hold_exactly_what_is_allowed() {
        let number = |text: &str| Exact::from(text.parse::<Decimal>().expect(text));
        let addition = NewAddition {
            product: Id { id: 5 },
            bill_customer: "Billable",
            quantity: number("12.3456"),
            unit_price: Some(number("0.0500")),
            unit_cost: None,
            invoice_description: Some("Backup"),
            effective_date: Day(NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day")),
        };
        // Through a value, as requests are built.
        let json = serde_json::to_value(&addition).expect("JSON").to_string();
        for part in [
            r#""quantity":12.3456"#,
            r#""unitPrice":0.05"#,
            r#""effectiveDate":"2026-03-01T00:00:00Z""#,
        ] {
            assert!(json.contains(part), "{part} is not in {json}");
        }
        assert!(!json.contains("unitCost"), "{json}");
        let patch = [
            Replace::new("quantity", Value::Number(number("3.00"))),
            Replace::new("status", Value::Record(Id { id: 7 })),
            Replace::new("invoiceDescription", Value::Text("x")),
        ];
        let json: serde_json::Value = serde_json::to_value(&patch).expect("JSON");
        let expected = serde_json::json!([
            { "op": "replace", "path": "quantity", "value": 3 },
            { "op": "replace", "path": "status", "value": { "id": 7 } },
            { "op": "replace", "path": "invoiceDescription", "value": "x" },
        ]);
        assert_eq!(json, expected);
    }
}
