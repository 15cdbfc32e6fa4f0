//! Spans of time as they are typed: `90s`, `30m`, `12h`, `7d`.

use std::time::Duration;

/// Reads a whole number with its unit.
///
/// # Errors
/// The unit is missing or unknown, or the number is none or zero.
pub fn parse(text: &str) -> Result<Duration, String> {
    let refuse = || format!("`{text}` is no span of time; write a number and a unit, such as 90s, 30m, 12h or 7d");
    let unit = text.chars().next_back().ok_or_else(refuse)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(refuse()),
    };
    let number = text
        .strip_suffix(unit)
        .and_then(|number| number.parse::<u64>().ok())
        .filter(|number| *number > 0);
    let total = number
        .and_then(|number| number.checked_mul(seconds))
        .ok_or_else(refuse)?;
    Ok(Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_read() {
        for (text, seconds) in [("90s", 90), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)));
        }
        for text in [
            "",
            "5",
            "h",
            "0s",
            "-1h",
            "1.5h",
            "5w",
            "99999999999999999999d",
            "9999999999999999999d",
        ] {
            assert!(parse(text).unwrap_err().contains("no span of time"), "{text}");
        }
    }
}
