//! The price, the amount and the comparison of a line.

use psa_entities::billing_line::AdditionSnapshot;
use rust_decimal::Decimal;

use super::block::BlockCode;
use super::decide::Explained;
use super::input::{PlanInput, PsaProduct};
use super::part::Part;
use crate::billing::price::{NoPrice, UnitPrice, unit_price};

/// The largest quantity or amount, either way, that is believed.
pub(super) const LARGEST: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0); // 10^15

/// The one price of all parts: an addition has room for one.
pub(super) fn agreed_price(
    input: &PlanInput,
    counted: &[&Part<'_>],
    before: Option<&AdditionSnapshot>,
    product: &PsaProduct,
) -> Result<UnitPrice, Explained> {
    let standing = before.and_then(|before| before.unit_price);
    let mut agreed: Option<UnitPrice> = None;
    for part in counted {
        let price = unit_price(part.prices, input.settings.unset_price, standing, product.price).map_err(|reason| {
            let code = match reason {
                NoPrice::Unset => BlockCode::PriceUnset,
                NoPrice::NoListPrice => BlockCode::NoListPrice,
            };
            Explained::block(code, Some(part.product.display_name().to_owned()))
        })?;
        if agreed.is_some_and(|agreed| agreed != price) {
            return Err(Explained::block(
                BlockCode::ItemsDisagree,
                Some("price or cost".to_owned()),
            ));
        }
        agreed = Some(price);
    }
    agreed.ok_or_else(|| Explained::block(BlockCode::PriceUnset, None))
}

/// What the agreement charges now. An addition that tells no price charges the PSA product's.
pub(super) fn held(
    before: Option<&AdditionSnapshot>,
    product: &PsaProduct,
    charged: Decimal,
) -> Result<Decimal, Explained> {
    before.map_or(Ok(Decimal::ZERO), |before| {
        checked_amount(before.quantity, before.unit_price.or(product.price).unwrap_or(charged))
    })
}

/// `quantity × price`, exactly.
pub(super) fn checked_amount(quantity: Decimal, price: Decimal) -> Result<Decimal, Explained> {
    let amount = quantity.checked_mul(price).filter(|amount| amount.abs() <= LARGEST);
    amount.map(|amount| amount.normalize()).ok_or_else(out_of_range)
}

/// The block of a number that cannot be right.
pub(super) fn out_of_range() -> Explained {
    Explained::block(BlockCode::AmountOutOfRange, None)
}

/// Whether the addition says all of it already. What is left to the PSA is not compared.
pub(super) fn is_met(before: &AdditionSnapshot, billed: Decimal, price: &UnitPrice, description: Option<&str>) -> bool {
    let same = |wanted: Option<Decimal>, found: Option<Decimal>| wanted.is_none() || wanted == found;
    before.quantity == billed
        && same(price.price, before.unit_price)
        && same(price.cost, before.unit_cost)
        && (description.is_none() || description == before.description.as_deref())
}
