//! How a simulator is started.

use crate::clock::{Clock, system_clock};
use crate::exchange::Witness;

/// Settings of one simulated account.
#[derive(Clone)]
pub struct SimulatorOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The short name of the account.
    pub account: String,
    /// Its key. A made-up one: the simulator guards nothing.
    pub key: String,
    /// The time that the account believes it is.
    pub clock: Clock,
    /// Who is told of every exchange, word for word. Default `None`.
    pub witness: Option<Witness>,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            port: 0,
            account: "training".to_owned(),
            key: "training-key".to_owned(),
            clock: system_clock(),
            witness: None,
        }
    }
}

impl std::fmt::Debug for SimulatorOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SimulatorOptions")
            .field("port", &self.port)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
