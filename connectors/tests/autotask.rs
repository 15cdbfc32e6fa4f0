//! The Autotask connector against the simulated PSA, over real sockets.
#![cfg(test)]

#[path = "autotask/billing.rs"]
mod billing;
#[path = "autotask/devices.rs"]
mod devices;
#[path = "autotask/reading.rs"]
mod reading;
#[path = "autotask/rights.rs"]
mod rights;
#[path = "autotask/support.rs"]
mod support;
#[path = "autotask/tenants.rs"]
mod tenants;
#[path = "autotask/ticketing.rs"]
mod ticketing;
#[path = "autotask/webhooks.rs"]
mod webhooks;
