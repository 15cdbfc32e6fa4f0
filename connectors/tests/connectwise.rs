//! The ConnectWise connector against the simulated PSA, over real sockets.
#![cfg(test)]

#[path = "connectwise/billing.rs"]
mod billing;
#[path = "connectwise/reading.rs"]
mod reading;
#[path = "connectwise/support.rs"]
mod support;
#[path = "connectwise/ticketing.rs"]
mod ticketing;
#[path = "connectwise/trouble.rs"]
mod trouble;
