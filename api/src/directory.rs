//! What the PSA has: companies, products, agreements and boards, imported so that they can be mapped, chosen and
//! checked without asking the PSA each time. Ids lead; names are a cache.

mod agreements;
mod boards;
mod companies;
mod contacts;
pub mod import;
mod products;
mod request;
mod upsert;

pub use request::{ImportRequest, request};
