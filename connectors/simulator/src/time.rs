//! Instants as the API writes them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Whole seconds, UTC, `Z`.
pub(crate) const FORMAT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// An instant as text.
pub(crate) fn show(time: DateTime<Utc>) -> String {
    time.format(FORMAT).to_string()
}

/// An instant as HTTP headers have it.
pub(crate) fn show_http(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The midnight that begins the day of an instant, as text.
pub(crate) fn show_day(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT00:00:00Z").to_string()
}

/// Reads exactly the form that the API writes.
pub(crate) fn read(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, FORMAT)
        .ok()
        .map(|time| time.and_utc())
}

/// Reads any RFC 3339 form.
pub(crate) fn read_loosely(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.with_timezone(&Utc))
}

/// Milliseconds, UTC, `Z`.
pub(crate) fn show_exactly(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A day as the midnight that begins it.
pub(crate) fn show_date(day: NaiveDate) -> String {
    day.format("%Y-%m-%dT00:00:00Z").to_string()
}
