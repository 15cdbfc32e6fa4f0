//! Autotask PSA.
//!
//! Zones, three credentials, queries with paging tokens, metadata with picklists, writes below parents, units of recurring
//! services by difference, charges, thread and hourly limits, signed webhooks.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use psa_simulator::autotask::{Simulator, SimulatorOptions};
//!
//! let simulator = Simulator::start(SimulatorOptions::default()).await?;
//! let address = format!("{}V1.0/Companies/query", simulator.zone_url());
//! // Ask `address` with the headers `UserName`, `Secret` and `ApiIntegrationCode` of the options.
//! # drop(address);
//! simulator.shutdown().await
//! # }
//! ```

mod access;
mod assumptions;
mod checks;
mod control;
mod data;
mod draft;
mod endpoints;
mod entity;
mod metadata;
mod model;
mod models;
mod options;
mod posting;
mod projection;
mod query;
mod refusal;
mod rights;
mod rules;
mod simulator;
mod site;
mod state;
mod store;
mod traffic;
mod units;
mod vendor;
mod webhooks;
mod write;
mod zone;

pub use assumptions::{
    Assumptions, BadIntegrationCode, Drained, LastPage, Missing, OverLimit, PostedPeriod, ReadOnly, UnitsPrice,
    ZeroUnits,
};
pub use options::SimulatorOptions;
pub use posting::Posted;
pub use rights::{Access, RightsChange};
pub use simulator::Simulator;
pub use state::StateError;
pub use webhooks::LoggedDelivery;
