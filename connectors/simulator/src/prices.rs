//! What a provider asks for its goods, and what they cost it.

use crate::random::Random;

/// The range of prices in hundredths, by the beginning of the identifier.
const RANGES: [(&str, (u32, u32)); 12] = [
    ("FW", (4_500, 19_900)),
    ("AV", (300, 900)),
    ("M365-BP", (2_200, 2_800)),
    ("M365-E3", (3_600, 4_500)),
    ("VOIP", (1_800, 3_500)),
    ("SW", (19_900, 149_900)),
    ("AP", (12_900, 69_900)),
    ("LT", (79_900, 219_900)),
    ("MON", (100, 500)),
    ("DOM", (900, 4_900)),
    ("SSL", (4_900, 39_900)),
    ("HRS", (11_500, 22_500)),
];
const OTHERS: (u32, u32) = (1_000, 10_000);

/// Prices in the order of the catalogue.
pub(crate) struct Prices {
    random: Random,
}

impl Prices {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::of(seed, "prices"),
        }
    }

    /// Price and cost of one of these goods, in hundredths.
    pub(crate) fn of(&mut self, goods: &str) -> (i64, i64) {
        let known = RANGES.iter().find(|(known, _)| *known == goods);
        let price = i64::from(self.random.within(known.map_or(OTHERS, |(_, range)| *range)));
        let share = i64::from(self.random.within((45, 75)));
        // People round their prices: to five hundredths, to halves, to whole ones.
        let step = match price {
            0..1_000 => 5,
            1_000..10_000 => 50,
            _ => 100,
        };
        let price = price / step * step;
        (price, price * share / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_rounded_and_above_cost() {
        let mut prices = Prices::new(1);
        for (goods, (least, most)) in RANGES {
            for _ in 0..50 {
                let (price, cost) = prices.of(goods);
                assert!(
                    (i64::from(least) - 100..=i64::from(most)).contains(&price),
                    "{goods}: {price}"
                );
                assert!(0 < cost && cost < price, "{goods}: {cost} of {price}");
                assert_eq!(price % 5, 0);
            }
        }
    }
}
