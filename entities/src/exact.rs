//! Decimals that no database rounds.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// A decimal stored as text: SQLite would turn its own numbers into binary fractions.
///
/// It is written without trailing zeros, so equal values are equal text; text does not sort by value.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType,
)]
#[sea_orm(value_type = "String", column_type = "Text")]
#[serde(try_from = "String", into = "String")]
pub struct Exact(pub Decimal);

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

impl FromStr for Exact {
    type Err = rust_decimal::Error;

    /// Reads a plain decimal number.
    ///
    /// # Errors
    /// When it is none, or has more digits than a [`Decimal`] holds; it is never rounded to fit.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::from_str_exact(text).map(Self)
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl From<Exact> for Decimal {
    fn from(value: Exact) -> Self {
        value.0
    }
}

impl From<Exact> for String {
    fn from(value: Exact) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Exact {
    type Error = rust_decimal::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Value;

    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn equal_values_are_written_as_equal_text() {
        for (given, written) in [
            ("1.500", "1.5"),
            ("100", "100"),
            ("0.00", "0"),
            ("-0.0", "0"),
            ("-2.50", "-2.5"),
        ] {
            assert_eq!(exact(given).to_string(), written);
            assert_eq!(Value::from(exact(given)), Value::from(written));
        }
    }

    #[test]
    fn the_largest_and_the_smallest_survive() {
        for text in ["79228162514264337593543950335", "0.0000000000000000000000000001"] {
            assert_eq!(exact(text).to_string(), text);
        }
    }

    #[test]
    fn what_would_be_rounded_or_is_no_number_is_refused() {
        for text in [
            "0.00000000000000000000000000001",
            "79228162514264337593543950336",
            "1e3",
            "",
            "1,5",
            "NaN",
        ] {
            assert!(text.parse::<Exact>().is_err(), "{text} was accepted");
        }
    }

    #[test]
    fn json_is_a_string() {
        assert_eq!(serde_json::to_string(&exact("0.10")).unwrap(), "\"0.1\"");
        assert_eq!(serde_json::from_str::<Exact>("\"0.1\"").unwrap(), exact("0.1"));
        assert!(serde_json::from_str::<Exact>("0.1").is_err());
    }
}
