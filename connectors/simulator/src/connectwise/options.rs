//! How a simulator is started.

use std::time::Duration;

use super::assumptions::Assumptions;
use crate::clock::{Clock, system_clock};
use crate::data_set::DataSet;
use crate::exchange::Witness;
use crate::tls::Tls;

/// Settings of one simulated site.
#[derive(Clone)]
pub struct SimulatorOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// What the site holds.
    pub data_set: DataSet,
    /// What the data set's names, addresses, terms and prices are drawn from. Default 1.
    pub seed: u64,
    /// The login company of the credentials.
    pub company_id: String,
    /// The public key of the API member.
    pub public_key: String,
    /// The private key of the API member. A made-up one: the simulator guards nothing.
    pub private_key: String,
    /// The only accepted `clientId`; without it any GUID is accepted.
    pub client_id: Option<String>,
    /// The certificate to speak HTTPS with; without one it is HTTP. Default `None`.
    pub tls: Option<Tls>,
    /// The time that the site believes it is.
    pub clock: Clock,
    /// How long the site waits before the second and the third attempt to deliver a callback.
    pub callback_retry_delays: [Duration; 2],
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
            company_id: "training".to_owned(),
            public_key: "public".to_owned(),
            private_key: "private".to_owned(),
            client_id: None,
            tls: None,
            clock: system_clock(),
            // As the vendor's guide says.
            callback_retry_delays: [Duration::from_secs(2), Duration::from_secs(4)],
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
            .field("company_id", &self.company_id)
            .field("tls", &self.tls)
            .field("assumptions", &self.assumptions)
            .finish_non_exhaustive()
    }
}
