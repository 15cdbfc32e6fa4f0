//! From what was measured to what is billed: unit, included quantity, minimum, rounding.

use psa_entities::billing_item::{ItemMode, Rounding, Unit};
use rust_decimal::{Decimal, RoundingStrategy};

/// The most decimal places a billed quantity can have.
///
/// Bytes are whole numbers. Up to this many places the next quantity at which rounding changes is so far from the exact
/// quotient, in every unit, that the 28 digits of the division decide it rightly.
pub const MAX_DECIMALS: u32 = 6;

/// How a measured quantity becomes a billed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantityRule {
    /// The unit that is billed.
    pub unit: Unit,
    /// How it is rounded.
    pub rounding: Rounding,
    /// To how many decimal places; more than [`MAX_DECIMALS`] count as that many.
    pub decimals: u32,
    /// The least that is billed, even when nothing was used.
    pub minimum: Option<Decimal>,
    /// What the agreement covers already. Plays no part in mode `TOTAL`.
    pub included: Decimal,
    /// Whether everything or only the excess over `included` is billed.
    pub mode: ItemMode,
}

impl QuantityRule {
    /// The billed quantity of `measured`, which is in [`unit`](Self::unit).
    ///
    /// In this order: the included quantity is taken off, the rest is rounded, the minimum applies. The minimum itself is
    /// rounded up to the decimal places, so that no rule bills less than a person wrote down.
    pub fn billed(&self, measured: Decimal) -> Decimal {
        let owed = match self.mode {
            ItemMode::Total => measured,
            ItemMode::Overage => (measured - self.included).max(Decimal::ZERO),
        };
        let rounded = round(owed, self.rounding, self.decimals);
        let least = self
            .minimum
            .map_or(rounded, |minimum| round(minimum, Rounding::Up, self.decimals));
        rounded.max(least).normalize()
    }
}

/// `quantity` rounded to `decimals` places; halves away from zero.
pub fn round(quantity: Decimal, rounding: Rounding, decimals: u32) -> Decimal {
    let strategy = match rounding {
        Rounding::Up => RoundingStrategy::AwayFromZero,
        Rounding::Nearest => RoundingStrategy::MidpointAwayFromZero,
        Rounding::Down => RoundingStrategy::ToZero,
    };
    quantity.round_dp_with_strategy(decimals.min(MAX_DECIMALS), strategy)
}

/// `bytes` in `unit`, or `None` when the unit does not measure bytes.
///
/// The decimal units are exact. The binary ones are exact to the 28th digit.
pub fn from_bytes(bytes: Decimal, unit: Unit) -> Option<Decimal> {
    Some((bytes / Decimal::from(bytes_per(unit)?)).normalize())
}

/// The name of `unit` on an invoice.
pub fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Each => "pcs",
        Unit::Gb => "GB",
        Unit::Gib => "GiB",
        Unit::Tb => "TB",
        Unit::Tib => "TiB",
    }
}

fn bytes_per(unit: Unit) -> Option<u64> {
    match unit {
        Unit::Each => None,
        Unit::Gb => Some(1_000_000_000),
        Unit::Gib => Some(1 << 30),
        Unit::Tb => Some(1_000_000_000_000),
        Unit::Tib => Some(1 << 40),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn rule(rounding: Rounding, decimals: u32) -> QuantityRule {
        QuantityRule {
            unit: Unit::Gb,
            rounding,
            decimals,
            minimum: None,
            included: Decimal::ZERO,
            mode: ItemMode::Total,
        }
    }

    #[test]
    fn quantities_round_as_the_plan_says() {
        for (measured, rounding, decimals, expected) in [
            ("1.0001", Rounding::Up, 0, "2"),
            ("1", Rounding::Up, 0, "1"),
            ("1.5", Rounding::Nearest, 0, "2"),
            ("2.5", Rounding::Nearest, 0, "3"),
            ("2.49", Rounding::Nearest, 0, "2"),
            ("2.99", Rounding::Down, 0, "2"),
            ("2.345", Rounding::Nearest, 2, "2.35"),
            ("2.341", Rounding::Up, 2, "2.35"),
            ("0.0000001", Rounding::Up, 9, "0.000001"),
        ] {
            assert_eq!(
                rule(rounding, decimals).billed(d(measured)),
                d(expected),
                "{measured} {rounding:?} {decimals}"
            );
        }
    }

    #[test]
    fn included_and_minimum_apply_in_order() {
        for (measured, mode, included, minimum, expected) in [
            ("120.5", ItemMode::Total, "100", None, "121"),
            ("120.5", ItemMode::Overage, "100", None, "21"),
            ("80", ItemMode::Overage, "100", None, "0"),
            ("0", ItemMode::Total, "0", Some("5"), "5"),
            ("4.2", ItemMode::Total, "0", Some("4.5"), "5"),
            ("80", ItemMode::Overage, "100", Some("1"), "1"),
        ] {
            let item = QuantityRule {
                mode,
                included: d(included),
                minimum: minimum.map(d),
                ..rule(Rounding::Up, 0)
            };
            assert_eq!(
                item.billed(d(measured)),
                d(expected),
                "{measured} {mode:?} {included} {minimum:?}"
            );
        }
    }

    #[test]
    fn units_are_exact() {
        for (bytes, unit, expected) in [
            (1_500_000_000_u64, Unit::Gb, "1.5"),
            (1_610_612_736, Unit::Gib, "1.5"),
            (2_500_000_000_001, Unit::Tb, "2.500000000001"),
            (1 << 41, Unit::Tib, "2"),
            (1, Unit::Gb, "0.000000001"),
        ] {
            assert_eq!(from_bytes(Decimal::from(bytes), unit), Some(d(expected)));
        }
        assert_eq!(from_bytes(Decimal::ONE, Unit::Each), None);
    }

    /// The quotient rounded with whole numbers only.
    fn round_exactly(bytes: u64, per: u64, rounding: Rounding, decimals: u32) -> i128 {
        let (numerator, per) = (i128::from(bytes) * 10_i128.pow(decimals), i128::from(per));
        match rounding {
            Rounding::Up => (numerator + per - 1) / per,
            Rounding::Nearest => (2 * numerator + per) / (2 * per),
            Rounding::Down => numerator / per,
        }
    }

    proptest! {
        #[test]
        fn division_never_turns_a_rounding(
            bytes in any::<u64>(), wholes in 0_u64..4_000_000, near in 0_u64..3, decimals in 0_u32..=MAX_DECIMALS,
            unit in prop::sample::select(vec![Unit::Gb, Unit::Gib, Unit::Tb, Unit::Tib]),
            rounding in prop::sample::select(vec![Rounding::Up, Rounding::Nearest, Rounding::Down]),
        ) {
            let per = bytes_per(unit).unwrap();
            // Byte counts next to a whole unit are where a wrong last digit would show.
            for bytes in [bytes, wholes.saturating_mul(per).saturating_add(near), (wholes + 1).saturating_mul(per) - near] {
                let billed = round(from_bytes(Decimal::from(bytes), unit).unwrap(), rounding, decimals);
                let exact = Decimal::from_i128_with_scale(round_exactly(bytes, per, rounding, decimals), decimals);
                prop_assert_eq!(billed, exact);
            }
        }

        #[test]
        fn rounding_stays_within_one_step(
            mantissa in 0_i64..1_000_000_000_000, scale in 0_u32..9, decimals in 0_u32..=MAX_DECIMALS,
            minimum in prop::option::of(0_i64..1_000),
        ) {
            let quantity = Decimal::new(mantissa, scale);
            let step = Decimal::new(1, decimals);
            let [up, nearest, down] =
                [Rounding::Up, Rounding::Nearest, Rounding::Down].map(|rounding| round(quantity, rounding, decimals));
            prop_assert!(down <= quantity && quantity <= up && up - down <= step);
            prop_assert!((nearest - quantity).abs() * Decimal::TWO <= step);
            let minimum = minimum.map(|minimum| Decimal::new(minimum, 1));
            let billed = QuantityRule { minimum, ..rule(Rounding::Down, decimals) }.billed(quantity);
            prop_assert!(billed >= minimum.unwrap_or_default() && billed.scale() <= decimals);
        }
    }
}
