//! Calendar months, the periods of billing.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// A month of a year, written `2026-11`. Years have four digits, so its text sorts by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
#[serde(try_from = "String", into = "String")]
pub struct YearMonth {
    first_day: NaiveDate,
}

/// The text or number does not name a month of the years 0001 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a month: expected year and month as in 2026-11")]
pub struct InvalidYearMonth;

impl YearMonth {
    /// The month `month`, from 1, of `year`.
    ///
    /// # Errors
    /// When the year is outside 1 to 9999 or the month outside 1 to 12.
    pub fn new(year: i32, month: u32) -> Result<Self, InvalidYearMonth> {
        match NaiveDate::from_ymd_opt(year, month, 1) {
            Some(first_day) if (1..=9999).contains(&year) => Ok(Self { first_day }),
            _ => Err(InvalidYearMonth),
        }
    }

    /// The month that `date` lies in. A date outside the years 0001 to 9999 counts as the nearest month within.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        let first_day = date - Days::new(u64::from(date.day0()));
        Self {
            first_day: first_day.clamp(FIRST, LAST),
        }
    }

    /// Its year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.first_day.year()
    }

    /// Its number within the year, from 1.
    #[must_use]
    pub fn month(self) -> u32 {
        self.first_day.month()
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.first_day
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.first_day + Months::new(1) - Days::new(1)
    }

    /// The month after it; 9999-12 is the last and stays itself.
    #[must_use]
    pub fn next(self) -> Self {
        Self::of(self.first_day + Months::new(1))
    }

    /// The month before it; 0001-01 is the first and stays itself.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::of(self.first_day - Months::new(1))
    }
}

const FIRST: NaiveDate = month_start(1, 1);
const LAST: NaiveDate = month_start(9999, 12);

const fn month_start(year: i32, month: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, 1) {
        Some(date) => date,
        None => NaiveDate::MIN,
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl fmt::Debug for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for YearMonth {
    type Err = InvalidYearMonth;

    /// Reads four digits, a hyphen and two digits.
    ///
    /// # Errors
    /// When the text is anything else, or no month of the years 0001 to 9999.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |digits: &str, len: usize| {
            let plain = digits.len() == len && digits.bytes().all(|byte| byte.is_ascii_digit());
            if plain {
                digits.parse::<u16>().map_err(|_| InvalidYearMonth)
            } else {
                Err(InvalidYearMonth)
            }
        };
        let (year, month) = text.split_once('-').ok_or(InvalidYearMonth)?;
        Self::new(i32::from(number(year, 4)?), u32::from(number(month, 2)?))
    }
}

impl From<YearMonth> for String {
    fn from(value: YearMonth) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for YearMonth {
    type Error = InvalidYearMonth;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_have_their_days() {
        for (text, first, last) in [
            ("2026-11", "2026-11-01", "2026-11-30"),
            ("2028-02", "2028-02-01", "2028-02-29"),
            ("2100-02", "2100-02-01", "2100-02-28"),
            ("9999-12", "9999-12-01", "9999-12-31"),
        ] {
            assert_eq!(
                (month(text).first_day(), month(text).last_day()),
                (date(first), date(last))
            );
            assert_eq!(YearMonth::of(date(last)), month(text));
            assert_eq!(month(text).to_string(), text);
        }
    }

    #[test]
    fn neighbours_cross_the_year_and_stop_at_the_ends() {
        assert_eq!(month("2026-12").next(), month("2027-01"));
        assert_eq!(month("2027-01").previous(), month("2026-12"));
        assert_eq!(month("9999-12").next(), month("9999-12"));
        assert_eq!(month("0001-01").previous(), month("0001-01"));
        assert_eq!(YearMonth::of(NaiveDate::MAX), month("9999-12"));
        assert_eq!(YearMonth::of(NaiveDate::MIN), month("0001-01"));
    }

    #[test]
    fn months_sort_by_time() {
        assert!(month("2026-02") < month("2026-11") && month("2026-11") < month("2027-01"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "2026-13",
            "2026-00",
            "0000-01",
            "2026-1",
            "26-01",
            "+026-01",
            "2026-+1",
            "2026",
            "2026-11-01",
            "",
        ] {
            assert!(text.parse::<YearMonth>().is_err(), "{text} was accepted");
        }
        assert!(YearMonth::new(10_000, 1).is_err() && YearMonth::new(0, 12).is_err());
    }

    #[test]
    fn json_is_its_text() {
        assert_eq!(serde_json::to_string(&month("2026-11")).unwrap(), "\"2026-11\"");
        assert!(serde_json::from_str::<YearMonth>("\"2026-13\"").is_err());
    }
}
