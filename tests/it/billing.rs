//! Billing: what is planned, approved and written, counted where it matters, in the PSA.

mod approval;
mod blocked;
mod companies;
mod configuration;
mod crash;
mod differences;
mod drift;
mod month;
mod psa;
mod report;
mod rounds;
pub(super) mod scene;
mod schedule;
mod trouble;
mod upgrade;
mod usage;
mod worked_month;
