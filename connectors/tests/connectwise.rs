//! The ConnectWise connector against the simulated PSA, over real sockets.
#![cfg(test)]

#[path = "connectwise/billing.rs"]
mod billing;
#[path = "connectwise/devices.rs"]
mod devices;
#[path = "connectwise/properties.rs"]
mod properties;
#[path = "connectwise/reading.rs"]
mod reading;
#[path = "connectwise/servers.rs"]
mod servers;
#[path = "connectwise/support.rs"]
mod support;
#[path = "connectwise/ticketing.rs"]
mod ticketing;
#[path = "connectwise/trouble.rs"]
mod trouble;
#[path = "connectwise/webhooks.rs"]
mod webhooks;
