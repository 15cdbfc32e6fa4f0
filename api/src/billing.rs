//! Billing: from what the console counted to what the PSA's agreements hold.
//!
//! [`settings`], [`prices`], [`companies`], [`company_prices`] and [`configurations`] say how a provider bills. A run is
//! begun by [`runs`] or, on the billing day, by [`schedule`], planned by [`planning`] from one [`snapshot`], approved in
//! [`approval`] and written by [`apply`]. Whatever decides an amount is a pure function: [`usage`] measures, [`quantity`]
//! and [`price`] value, [`plan`] compares, [`guard`] judges. What became of it is told by [`breakdown`], [`export`] and
//! [`drift`]; [`preview`] shows invoice texts before there is a run.

// Money and quantities are exact decimals, all the way.
#![deny(clippy::float_arithmetic)]

pub mod apply;
pub mod approval;
pub mod breakdown;
pub mod calendar;
pub mod companies;
pub mod company_prices;
pub mod configurations;
pub mod describe;
pub mod drift;
pub mod export;
pub mod follow;
pub mod guard;
pub mod plan;
pub mod planning;
pub mod preview;
pub mod price;
pub mod prices;
pub mod product;
pub mod quantity;
pub mod runs;
pub mod scale;
pub mod schedule;
pub mod settings;
pub mod snapshot;
pub mod usage;
pub mod warnings;
