//! Reading the pause that a PSA asks for.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;

use super::Response;

/// The pause after a 429 that names none: what ConnectWise's own text asks for ("Please try again in 30 seconds").
const DEFAULT_PAUSE: Duration = Duration::from_secs(30);

/// The longest pause that is believed: longer ones are mistakes, and would overflow the arithmetic of time.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// The pause that a response asks for: `Retry-After` in seconds or as an HTTP date. A 429 without one asks for 30 s; any
/// other response without one asks for none.
pub fn asked_pause(response: &Response, now: DateTime<Utc>) -> Option<Duration> {
    let named = response
        .header("retry-after")
        .and_then(|value| parse(value.trim(), now));
    let unnamed = (response.status == StatusCode::TOO_MANY_REQUESTS).then_some(DEFAULT_PAUSE);
    named.or(unnamed).map(|pause| pause.min(LONGEST_PAUSE))
}

fn parse(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?.with_timezone(&Utc);
    // A date that has passed asks for no pause.
    Some(until.signed_duration_since(now).to_std().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::answer;

    #[test]
    fn every_form_is_understood() {
        let now = DateTime::parse_from_rfc3339("2026-03-01T12:00:00Z")
            .expect("instant")
            .with_timezone(&Utc);
        let seconds = |n| Some(Duration::from_secs(n));
        let cases = [
            (429, None, seconds(30)),
            (429, Some("7"), seconds(7)),
            (429, Some("0"), seconds(0)),
            (429, Some("Sun, 01 Mar 2026 12:00:45 GMT"), seconds(45)),
            (429, Some("Sun, 01 Mar 2026 11:00:00 GMT"), seconds(0)),
            (429, Some("soon"), seconds(30)),
            (429, Some("18446744073709551615"), seconds(86_400)),
            (503, Some("5"), seconds(5)),
            (503, None, None),
            (200, None, None),
        ];
        for (status, header, expected) in cases {
            let mut response = answer(status, "");
            if let Some(value) = header {
                response.headers.insert("retry-after", value.parse().expect("header"));
            }
            assert_eq!(asked_pause(&response, now), expected, "{status} {header:?}");
        }
    }
}
