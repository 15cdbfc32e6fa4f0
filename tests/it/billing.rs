//! Billing: what is planned, approved and written, counted where it matters, in the PSA.

mod approval;
mod blocked;
mod configuration;
mod crash;
mod drift;
mod month;
mod psa;
pub(super) mod scene;
mod trouble;
