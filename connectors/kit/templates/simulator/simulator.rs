//! A running simulator and the controls that in-process tests use.

use std::sync::Arc;

use super::endpoints::{id, number};
use super::options::SimulatorOptions;
use super::site::Site;
use crate::faults::FaultRule;
use crate::journal::LoggedRequest;
use crate::listening::{Bound, Listening};

/// An account that listens on 127.0.0.1 until it is shut down or dropped.
pub struct Simulator {
    site: Arc<Site>,
    listening: Listening,
}

impl Simulator {
    /// Fills the account and starts to listen.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound.
    pub async fn start(options: SimulatorOptions) -> std::io::Result<Self> {
        let bound = Bound::new(options.port, None)?;
        let site = Arc::new(Site::new(options, bound.base_url()));
        let listening = bound.serve(Arc::clone(&site))?;
        Ok(Self { site, listening })
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.site.shell.base_url
    }

    /// Stops listening, closes the connections and waits until both is done.
    ///
    /// # Errors
    ///
    /// When the server ended with an error of its own.
    pub async fn shutdown(mut self) -> std::io::Result<()> {
        self.listening.shutdown().await
    }

    /// Arms a fault and answers its id.
    pub fn inject(&self, rule: FaultRule) -> u64 {
        self.site.shell.faults().arm(rule)
    }

    /// Removes every armed fault.
    pub fn clear_faults(&self) {
        self.site.shell.faults().clear();
    }

    /// The requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.site.shell.requests()
    }

    /// Enables the key, or disables it.
    pub fn enable_key(&self, enabled: bool) {
        self.site.state().key_is_enabled = enabled;
    }

    /// Replaces the key; the old one is refused from now on.
    pub fn replace_key(&self, key: &str) {
        key.clone_into(&mut self.site.state().key);
    }

    /// Lets the key read companies, or not.
    pub fn allow_companies(&self, allowed: bool) {
        self.site.state().may_read_companies = allowed;
    }

    /// Enters a company and answers its id.
    pub fn add_company(&self, name: &str) -> String {
        let mut state = self.site.state();
        state.last_number += 1;
        let number = state.last_number;
        state.companies.insert(number, name.to_owned());
        id(number)
    }

    /// Gives a company another name; `false` when it is unknown.
    pub fn rename_company(&self, id: &str, name: &str) -> bool {
        let mut state = self.site.state();
        let known = number(id).and_then(|number| state.companies.get_mut(&number));
        known.map(|known| name.clone_into(known)).is_some()
    }

    /// Deletes a company; `false` when it is unknown.
    pub fn delete_company(&self, id: &str) -> bool {
        let mut state = self.site.state();
        number(id).is_some_and(|number| state.companies.remove(&number).is_some())
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Simulator")
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}
