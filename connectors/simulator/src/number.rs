//! Exact numbers in the form in which the server writes doubles: always with a decimal point.

use rust_decimal::Decimal;
use serde_json::{Number, Value};

/// A number as JSON: `12.0`, `0.05`.
pub(crate) fn of_decimal(decimal: Decimal) -> Value {
    let mut decimal = decimal.normalize();
    if decimal.scale() == 0 {
        decimal.rescale(1);
    }
    decimal.to_string().parse::<Number>().map_or(Value::Null, Value::Number)
}

/// `0.0`.
pub(crate) fn zero() -> Value {
    of_decimal(Decimal::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_a_decimal_place() {
        let shown = |text: &str| of_decimal(text.parse().expect("a number")).to_string();
        assert_eq!(shown("12"), "12.0");
        assert_eq!(shown("0.0500"), "0.05");
        assert_eq!(shown("-3.10"), "-3.1");
        assert_eq!(zero().to_string(), "0.0");
    }
}
