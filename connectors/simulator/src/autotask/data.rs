//! The records a tenant starts with: made from word lists and a seed, the same for the same seed.

mod catalogue;
mod companies;
mod contracts;
mod staff;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::autotask::assumptions::Assumptions;
use crate::autotask::entity::Entity;
use crate::autotask::model::id_of;
use crate::autotask::store::Store;
use crate::data_set::DataSet;
use crate::random::cycle;

/// When the tenant was set up, in every record.
const ENTERED: &str = "2024-11-04T09:00:00.000Z";

struct Size {
    companies: usize,
    contacts: usize,
    products: usize,
    services: usize,
    contracts: usize,
}

/// Fills a store.
pub(crate) fn build(
    data_set: DataSet,
    seed: u64,
    user_name: &str,
    now: DateTime<Utc>,
    assumptions: &Assumptions,
) -> Store {
    let size = match data_set {
        DataSet::Small => Size {
            companies: 12,
            contacts: 30,
            products: 40,
            services: 12,
            contracts: 15,
        },
        DataSet::Msp => Size {
            companies: 2000,
            contacts: 5000,
            products: 500,
            services: 60,
            contracts: 1200,
        },
    };
    let mut store = Store::default();
    staff::fill(&mut store, user_name);
    companies::fill(&mut store, size.companies, size.contacts, seed);
    catalogue::fill(&mut store, size.products, size.services, seed);
    companies::fill_devices(&mut store);
    contracts::fill(&mut store, size.contracts, data_set, seed, now, assumptions);
    store
}

/// Stores an object as a record and answers its id.
fn put(store: &mut Store, entity: Entity, value: Value) -> i64 {
    let Value::Object(record) = value else { return 0 };
    store.put(entity, record)
}

/// The id of the `index`-th record of a row that starts at `first`.
fn id_from(first: i64, index: usize) -> i64 {
    first.saturating_add_unsigned(u64::try_from(index).unwrap_or_default())
}

fn ids(store: &Store, entity: Entity) -> Vec<i64> {
    store.all(entity).filter_map(id_of).collect()
}
