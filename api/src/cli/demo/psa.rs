//! The other side: what a person would see in ConnectWise PSA, read through its own API.

use anyhow::Context;
use psa_simulator::connectwise::SimulatorOptions;
use serde_json::Value;

/// The keys of the API member.
pub(super) struct Credentials {
    /// The login company.
    pub(super) company_id: String,
    /// The public key.
    pub(super) public_key: String,
    /// The private key.
    pub(super) private_key: String,
}

impl Credentials {
    /// The keys that the simulated PSA accepts.
    pub(super) fn of(options: &SimulatorOptions) -> Self {
        Self {
            company_id: options.company_id.clone(),
            public_key: options.public_key.clone(),
            private_key: options.private_key.clone(),
        }
    }
}

/// The simulated PSA, seen from outside.
pub(super) struct Psa {
    http: reqwest::Client,
    base: String,
    /// Its keys.
    pub(super) credentials: Credentials,
}

impl Psa {
    /// The PSA at `base`.
    #[expect(
        clippy::disallowed_methods,
        reason = "the walk looks at the simulated PSA from outside, as a person would"
    )]
    pub(super) fn new(base: &str, credentials: Credentials) -> anyhow::Result<Self> {
        Ok(Self {
            http: reqwest::Client::builder().build()?,
            base: base.to_owned(),
            credentials,
        })
    }

    /// Where it is.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Reads a path of its API, such as `service/tickets`.
    pub(super) async fn get(&self, path: &str, conditions: &str) -> anyhow::Result<Value> {
        let Credentials {
            company_id,
            public_key,
            private_key,
        } = &self.credentials;
        let answer = self
            .http
            .get(format!("{}/v4_6_release/apis/3.0/{path}", self.base))
            .query(&[("conditions", conditions)])
            .basic_auth(format!("{company_id}+{public_key}"), Some(private_key))
            .header("clientId", super::CLIENT_ID)
            .send()
            .await?;
        answer
            .error_for_status()?
            .json()
            .await
            .with_context(|| format!("the PSA's answer to {path}"))
    }
}
