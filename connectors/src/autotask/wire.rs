//! What goes over the wire, and only that.

mod records;
mod writes;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

#[cfg(test)]
pub(super) use records::Stub;
pub(super) use records::{
    Category, Charge, Company, Contact, Contract, ContractService, ContractStub, Device, ExcludedResource,
    LinkedDevice, Listed, Note, Product, Resource, Service, ServiceUnits, Ticket, TimeEntry, Version, Webhook,
    WebhookField,
};
pub(super) use writes::{
    Adjustment, ChangedCharge, ChangedService, ChangedWebhook, NewCharge, NewExcludedResource, NewLinkedDevice,
    NewNote, NewTicket, NewWebhook, NewWebhookField,
};

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

/// A day, written as a time away from midnight: the PSA must not move it into the day before or after.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day(pub(super) NaiveDate);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}T02:00:00", self.0.format("%Y-%m-%d")))
    }
}

/// An instant as the PSA writes it: with or without an offset, always UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instant(pub(super) DateTime<Utc>);

impl Instant {
    /// The day that is meant.
    pub(super) fn day(self) -> NaiveDate {
        self.0.date_naive()
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(instant) = DateTime::parse_from_rfc3339(&text) {
            return Ok(Self(instant.with_timezone(&Utc)));
        }
        let plain: NaiveDateTime = text.parse().map_err(D::Error::custom)?;
        Ok(Self(plain.and_utc()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_utc_with_or_without_an_offset() {
        for text in [
            "2026-03-10T12:00:00Z",
            "2026-03-10T12:00:00",
            "2026-03-10T12:00:00.000",
            "2026-03-10T14:00:00+02:00",
        ] {
            let instant: Instant = serde_json::from_value(serde_json::json!(text)).expect(text);
            assert_eq!(instant.0.to_rfc3339(), "2026-03-10T12:00:00+00:00", "{text}");
        }
        assert!(serde_json::from_str::<Instant>("\"March\"").is_err());
    }

    #[test]
    fn numbers_keep_their_digits() {
        let exact = |text: &str| Exact::from(text.parse::<Decimal>().expect(text));
        let charge = NewCharge {
            contract_id: 7,
            product_id: 3,
            name: "Storage",
            description: None,
            charge_type: 1,
            date_purchased: Day(NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day")),
            unit_quantity: exact("12.3456"),
            unit_price: Some(exact("0.0500")),
            unit_cost: None,
            billable_amount: None,
            is_billable_to_company: true,
            internal_purchase_order_number: "PB:1",
        };
        // Through a value, as requests are built.
        let json = serde_json::to_value(&charge).expect("JSON").to_string();
        for part in [
            r#""unitQuantity":12.3456"#,
            r#""unitPrice":0.05"#,
            r#""datePurchased":"2026-03-01T02:00:00""#,
            r#""contractID":7"#,
            r#""productID":3"#,
        ] {
            assert!(json.contains(part), "{part} is not in {json}");
        }
        // The PSA answers a null on creation with an error.
        assert!(!json.contains("null"), "{json}");
        let read: Service =
            serde_json::from_str(r#"{"id":1,"name":"x","unitPrice":1234567890123.4567}"#).expect("a service");
        assert_eq!(
            read.unit_price
                .map(Exact::value)
                .map(|price| price.to_string())
                .as_deref(),
            Some("1234567890123.4567")
        );
    }
}
