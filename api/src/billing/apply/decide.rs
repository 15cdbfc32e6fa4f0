//! What is to be done about a line, by what its agreement holds at this moment.

use chrono::NaiveDate;
use psa_connectors::record::{Addition, AdditionId, DesiredAddition, ProductId};
use psa_entities::billing_line::{AdditionSnapshot, LineAction, LineState, Model};
use rust_decimal::Decimal;

use crate::billing::snapshot::addition_snapshot;

/// What a line orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    /// The PSA product.
    pub(super) product: ProductId,
    /// The day from which it counts; on a line that ends, the day it ends.
    pub(super) effective: NaiveDate,
    /// Whether the addition is ended instead of written.
    pub(super) ends: bool,
    /// What the addition shall say.
    pub(super) desired: DesiredAddition,
    /// What was planned with.
    before: Option<AdditionSnapshot>,
    /// Whether writing was begun before. Some PSAs take a write for the quantity and one for the text: it may have stopped
    /// between them.
    begun: bool,
    /// Whether the PSA has accepted the write already, so that only its verification is left.
    accepted: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Situation {
    /// Nothing: this addition says what is wanted.
    Met(Addition),
    /// Write, to this addition or to a new one.
    Due(Option<AdditionId>),
    /// Leave it to a person, for this reason.
    Drifted(String),
}

impl Order {
    /// The order of a line for the PSA product `product`; `None` for a line that writes nothing.
    pub(super) fn of(line: &Model, product: &str) -> Option<Self> {
        let ends = match line.action {
            LineAction::Create | LineAction::Update => false,
            LineAction::End => true,
            LineAction::Noop | LineAction::Blocked => return None,
        };
        Some(Self {
            product: ProductId::new(product),
            effective: line.effective_date?,
            ends,
            desired: DesiredAddition {
                quantity: line.billed.0,
                unit_price: line.unit_price.map(Decimal::from),
                unit_cost: line.unit_cost.map(Decimal::from),
                description: line.description.clone(),
            },
            before: line.before.clone(),
            begun: line.attempts > 0,
            accepted: line.state == LineState::Applied,
        })
    }

    /// Compares the order with what the agreement holds.
    pub(super) fn situation(&self, additions: &[Addition]) -> Situation {
        let found = in_force(additions, &self.product, self.effective);
        match (&self.before, found.as_slice()) {
            (_, [_, _, ..]) => drifted(format!(
                "the agreement has {} additions in force for the product",
                found.len()
            )),
            (Some(before), []) if self.ends => {
                match additions.iter().find(|addition| addition.id.as_str() == before.id) {
                    Some(ended) if ended.product == self.product => Situation::Met(ended.clone()),
                    Some(other) => drifted(format!(
                        "the addition {} bills the product {} now",
                        before.id, other.product
                    )),
                    None => drifted(format!("the addition {} does not exist any more", before.id)),
                }
            }
            (Some(before), []) => match additions.iter().find(|addition| addition.id.as_str() == before.id) {
                // Where quantities are differences, one that is brought to zero has ended.
                Some(ended) if self.is_zero_of(ended) => Situation::Met(ended.clone()),
                _ => drifted(format!("the addition {} is not in force any more", before.id)),
            },
            (Some(before), [only]) if before.id != only.id.as_str() => {
                drifted(format!("the addition {} was replaced by {}", before.id, only.id))
            }
            (_, [only]) if !self.ends && self.desired.is_met_by(only) => Situation::Met((*only).clone()),
            (before, [only]) if self.is_half_written(before.as_ref(), only) => Situation::Due(Some(only.id.clone())),
            (None, []) if !self.ends && !self.accepted => Situation::Due(None),
            (Some(before), [only]) if !self.accepted && *before == addition_snapshot(only) => {
                Situation::Due(Some(only.id.clone()))
            }
            (before, [only]) => drifted(difference(before.as_ref(), only)),
            (None, []) => drifted("the agreement holds no addition for the product".to_owned()),
        }
    }
}

impl Order {
    fn is_zero_of(&self, found: &Addition) -> bool {
        found.product == self.product && found.quantity.is_zero() && self.desired.quantity.is_zero()
    }

    /// Whether an addition is what a write that was broken off leaves: each thing is as it was planned with or as it shall
    /// be. Of a new one the quantity and the price come first, and the text may still be the product's.
    fn is_half_written(&self, before: Option<&AdditionSnapshot>, found: &Addition) -> bool {
        if !self.begun || self.accepted || self.ends {
            return false;
        }
        let desired = &self.desired;
        let is_desired = |wanted: &Option<Decimal>, found: &Option<Decimal>| wanted.is_none() || wanted == found;
        match before {
            None => found.quantity == desired.quantity && is_desired(&desired.unit_price, &found.unit_price),
            Some(before) => {
                let quantity = [desired.quantity, before.quantity].contains(&found.quantity);
                let price = is_desired(&desired.unit_price, &found.unit_price) || before.unit_price == found.unit_price;
                let cost = is_desired(&desired.unit_cost, &found.unit_cost) || before.unit_cost == found.unit_cost;
                let text = desired.description == found.description || before.description == found.description;
                quantity && price && cost && text
            }
        }
    }
}

/// The additions for `product` that do not end by `effective`.
pub fn in_force<'a>(additions: &'a [Addition], product: &ProductId, effective: NaiveDate) -> Vec<&'a Addition> {
    let lasting = |addition: &&Addition| addition.cancelled_date.is_none_or(|ended| ended > effective);
    additions
        .iter()
        .filter(|addition| addition.product == *product)
        .filter(lasting)
        .collect()
}

fn drifted(reason: String) -> Situation {
    Situation::Drifted(reason)
}

fn difference(before: Option<&AdditionSnapshot>, found: &Addition) -> String {
    let says = |quantity: Decimal, price: Option<Decimal>| match price {
        Some(price) => format!("{} at {}", quantity.normalize(), price.normalize()),
        None => quantity.normalize().to_string(),
    };
    let now = says(found.quantity, found.unit_price);
    match before.map(|before| says(before.quantity, before.unit_price)) {
        Some(planned) if planned != now => {
            format!("the addition {} says {now}, and was planned with {planned}", found.id)
        }
        Some(_) => format!(
            "the addition {} has another cost, text or date than it was planned with",
            found.id
        ),
        None => format!("the addition {} says {now}, and none was planned with", found.id),
    }
}

#[cfg(test)]
mod tests;
