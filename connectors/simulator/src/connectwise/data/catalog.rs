//! The catalogue: what managed backup is billed with, and the rest of a provider's shelf.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::agreements::MONTHLY;
use super::{cycle, id_from, put, to};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;
use crate::goods::{GOODS, MANAGED, PLANS};
use crate::number::of_decimal;
use crate::prices::Prices;

const CLASSES: [&str; 5] = ["NonInventory", "Agreement", "Service", "Inventory", "NonInventory"];

/// The index of the one bundle, which cannot be an addition.
const BUNDLE: usize = 8;
/// Every this-many-th product beyond the bundle is inactive.
const INACTIVE_EVERY: usize = 10;

/// Products; those of managed backup come first.
pub(super) fn fill(store: &mut Store, products: usize, seed: u64) {
    fill_shelf(store);
    let mut prices = Prices::new(seed);
    for index in 0..products {
        let record = match MANAGED.get(index) {
            Some((identifier, description, price, cost)) => product(
                store,
                index,
                identifier,
                description,
                "Agreement",
                (*price, *cost),
                false,
            ),
            None if index == BUNDLE => product(
                store,
                index,
                "BDL-START",
                "Starter bundle",
                "Bundle",
                (49_900, 30_000),
                false,
            ),
            None => {
                let (prefix, name) = cycle(&GOODS, index);
                let plan = cycle(&PLANS, index / GOODS.len());
                let inactive = index.is_multiple_of(INACTIVE_EVERY);
                let description = format!("{name} {plan} {index}");
                let prices = prices.of(prefix);
                product(
                    store,
                    index,
                    &format!("{prefix}-{index:03}"),
                    &description,
                    cycle(&CLASSES, index),
                    prices,
                    inactive,
                )
            }
        };
        put(store, Resource::Catalog, record);
    }
}

/// The categories, subcategories and types that products are ordered by.
fn fill_shelf(store: &mut Store) {
    for (id, name) in [(1, "Hardware"), (2, "Software"), (3, "Managed Services")] {
        let record = json!({ "id": id, "name": name, "inactiveFlag": false, "defaultFlag": id == 3 });
        put(store, Resource::Categories, record);
    }
    for (id, name, category) in [(10, "Network", 1), (11, "Licences", 2), (12, "Recurring", 3)] {
        let category = to(store, Resource::Categories, category);
        let record =
            json!({ "id": id, "name": name, "inactiveFlag": false, "defaultFlag": id == 12, "category": category });
        put(store, Resource::SubCategories, record);
    }
    for (id, name, means) in [(4, "Inventory", "InventoryPart"), (5, "Service", "Service")] {
        let record =
            json!({ "id": id, "name": name, "inactiveFlag": false, "typeXref": means, "defaultFlag": id == 5 });
        put(store, Resource::ProductTypes, record);
    }
}

fn product(
    store: &Store,
    index: usize,
    identifier: &str,
    description: &str,
    class: &str,
    (price, cost): (i64, i64),
    inactive: bool,
) -> Value {
    json!({
        "id": id_from(1, index),
        "identifier": identifier,
        "description": description,
        "customerDescription": description,
        "inactiveFlag": inactive,
        "category": to(store, Resource::Categories, 3),
        "subcategory": to(store, Resource::SubCategories, 12),
        "type": to(store, Resource::ProductTypes, 5),
        "productClass": class,
        "serializedFlag": false,
        "phaseProductFlag": false,
        "unitOfMeasure": { "id": 1, "name": "Each" },
        "price": of_decimal(Decimal::new(price, 2)),
        "cost": of_decimal(Decimal::new(cost, 2)),
        "taxableFlag": true,
        "dropShipFlag": false,
        "specialOrderFlag": false,
        "recurringFlag": class == "Agreement",
        "recurringOneTimeFlag": false,
        "recurringBillCycle": (class == "Agreement").then(|| to(store, Resource::BillingCycles, MONTHLY)),
    })
}
