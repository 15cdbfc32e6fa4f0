//! What the PSA has: companies, products, agreements and boards, imported so that they can be mapped, chosen and
//! checked without asking the PSA each time. Ids lead; names are a cache.

pub mod additions;
pub mod agreements;
pub mod boards;
pub mod changes;
pub mod companies;
pub mod contacts;
pub mod filter;
pub mod import;
pub mod products;
mod request;
pub mod settings;
pub mod upsert;

pub(crate) use request::enqueue;
pub use request::{ImportRequest, Reading, request};
