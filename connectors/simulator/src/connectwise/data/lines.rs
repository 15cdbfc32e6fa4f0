//! What is on an agreement from the start: products, quantities, discounts.

use rust_decimal::Decimal;

use super::id_from;
use crate::connectwise::model::{is_set, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;
use crate::random::Random;

/// One addition to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) product: i64,
    pub(super) quantity: Decimal,
    /// The part of the catalogue's price that the customer does not pay, in hundredths.
    pub(super) discount: u32,
    /// The day from which it is billed, unless the agreement begins later.
    pub(super) effective: String,
}

/// How many of a product of managed backup a customer has, in the order of the catalogue.
const MANAGED: [(u32, u32); 8] = [
    (1, 12),
    (3, 80),
    (1, 20),
    (5, 150),
    (1, 4),
    (100, 4000),
    (10, 500),
    (5, 120),
];
/// How many of anything else.
const GOODS: (u32, u32) = (1, 40);

/// Draws the lines of agreements.
pub(super) struct Lines {
    random: Random,
    goods: Vec<i64>,
}

impl Lines {
    /// Of the catalogue as it is now: what is inactive or a bundle is on no agreement.
    pub(super) fn new(store: &Store, seed: u64) -> Self {
        let on_sale = store
            .all(Resource::Catalog)
            .filter(|item| !is_set(item, "inactiveFlag") && text_of(item, "productClass") != Some("Bundle"));
        let goods = on_sale.skip(MANAGED.len()).filter_map(|item| item.get("id")?.as_i64());
        Self {
            random: Random::of(seed, "additions"),
            goods: goods.collect(),
        }
    }

    /// One, two or three lines, each of another product.
    pub(super) fn draw(&mut self) -> Vec<Line> {
        let wanted = self.random.within((1, 3));
        let mut lines: Vec<Line> = Vec::new();
        for _ in 0..wanted {
            let (product, range) = loop {
                let drawn = self.product();
                if lines.iter().all(|line| line.product != drawn.0) {
                    break drawn;
                }
            };
            let discounted = self.random.percent(15);
            lines.push(Line {
                product,
                quantity: Decimal::from(self.random.within(range)),
                discount: if discounted {
                    self.random.pick(&[5, 10, 15, 20])
                } else {
                    0
                },
                effective: format!("2025-{:02}-01T00:00:00Z", self.random.within((1, 5))),
            });
        }
        lines
    }

    /// A product, and how many of it are usual. Seven of ten are of managed backup.
    fn product(&mut self) -> (i64, (u32, u32)) {
        let place = usize::try_from(self.random.below(8)).unwrap_or_default();
        match MANAGED.get(place) {
            Some(range) if self.goods.is_empty() || self.random.percent(70) => (id_from(1, place), *range),
            _ => (self.random.pick(&self.goods), GOODS),
        }
    }
}
