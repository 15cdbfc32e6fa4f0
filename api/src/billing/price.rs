//! What one unit costs: the item's price, else the product rule's, else the policy for unset prices.

use psa_entities::billing_settings::UnsetPrice;
use rust_decimal::Decimal;

/// Price and cost of one unit, each of which may be left open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PriceRule {
    /// What the customer pays for one unit.
    pub unit_price: Option<Decimal>,
    /// What one unit costs the provider.
    pub unit_cost: Option<Decimal>,
}

/// The price of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitPrice {
    /// The price that is written; `None` leaves it to the PSA.
    pub price: Option<Decimal>,
    /// The cost that is written; `None` leaves it to the PSA.
    pub cost: Option<Decimal>,
    /// The price that the PSA will charge, by which amounts are computed.
    pub charged: Decimal,
}

/// Why a line has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPrice {
    /// Nobody set one, and the policy blocks such lines.
    #[error("no price is set")]
    Unset,
    /// It is left to the PSA's product, which has none either.
    #[error("the PSA's product has no price")]
    NoListPrice,
}

/// Finds the price of one unit.
///
/// `standing` is the price of the addition that the agreement holds already: where the price is left to the PSA, the PSA
/// goes on charging that one. `list` is the price of the PSA's product, which it charges for a new addition. The policy
/// for unset prices applies to the cost as well, save that a missing cost never blocks: it decides no amount.
///
/// # Errors
/// [`NoPrice`] when the line has no price that an amount could be computed from.
pub fn unit_price(
    item: PriceRule,
    product: PriceRule,
    policy: UnsetPrice,
    standing: Option<Decimal>,
    list: Option<Decimal>,
) -> Result<UnitPrice, NoPrice> {
    let zero = (policy == UnsetPrice::Zero).then_some(Decimal::ZERO);
    let cost = item.unit_cost.or(product.unit_cost).or(zero);
    let price = item.unit_price.or(product.unit_price).or(zero);
    let charged = match (price, policy) {
        (Some(price), _) => price,
        (None, UnsetPrice::Block) => return Err(NoPrice::Unset),
        (None, _) => standing.or(list).ok_or(NoPrice::NoListPrice)?,
    };
    Ok(UnitPrice { price, cost, charged })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(cents: i64) -> Option<Decimal> {
        Some(Decimal::new(cents, 2))
    }

    #[test]
    fn the_nearest_price_wins() {
        use UnsetPrice::{Block, PsaProduct, Zero};
        let cases = [
            // item, product rule, policy, standing, list → written, charged
            (
                price(500),
                price(400),
                Block,
                price(300),
                price(200),
                Ok((price(500), 500)),
            ),
            (None, price(400), Block, price(300), price(200), Ok((price(400), 400))),
            (None, None, PsaProduct, price(300), price(200), Ok((None, 300))),
            (None, None, PsaProduct, None, price(200), Ok((None, 200))),
            (None, None, PsaProduct, None, None, Err(NoPrice::NoListPrice)),
            (None, None, Zero, price(300), price(200), Ok((price(0), 0))),
            (price(0), price(400), Block, None, None, Ok((price(0), 0))),
            (None, None, Block, price(300), price(200), Err(NoPrice::Unset)),
        ];
        for (item, product, policy, standing, list, expected) in cases {
            let rule = |unit_price| PriceRule {
                unit_price,
                unit_cost: None,
            };
            let found = unit_price(rule(item), rule(product), policy, standing, list);
            let found = found.map(|found| (found.price, found.charged));
            assert_eq!(
                found,
                expected.map(|(price, cents)| (price, Decimal::new(cents, 2))),
                "{item:?} {product:?} {policy:?}"
            );
        }
    }

    #[test]
    fn a_missing_cost_never_blocks() {
        let priced = PriceRule {
            unit_price: price(500),
            unit_cost: None,
        };
        let costed = PriceRule {
            unit_price: None,
            unit_cost: price(70),
        };
        for (item, policy, expected) in [
            (
                PriceRule {
                    unit_cost: price(50),
                    ..priced
                },
                UnsetPrice::Block,
                price(50),
            ),
            (priced, UnsetPrice::Block, price(70)),
        ] {
            assert_eq!(unit_price(item, costed, policy, None, None).unwrap().cost, expected);
        }
        for (policy, expected) in [
            (UnsetPrice::Block, None),
            (UnsetPrice::PsaProduct, None),
            (UnsetPrice::Zero, price(0)),
        ] {
            assert_eq!(
                unit_price(priced, PriceRule::default(), policy, None, None)
                    .unwrap()
                    .cost,
                expected
            );
        }
    }
}
