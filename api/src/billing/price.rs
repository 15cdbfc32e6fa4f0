//! What one unit costs: the item's price, else the company's, else the product's, else the policy for unset prices.

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

/// The rules that may price a product of a company.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PriceRules {
    /// The item's own.
    pub item: PriceRule,
    /// The company's.
    pub company: PriceRule,
    /// The product's.
    pub product: PriceRule,
}

impl PriceRules {
    /// The nearest price that is set.
    fn price(self) -> Option<Decimal> {
        let nearest = self.item.unit_price.or(self.company.unit_price);
        nearest.or(self.product.unit_price)
    }

    /// The nearest cost that is set.
    fn cost(self) -> Option<Decimal> {
        self.item
            .unit_cost
            .or(self.company.unit_cost)
            .or(self.product.unit_cost)
    }
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
    rules: PriceRules,
    policy: UnsetPrice,
    standing: Option<Decimal>,
    list: Option<Decimal>,
) -> Result<UnitPrice, NoPrice> {
    let zero = (policy == UnsetPrice::Zero).then_some(Decimal::ZERO);
    let cost = rules.cost().or(zero);
    let price = rules.price().or(zero);
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
            // item, company, product, policy, standing, list → written, charged
            ([500, 450, 400], Block, [300, 200], Ok((price(500), 500))),
            ([0, 450, 400], Block, [300, 200], Ok((price(450), 450))),
            ([0, 0, 400], Block, [300, 200], Ok((price(400), 400))),
            ([0, 0, 0], PsaProduct, [300, 200], Ok((None, 300))),
            ([0, 0, 0], PsaProduct, [0, 200], Ok((None, 200))),
            ([0, 0, 0], PsaProduct, [0, 0], Err(NoPrice::NoListPrice)),
            ([0, 0, 0], Zero, [300, 200], Ok((price(0), 0))),
            ([0, 0, 0], Block, [300, 200], Err(NoPrice::Unset)),
        ];
        let set = |cents: i64| price(cents).filter(|price| !price.is_zero());
        for ([item, company, product], policy, [standing, list], expected) in cases {
            let rule = |cents| PriceRule {
                unit_price: set(cents),
                unit_cost: None,
            };
            let rules = PriceRules {
                item: rule(item),
                company: rule(company),
                product: rule(product),
            };
            let found = unit_price(rules, policy, set(standing), set(list));
            let found = found.map(|found| (found.price, found.charged));
            assert_eq!(
                found,
                expected.map(|(price, cents)| (price, Decimal::new(cents, 2))),
                "{rules:?} {policy:?}"
            );
        }
    }

    #[test]
    fn a_price_of_zero_is_a_price() {
        let rules = PriceRules {
            item: PriceRule {
                unit_price: price(0),
                unit_cost: None,
            },
            product: PriceRule {
                unit_price: price(400),
                unit_cost: None,
            },
            ..PriceRules::default()
        };
        let found = unit_price(rules, UnsetPrice::Block, None, None).unwrap();
        assert_eq!((found.price, found.charged), (price(0), Decimal::ZERO));
    }

    #[test]
    fn a_missing_cost_never_blocks() {
        let rules = |item_cost, product_cost| PriceRules {
            item: PriceRule {
                unit_price: price(500),
                unit_cost: item_cost,
            },
            product: PriceRule {
                unit_price: None,
                unit_cost: product_cost,
            },
            ..PriceRules::default()
        };
        for (item, product, policy, expected) in [
            (price(50), price(70), UnsetPrice::Block, price(50)),
            (None, price(70), UnsetPrice::Block, price(70)),
            (None, None, UnsetPrice::Block, None),
            (None, None, UnsetPrice::PsaProduct, None),
            (None, None, UnsetPrice::Zero, price(0)),
        ] {
            let found = unit_price(rules(item, product), policy, None, None).unwrap();
            assert_eq!(found.cost, expected, "{item:?} {product:?} {policy:?}");
        }
    }
}
