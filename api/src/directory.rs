//! What the PSA has: companies, products, agreements and boards, imported so that they can be mapped, chosen and
//! checked without asking the PSA each time. Ids lead; names are a cache.

pub mod agreements;
pub mod boards;
pub mod companies;
pub mod contacts;
pub mod import;
pub mod products;
mod request;
pub mod upsert;

pub use request::{ImportRequest, request};
