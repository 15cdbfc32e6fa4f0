//! ConnectWise PSA: authentication, the permission matrix, both ways of paging, the filter language, strict bodies, the
//! rules of agreements and tickets, signed callbacks.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use psa_simulator::connectwise::{Simulator, SimulatorOptions};
//!
//! let simulator = Simulator::start(SimulatorOptions::default()).await?;
//! let address = format!("{}/v4_6_release/apis/3.0/company/companies", simulator.base_url());
//! // Ask `address` with Basic credentials `training+public:private` and a GUID in the header `clientId`.
//! # drop(address);
//! simulator.shutdown().await
//! # }
//! ```

mod answer;
mod assumptions;
mod bundles;
mod callbacks;
mod codebase;
mod conditions;
mod control;
mod data;
mod draft;
mod endpoints;
mod errors;
mod gate;
mod list;
mod model;
mod models;
mod options;
mod patch;
mod projection;
mod resource;
mod resources;
mod rights;
mod route;
mod sight;
mod simulator;
mod site;
mod state;
mod store;
mod vendor;

pub use assumptions::{
    Assumptions, BadCredentials, BadPage, BlockedCompany, CallbackRight, InactiveProduct, LinkedTwice, OverLimit,
    UnknownField, WrongCompany,
};
pub use callbacks::LoggedDelivery;
pub use codebase::{Codebase, OtherCodebase};
pub use options::SimulatorOptions;
pub use rights::{Level, RightsChange};
pub use simulator::Simulator;
pub use state::StateError;
