//! Billing codes, the services that managed backup is billed with, and the rest of a provider's shelf.

use rust_decimal::Decimal;
use serde_json::json;

use super::{ENTERED, cycle, id_from, put};
use crate::autotask::entity::Entity;
use crate::autotask::site::PERSON;
use crate::autotask::store::Store;
use crate::goods::{GOODS, MANAGED, PLANS};
use crate::number::of_decimal;
use crate::prices::Prices;

/// Id, name, and what it is for: 4 material, 5 recurring services.
const CODES: [(i64, &str, i64); 4] = [
    (29_682_801, "Managed Backup", 5),
    (29_682_804, "Hardware", 4),
    (29_682_805, "Software", 4),
    (29_682_806, "Cloud Storage", 4),
];
/// The code of recurring services.
const RECURRING: i64 = 29_682_801;
/// The code of what is sold once.
const MATERIAL: i64 = 29_682_804;
/// Every this-many-th product and service beyond those of managed backup is inactive.
const INACTIVE_EVERY: usize = 10;

/// Codes, products and services. What managed backup is billed with is a service, and those services come first.
pub(super) fn fill(store: &mut Store, products: usize, services: usize, seed: u64) {
    for (id, name, means) in CODES {
        let code = json!({
            "id": id, "name": name, "description": name, "isActive": true, "useType": means, "billingCodeType": 0,
            "isExcludedFromNewContracts": false, "unitCost": 0.0, "unitPrice": 0.0, "markupRate": 0.0,
        });
        put(store, Entity::BillingCodes, code);
    }
    let mut prices = Prices::new(seed);
    for index in 0..products {
        let goods = goods(MANAGED.len() + index, &mut prices);
        let product = json!({
            "id": id_from(29_682_900, index), "name": goods.name, "description": goods.name, "sku": goods.sku,
            "isActive": goods.is_active, "isSerialized": false, "isEligibleForRma": false,
            "doesNotRequireProcurement": true, "productBillingCodeID": MATERIAL, "productCategory": 3,
            "periodType": "m", "unitPrice": of_decimal(goods.price), "unitCost": of_decimal(goods.cost),
        });
        put(store, Entity::Products, product);
    }
    let mut prices = Prices::new(seed);
    for index in 0..services {
        let goods = goods(index, &mut prices);
        // The services that a provider meets most often go by their short names.
        let name = if index < MANAGED.len() { &goods.sku } else { &goods.name };
        let service = json!({
            "id": id_from(1, index), "name": name, "description": goods.name, "invoiceDescription": goods.name,
            "sku": goods.sku, "isActive": goods.is_active, "periodType": "m", "billingCodeID": RECURRING,
            "unitPrice": of_decimal(goods.price), "unitCost": of_decimal(goods.cost), "createDate": ENTERED,
            "lastModifiedDate": ENTERED, "creatorResourceID": PERSON,
        });
        put(store, Entity::Services, service);
    }
}

struct Goods {
    sku: String,
    name: String,
    price: Decimal,
    cost: Decimal,
    is_active: bool,
}

fn goods(index: usize, prices: &mut Prices) -> Goods {
    let (sku, name, (price, cost), is_active) = match MANAGED.get(index) {
        Some((sku, name, price, cost)) => ((*sku).to_owned(), (*name).to_owned(), (*price, *cost), true),
        None => {
            let (prefix, name) = cycle(&GOODS, index);
            let plan = cycle(&PLANS, index / GOODS.len());
            let name = format!("{name} {plan} {index}");
            let is_active = !index.is_multiple_of(INACTIVE_EVERY);
            (format!("{prefix}-{index:03}"), name, prices.of(prefix), is_active)
        }
    };
    Goods {
        sku,
        name,
        price: Decimal::new(price, 2),
        cost: Decimal::new(cost, 2),
        is_active,
    }
}
