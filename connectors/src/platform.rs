//! What a connector is given by whoever runs it: credentials, time, randomness and the network policy. Nothing ambient.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    error::{Error, Result},
    network::NetworkPolicy,
};

/// The time of day. Passed in everywhere, so that tests can move it.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now, in whole microseconds: the precision that both databases keep.
    fn now(&self) -> DateTime<Utc>;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where real time enters")]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }
}

/// Randomness. Passed in everywhere, so that tests can repeat it.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills `buffer` with unpredictable bytes.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()>;
}

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()> {
        getrandom::fill(buffer).map_err(std::io::Error::other)
    }
}

/// What an administrator entered, by the names in the descriptor.
#[derive(Debug, Clone, Default)]
pub struct Credentials(BTreeMap<String, SecretString>);

impl Credentials {
    /// Takes the values by field name.
    pub fn new(values: impl IntoIterator<Item = (String, SecretString)>) -> Self {
        Self(values.into_iter().collect())
    }

    /// The value of the field called `name`, unless it is missing or blank.
    pub fn optional(&self, name: &str) -> Option<&SecretString> {
        self.0
            .get(name)
            .filter(|value| !value.expose_secret().trim().is_empty())
    }

    /// The value of the field called `name`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) naming the field when it is missing or blank.
    pub fn required(&self, name: &str) -> Result<&SecretString> {
        self.optional(name)
            .ok_or_else(|| Error::invalid(name, format!("`{name}` must be given")))
    }

    /// The value of the field called `name` as that of a header, marked as a secret.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) naming the field when it is missing, blank, or has a character that
    /// cannot be sent.
    pub fn header(&self, name: &str) -> Result<HeaderValue> {
        let value = HeaderValue::from_str(self.required(name)?.expose_secret().trim());
        let mut value =
            value.map_err(|_| Error::invalid(name, format!("`{name}` has a character that cannot be sent")))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The field names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// What every connector shares with the process that runs it.
#[derive(Debug, Clone)]
pub struct Platform {
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for jitter.
    pub entropy: Arc<dyn Entropy>,
    /// Which hosts may be spoken to.
    pub network: NetworkPolicy,
    /// The operator's settings by the names in the descriptors, such as `connectwise.client_id`.
    pub settings: BTreeMap<String, String>,
}
