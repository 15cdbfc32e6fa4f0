//! A running simulator and the controls that in-process tests use.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Map, Value};
use tokio::task::JoinHandle;

use crate::autotask::entity::Entity;
use crate::autotask::options::SimulatorOptions;
use crate::autotask::posting::{self, Posted};
use crate::autotask::rights::RightsChange;
use crate::autotask::site::{PERSON, Site};
use crate::autotask::state::{self, StateError};
use crate::autotask::webhooks::LoggedDelivery;
use crate::autotask::{control, data, zone};
use crate::faults::FaultRule;
use crate::journal::LoggedRequest;
use crate::listening::{Bound, Listening};
use crate::outbound;

/// An Autotask tenant that listens on 127.0.0.1 until it is shut down or dropped.
pub struct Simulator {
    site: Arc<Site>,
    listening: Listening,
    deliverer: JoinHandle<()>,
}

impl Simulator {
    /// Fills the tenant with its data set and starts to listen.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound, or the certificate cannot be used with its key.
    pub async fn start(options: SimulatorOptions) -> std::io::Result<Self> {
        let bound = Bound::new(options.port, options.tls.as_ref())?;
        let now = (options.clock)();
        let store = data::build(
            options.data_set,
            options.seed,
            &options.user_name,
            now,
            &options.assumptions,
        );
        let site = Arc::new(Site::new(options, bound.base_url(), store));
        let listening = bound.serve(Arc::clone(&site))?;
        let deliverer = tokio::spawn(outbound::run(Arc::clone(&site)));
        Ok(Self {
            site,
            listening,
            deliverer,
        })
    }

    /// `http://127.0.0.1:port`, or `https://…` with a certificate; without a slash at the end. Zones are discovered here.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.site.shell.base_url
    }

    /// The address of the zone that serves the tenant now, as discovery tells it: `{base_url}/ATServicesRest/`.
    #[must_use]
    pub fn zone_url(&self) -> String {
        zone::base(&self.site)
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

    /// Changes what the API user may do with an entity; `false` for an unknown one.
    pub fn set_rights(&self, change: &RightsChange) -> bool {
        self.site.rights_mut().change(change)
    }

    /// Blanks all costs, as the vendor's level "Can't Read Costs" does, or shows them again.
    pub fn hide_costs(&self, hidden: bool) {
        self.site.rights_mut().hides_costs = hidden;
    }

    /// Makes fields of an entity required beyond the vendor's own, as a tenant's categories do.
    ///
    /// # Errors
    ///
    /// When the entity, or a field of it, is unknown.
    pub fn require(&self, entity: &str, fields: &[&str]) -> Result<(), StateError> {
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        let (entity, fields) = state::named_fields(entity, &fields)?;
        self.site.set_required(entity, fields);
        Ok(())
    }

    /// Replaces the API user's secret; the old one is refused from now on.
    pub fn rotate_keys(&self, secret: &str) {
        self.site.change_keys(|keys| secret.clone_into(&mut keys.secret));
    }

    /// Locks the API user out, or lets it in again.
    pub fn enable_keys(&self, enabled: bool) {
        self.site.change_keys(|keys| keys.is_enabled = enabled);
    }

    /// Sets how far the tenant's clock is from [`SimulatorOptions::clock`]; zero sets it right again.
    ///
    /// Whole seconds count, and no more than 68 years.
    pub fn skew_clock(&self, offset: TimeDelta) {
        self.site.shell.skew_clock(offset);
    }

    /// Moves the tenant to another zone: the old address answers 401 to everything, and discovery tells the new one.
    pub fn move_zone(&self) {
        self.site.move_zone();
    }

    /// "Approve and Post": every period that begins, and every charge that was made, on this day or before it becomes
    /// billing items and cannot be changed any more; of one contract or of all.
    pub fn post_periods(&self, through: NaiveDate, contract: Option<i64>) -> Posted {
        posting::post(&self.site, through, contract)
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

    /// The deliveries to webhooks so far, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<LoggedDelivery> {
        self.site.outbox.log().entries().cloned().collect()
    }

    /// Every record of an entity (`Tickets`, `ContractServiceUnits`, …) as stored, id ascending: only what has a value.
    /// Empty for an unknown entity.
    #[must_use]
    pub fn records(&self, entity: &str) -> Vec<Map<String, Value>> {
        control::records(&self.site, entity)
    }

    /// Merges members into the record with their `id`, or stores a new one, without any validation, and answers the
    /// record; null removes a member. `None` for an unknown entity. Webhooks are told that a person did it.
    pub fn upsert(&self, entity: &str, members: Map<String, Value>) -> Option<Map<String, Value>> {
        self.upsert_as(PERSON, entity, members)
    }

    /// [`Simulator::upsert`] by the resource of this id.
    pub fn upsert_as(&self, resource: i64, entity: &str, members: Map<String, Value>) -> Option<Map<String, Value>> {
        control::upsert_named(&self.site, entity, members, resource)
    }

    /// Removes a record and what hangs on it, without asking, and answers it. `None` for an unknown entity or id.
    /// Webhooks are told that a person did it.
    pub fn remove(&self, entity: &str, id: i64) -> Option<Map<String, Value>> {
        control::remove(&self.site, Entity::named(entity)?, id, PERSON)
    }

    /// Everything that the tenant holds, as one JSON value: records of every entity with their last ids, rights, zone,
    /// clock offset. The credentials are left out.
    ///
    /// # Errors
    ///
    /// When a value cannot be written as JSON.
    pub fn dump(&self) -> Result<Value, StateError> {
        Ok(state::dump(&self.site)?)
    }

    /// Replaces everything that the tenant holds with what [`Self::dump`] gave, of this simulator or of another.
    ///
    /// # Errors
    ///
    /// When the state cannot be read or contradicts itself; the tenant is then as it was.
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
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}
