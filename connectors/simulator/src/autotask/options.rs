//! How a simulator is started.

use crate::autotask::assumptions::Assumptions;
use crate::clock::{Clock, system_clock};
use crate::data_set::DataSet;
use crate::exchange::Witness;
use crate::tls::Tls;

/// Settings of one simulated tenant.
#[derive(Clone)]
pub struct SimulatorOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// What the tenant holds.
    pub data_set: DataSet,
    /// What the data set's names, addresses, terms and prices are drawn from. Default 1.
    pub seed: u64,
    /// The name of the API-only user.
    pub user_name: String,
    /// Its secret. A made-up one: the simulator guards nothing.
    pub secret: String,
    /// The tracking identifier of the integration.
    pub integration_code: String,
    /// The certificate to speak HTTPS with; without one it is HTTP. Default `None`.
    pub tls: Option<Tls>,
    /// The time that the tenant believes it is.
    pub clock: Clock,
    /// Who is told of every exchange, word for word. Default `None`.
    pub witness: Option<Witness>,
    /// Choices for what is not known about the real server.
    pub assumptions: Assumptions,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            port: 0,
            data_set: DataSet::Small,
            seed: 1,
            user_name: "bridge@training.example".to_owned(),
            secret: "secret".to_owned(),
            integration_code: "PSABRIDGE0TRAINING000000001".to_owned(),
            tls: None,
            clock: system_clock(),
            witness: None,
            assumptions: Assumptions::default(),
        }
    }
}

impl std::fmt::Debug for SimulatorOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SimulatorOptions")
            .field("port", &self.port)
            .field("data_set", &self.data_set)
            .field("seed", &self.seed)
            .field("user_name", &self.user_name)
            .field("tls", &self.tls)
            .field("assumptions", &self.assumptions)
            .finish_non_exhaustive()
    }
}
