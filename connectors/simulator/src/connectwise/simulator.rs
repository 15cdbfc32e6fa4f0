//! A running simulator and the controls that in-process tests use.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Map, Value};
use tokio::task::JoinHandle;

use crate::connectwise::callbacks::LoggedDelivery;
use crate::connectwise::codebase::Codebase;
use crate::connectwise::control;
use crate::connectwise::data;
use crate::connectwise::options::SimulatorOptions;
use crate::connectwise::resource::Resource;
use crate::connectwise::rights::RightsChange;
use crate::connectwise::site::{PERSON, Site};
use crate::connectwise::state::{self, StateError};
use crate::faults::FaultRule;
use crate::journal::LoggedRequest;
use crate::listening::{Bound, Listening};
use crate::outbound;

/// A ConnectWise PSA site that listens on 127.0.0.1 until it is shut down or dropped.
pub struct Simulator {
    site: Arc<Site>,
    listening: Listening,
    deliverer: JoinHandle<()>,
}

impl Simulator {
    /// Fills the site with its data set and starts to listen.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound, or the certificate cannot be used with its key.
    pub async fn start(options: SimulatorOptions) -> std::io::Result<Self> {
        let bound = Bound::new(options.port, options.tls.as_ref())?;
        let base_url = bound.base_url();
        let store = data::build(options.data_set, options.seed, &base_url, (options.clock)());
        let site = Arc::new(Site::new(options, base_url, store));
        let listening = bound.serve(Arc::clone(&site))?;
        let deliverer = tokio::spawn(outbound::run(Arc::clone(&site)));
        Ok(Self {
            site,
            listening,
            deliverer,
        })
    }

    /// `http://127.0.0.1:port`, or `https://…` with a certificate; without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.site.shell.base_url
    }

    /// The port it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.listening.port()
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

    /// Removes one armed fault; `false` when it is unknown or used up.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.site.shell.faults().disarm(id)
    }

    /// Removes every armed fault.
    pub fn clear_faults(&self) {
        self.site.shell.faults().clear();
    }

    /// Changes a row of the API member's security role.
    pub fn set_rights(&self, change: &RightsChange) {
        self.site.rights_mut().change(change);
    }

    /// Hides every row of these kinds (`boards`, `companyTypes`, …) from the API member, as "customize" of Table Setup
    /// does, and shows all others again. Unknown kinds are left out.
    pub fn hide(&self, kinds: &[&str]) {
        let hidden = kinds.iter().filter_map(|kind| Resource::named(kind)).collect();
        self.site.set_hidden(hidden);
    }

    /// Replaces the API member's keys; the old ones are refused from now on.
    pub fn rotate_keys(&self, public_key: &str, private_key: &str) {
        self.site.change_keys(|keys| {
            public_key.clone_into(&mut keys.public);
            private_key.clone_into(&mut keys.private);
        });
    }

    /// Disables the API member's keys, or enables them again.
    pub fn enable_keys(&self, enabled: bool) {
        self.site.change_keys(|keys| keys.enabled = enabled);
    }

    /// Sets how far the site's clock is from [`SimulatorOptions::clock`]; zero sets it right again.
    ///
    /// Whole seconds count, and no more than 68 years.
    pub fn skew_clock(&self, offset: TimeDelta) {
        self.site.shell.skew_clock(offset);
    }

    /// Upgrades the site to another codebase.
    pub fn set_codebase(&self, codebase: Codebase) {
        self.site.set_codebase(codebase);
    }

    /// The requests so far, oldest first, without those to the control endpoints.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.site.shell.requests()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.site.shell.journal().clear();
    }

    /// The attempts to deliver callbacks so far, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<LoggedDelivery> {
        self.site.outbox.log().entries().cloned().collect()
    }

    /// Every record of a kind (`tickets`, `additions`, `companies`, …) as stored, id ascending; empty for an unknown kind.
    #[must_use]
    pub fn records(&self, kind: &str) -> Vec<Map<String, Value>> {
        let Some(resource) = Resource::named(kind) else {
            return Vec::new();
        };
        self.site.store().all(resource).cloned().collect()
    }

    /// Merges members into the record with their `id`, or stores a new one, without any validation, and answers the
    /// record; null removes a member. `None` for an unknown kind. Callbacks are told that a person did it.
    pub fn upsert(&self, kind: &str, members: Map<String, Value>) -> Option<Map<String, Value>> {
        self.upsert_as(PERSON, kind, members)
    }

    /// [`Simulator::upsert`] by the member of this identifier.
    pub fn upsert_as(&self, member: &str, kind: &str, members: Map<String, Value>) -> Option<Map<String, Value>> {
        Some(control::upsert(&self.site, Resource::named(kind)?, members, member))
    }

    /// Removes a record and what hangs on it, without asking, and answers it. `None` for an unknown kind or id.
    /// Callbacks are told that a person did it.
    pub fn remove(&self, kind: &str, id: i64) -> Option<Map<String, Value>> {
        control::remove(&self.site, Resource::named(kind)?, id, PERSON)
    }

    /// Merges a ticket into another: it is closed and names the one that goes on. `None` when one of them is unknown.
    /// Callbacks are told that a person did it.
    pub fn merge(&self, child: i64, parent: i64) -> Option<Map<String, Value>> {
        control::merge(&self.site, child, parent, PERSON)
    }

    /// Everything that the site holds, as one JSON value: records of every kind with their last ids, rights, codebase,
    /// clock offset. The keys are left out.
    ///
    /// # Errors
    ///
    /// When a value cannot be written as JSON.
    pub fn dump(&self) -> Result<Value, StateError> {
        Ok(state::dump(&self.site)?)
    }

    /// Replaces everything that the site holds with what [`Self::dump`] gave, of this site or of another.
    ///
    /// # Errors
    ///
    /// When the state cannot be read or contradicts itself; the site is then as it was.
    pub fn load(&self, state: &Value) -> Result<(), StateError> {
        state::load(&self.site, state)
    }

    /// Waits until the server ends.
    ///
    /// # Errors
    ///
    /// When the server ended with an error of its own.
    pub async fn wait(&mut self) -> std::io::Result<()> {
        self.listening.wait().await
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.deliverer.abort();
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Simulator")
            .field("base_url", &self.site.shell.base_url)
            .finish_non_exhaustive()
    }
}
