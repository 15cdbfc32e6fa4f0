//! The simulated account of one MSP, as a server.

mod data;
mod endpoints;
mod options;
mod simulator;
mod site;
mod vendor;

pub use options::SimulatorOptions;
pub use simulator::Simulator;
