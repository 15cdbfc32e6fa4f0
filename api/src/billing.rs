//! Billing: from what the console counted to what the PSA's agreements hold.
//!
//! [`settings`], [`prices`] and [`configurations`] say how a provider bills. A run is made by [`runs`], planned by
//! [`planning`] from one [`snapshot`], approved in [`approval`] and written by [`apply`]. Whatever decides an amount is
//! a pure function: [`usage`] measures, [`quantity`] and [`price`] value, [`plan`] compares, [`guard`] judges.

pub mod apply;
pub mod approval;
pub mod calendar;
pub mod configurations;
pub mod describe;
pub mod guard;
pub mod plan;
pub mod planning;
pub mod price;
pub mod prices;
pub mod product;
pub mod quantity;
pub mod runs;
pub mod settings;
pub mod snapshot;
pub mod usage;
pub mod warnings;
