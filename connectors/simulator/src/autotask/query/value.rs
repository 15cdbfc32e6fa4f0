//! Values of records and conditions in forms that can be compared.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

/// A number, exactly; also one that is written as text.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

/// An instant in any form that clients send: with an offset, without one (which is UTC), or a day alone.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.with_timezone(&Utc));
    }
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
    let time = time.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"));
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    Some(time.ok().or_else(day)?.and_utc())
}

/// The day that is written, whatever the time and the zone behind it.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_are_read_in_all_their_forms() {
        let noon = instant("2026-03-15T12:00:00Z");
        assert!(noon.is_some());
        for same in [
            "2026-03-15T14:00:00+02:00",
            "2026-03-15T12:00:00",
            "2026-03-15 12:00:00.000",
        ] {
            assert_eq!(instant(same), noon, "{same}");
        }
        assert_eq!(instant("2026-03-15"), instant("2026-03-15T00:00:00Z"));
        assert_eq!(instant("yesterday"), None);
    }

    #[test]
    fn a_day_is_kept_as_it_was_written_and_numbers_are_exact() {
        let written = day("2023-10-09T23:30:00-08:00").expect("a day");
        assert_eq!(written.to_string(), "2023-10-09");
        assert_eq!(decimal(&json!("0.10")), decimal(&json!(0.1)));
        assert_eq!(decimal(&json!(true)), None);
    }
}
