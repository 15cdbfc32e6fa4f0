//! The records a site starts with: made from word lists and a seed, the same for the same seed.

mod agreements;
mod boards;
mod catalog;
mod companies;
mod configurations;
mod invoices;
mod lines;
mod members;
mod terms;

use chrono::{DateTime, Datelike, Utc};
use serde_json::{Value, json};

use crate::connectwise::model::Record;
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;
use crate::data_set::DataSet;
use crate::random::cycle;

/// Fills a store.
pub(crate) fn build(data_set: DataSet, seed: u64, base_url: &str, now: DateTime<Utc>) -> Store {
    let size = match data_set {
        DataSet::Small => Size {
            companies: 12,
            contacts: 30,
            products: 40,
            agreements: 15,
            boards: 2,
        },
        DataSet::Msp => Size {
            companies: 2000,
            contacts: 5000,
            products: 500,
            agreements: 1200,
            boards: 8,
        },
    };
    let mut store = Store::new(base_url);
    members::fill(&mut store);
    boards::fill(&mut store, size.boards);
    members::fill_api_member(&mut store);
    companies::fill(&mut store, size.companies, size.contacts, seed);
    agreements::fill_cycles(&mut store);
    catalog::fill(&mut store, size.products, seed);
    configurations::fill(&mut store);
    agreements::fill(&mut store, size.agreements, data_set, seed, now);
    if data_set == DataSet::Msp {
        invoices::fill(&mut store, now);
    }
    store
}

struct Size {
    companies: usize,
    contacts: usize,
    products: usize,
    agreements: usize,
    boards: usize,
}

/// When the site was set up, in every record's `_info`.
const ENTERED: &str = "2024-11-04T09:00:00Z";

/// Stores an object as a record, with the `_info` of a site that was set up by hand.
fn put(store: &mut Store, resource: Resource, value: Value) -> i64 {
    let Value::Object(mut record) = value else { return 0 };
    record.retain(|_, value| !value.is_null());
    let info = json!({
        "lastUpdated": ENTERED, "updatedBy": "Admin1", "dateEntered": ENTERED, "enteredBy": "Admin1",
    });
    record.insert("_info".to_owned(), info);
    store.put(resource, record)
}

/// A reference to a record that was stored before.
fn to(store: &Store, resource: Resource, id: i64) -> Value {
    store.reference(resource, id).unwrap_or_default()
}

/// The first instant of the month that is `months` after this one.
fn first_of_month(now: DateTime<Utc>, months: u32) -> String {
    let index = now.month0() + months;
    let year = now.year().saturating_add_unsigned(index / 12);
    format!("{year:04}-{:02}-01T00:00:00Z", index % 12 + 1)
}

/// The id of the `index`-th record of a row that starts at `first`.
fn id_from(first: i64, index: usize) -> i64 {
    first.saturating_add_unsigned(u64::try_from(index).unwrap_or_default())
}

fn ids(store: &Store, resource: Resource) -> Vec<i64> {
    store
        .all(resource)
        .filter_map(|record: &Record| record.get("id").and_then(Value::as_i64))
        .collect()
}
