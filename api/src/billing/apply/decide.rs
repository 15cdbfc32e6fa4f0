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
mod tests {
    use chrono::DateTime;
    use psa_connectors::record::AgreementId;
    use psa_entities::{
        Exact,
        billing_line::AdditionSnapshots,
        ids::{BillingLineId, BillingRunId, ProviderId},
    };

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn addition(id: &str, product: &str, quantity: i64) -> Addition {
        Addition {
            id: AdditionId::new(id),
            agreement: AgreementId::new("1"),
            product: ProductId::new(product),
            quantity: Decimal::from(quantity),
            unit_price: Some(Decimal::new(500, 2)),
            unit_cost: None,
            description: None,
            effective_date: Some(day("2026-01-01")),
            cancelled_date: None,
        }
    }

    fn order(action: LineAction, billed: i64, before: Option<&Addition>, state: LineState) -> Order {
        Order::of(&line(action, billed, before, state), "7").expect("a line that writes")
    }

    fn line(action: LineAction, billed: i64, before: Option<&Addition>, state: LineState) -> Model {
        let now = DateTime::UNIX_EPOCH;
        Model {
            id: BillingLineId::at(now),
            provider_id: ProviderId::at(now),
            run_id: BillingRunId::at(now),
            position: 0,
            action,
            state,
            company_id: None,
            agreement_id: None,
            psa_product_id: None,
            product_key: "license:Server".to_owned(),
            measured: Exact::default(),
            billed: Exact(Decimal::from(billed)),
            unit_price: None,
            unit_cost: None,
            amount: Exact::default(),
            delta: Exact::default(),
            description: None,
            effective_date: Some(day("2026-11-01")),
            addition_external_id: None,
            before: before.map(addition_snapshot),
            candidates: AdditionSnapshots::default(),
            receipt: None,
            problem: None,
            attempts: 0,
            updated_at: now,
        }
    }

    #[test]
    fn lines_that_write_nothing_order_nothing() {
        for (action, ends) in [
            (LineAction::Noop, None),
            (LineAction::Blocked, None),
            (LineAction::Create, Some(false)),
            (LineAction::Update, Some(false)),
            (LineAction::End, Some(true)),
        ] {
            let line = line(action, 3, None, LineState::Planned);
            assert_eq!(Order::of(&line, "7").map(|order| order.ends), ends, "{action:?}");
            let undated = Model {
                effective_date: None,
                ..line
            };
            assert_eq!(Order::of(&undated, "7"), None, "{action:?}");
        }
    }

    #[test]
    fn a_new_addition_is_written_once() {
        let planned = order(LineAction::Create, 3, None, LineState::Planned);
        let other = addition("b", "8", 3);
        let ended = Addition {
            cancelled_date: Some(day("2026-10-31")),
            ..addition("c", "7", 9)
        };
        assert_eq!(planned.situation(&[other.clone(), ended]), Situation::Due(None));
        let written = addition("a", "7", 3);
        assert_eq!(planned.situation(&[other, written.clone()]), Situation::Met(written));
        assert!(matches!(
            planned.situation(&[addition("a", "7", 4)]),
            Situation::Drifted(_)
        ));
    }

    #[test]
    fn an_addition_without_units_may_have_ended() {
        let before = addition("a", "7", 2);
        let ended = |quantity| Addition {
            cancelled_date: Some(day("2026-11-01")),
            ..addition("a", "7", quantity)
        };
        let none = order(LineAction::Update, 0, Some(&before), LineState::Applied);
        assert_eq!(none.situation(&[ended(0)]), Situation::Met(ended(0)));
        assert!(matches!(none.situation(&[ended(2)]), Situation::Drifted(_)));
        let some = order(LineAction::Update, 1, Some(&before), LineState::Applied);
        assert!(matches!(some.situation(&[ended(0)]), Situation::Drifted(_)));
    }

    #[test]
    fn a_write_that_was_broken_off_is_gone_on_with() {
        let begun = |before: Option<&Addition>, action| {
            let line = Model {
                attempts: 1,
                description: Some("3 servers".to_owned()),
                unit_price: Some(Exact(Decimal::new(600, 2))),
                ..line(action, 3, before, LineState::Applying)
            };
            Order::of(&line, "7").expect("a line that writes")
        };
        let with = |quantity: i64, cents: i64, text: Option<&str>| Addition {
            unit_price: Some(Decimal::new(cents, 2)),
            description: text.map(str::to_owned),
            ..addition("a", "7", quantity)
        };
        let due = |situation| matches!(situation, Situation::Due(Some(_)));
        let new = begun(None, LineAction::Create);
        assert!(
            due(new.situation(&[with(3, 600, Some("Server"))])),
            "only the text is missing"
        );
        assert!(!due(new.situation(&[with(4, 600, Some("Server"))])), "that is not ours");
        assert!(!due(new.situation(&[with(3, 500, Some("Server"))])), "nor that");

        let before = with(2, 500, None);
        let changed = begun(Some(&before), LineAction::Update);
        for half in [with(3, 500, None), with(3, 600, None), with(2, 500, Some("3 servers"))] {
            assert!(due(changed.situation(&[half])));
        }
        for other in [with(4, 500, None), with(3, 700, None), with(3, 600, Some("by hand"))] {
            assert!(!due(changed.situation(&[other])));
        }
        let not_begun = order(LineAction::Create, 3, None, LineState::Planned);
        let found = Addition {
            description: Some("Server".to_owned()),
            ..addition("a", "7", 3)
        };
        assert!(
            matches!(not_begun.situation(&[found]), Situation::Met(_)),
            "no text was planned"
        );
    }

    #[test]
    fn an_addition_is_changed_only_from_what_was_planned_with() {
        let before = addition("a", "7", 2);
        let planned = order(LineAction::Update, 3, Some(&before), LineState::Applying);
        assert_eq!(
            planned.situation(std::slice::from_ref(&before)),
            Situation::Due(Some(AdditionId::new("a")))
        );
        let written = addition("a", "7", 3);
        assert_eq!(
            planned.situation(std::slice::from_ref(&written)),
            Situation::Met(written.clone())
        );
        let dearer = Addition {
            unit_price: Some(Decimal::TEN),
            ..before.clone()
        };
        let ended = Addition {
            cancelled_date: Some(day("2026-11-01")),
            ..before.clone()
        };
        for found in [
            vec![addition("a", "7", 5)],
            vec![dearer],
            vec![ended],
            vec![addition("z", "7", 2)],
            vec![],
            vec![before, written],
        ] {
            assert!(matches!(planned.situation(&found), Situation::Drifted(_)), "{found:?}");
        }
    }

    #[test]
    fn an_accepted_write_is_verified_and_never_repeated() {
        let before = addition("a", "7", 2);
        let accepted = order(LineAction::Update, 3, Some(&before), LineState::Applied);
        assert!(matches!(
            accepted.situation(&[addition("a", "7", 3)]),
            Situation::Met(_)
        ));
        assert!(matches!(accepted.situation(&[before]), Situation::Drifted(_)));
        let created = order(LineAction::Create, 3, None, LineState::Applied);
        assert!(matches!(created.situation(&[]), Situation::Drifted(_)));
    }

    #[test]
    fn an_addition_is_ended_once() {
        let before = addition("a", "7", 2);
        let planned = order(LineAction::End, 0, Some(&before), LineState::Planned);
        assert_eq!(
            planned.situation(std::slice::from_ref(&before)),
            Situation::Due(Some(AdditionId::new("a")))
        );
        let ended = Addition {
            cancelled_date: Some(day("2026-11-01")),
            ..before.clone()
        };
        assert_eq!(planned.situation(std::slice::from_ref(&ended)), Situation::Met(ended));
        assert!(matches!(
            planned.situation(&[addition("a", "7", 1)]),
            Situation::Drifted(_)
        ));
        assert!(matches!(planned.situation(&[]), Situation::Drifted(_)));
        let other_product = addition("a", "8", 2);
        assert!(matches!(planned.situation(&[other_product]), Situation::Drifted(_)));
    }

    #[test]
    fn the_reason_names_what_differs() {
        let before = addition("a", "7", 2);
        let planned = order(LineAction::Update, 3, Some(&before), LineState::Planned);
        let reason = |found: Addition| match planned.situation(&[found]) {
            Situation::Drifted(reason) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            reason(addition("a", "7", 5)),
            "the addition a says 5 at 5, and was planned with 2 at 5"
        );
        assert!(
            reason(Addition {
                description: Some("x".to_owned()),
                ..before
            })
            .contains("another cost, text or date")
        );
    }
}
