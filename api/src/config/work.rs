//! Work in the background: the delivery of tickets, and jobs.

use std::time::Duration;

use chrono::TimeDelta;
use confique::Config as Layered;
use serde::Serialize;

use super::error::{ConfigError, in_range};

/// The delivery of tickets.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct TicketsConfig {
    /// Seconds to wait after an uncertain write, of a ticket or of an addition, before looking for what it wrote.
    #[config(env = "PSA_TICKETS_SETTLE_SECONDS", default = 60)]
    pub settle_seconds: u32,

    /// Seconds for which a worker holds a delivery without renewing it.
    #[config(env = "PSA_TICKETS_LEASE_SECONDS", default = 60)]
    pub lease_seconds: u32,

    /// Seconds between two looks for due deliveries when nothing wakes the worker.
    #[config(env = "PSA_TICKETS_POLL_SECONDS", default = 2)]
    pub poll_seconds: u32,

    /// Seconds after which the list of a storm's ticket is told again when it has changed.
    #[config(env = "PSA_TICKETS_LIST_SECONDS", default = 60)]
    pub list_seconds: u32,

    /// Incidents that are delivered at the same time.
    #[config(env = "PSA_TICKETS_PARALLEL", default = 8)]
    pub parallel: usize,
}

impl TicketsConfig {
    /// How long to wait after an uncertain write.
    pub fn settle(&self) -> TimeDelta {
        TimeDelta::seconds(self.settle_seconds.into())
    }

    /// How long a worker holds a delivery.
    pub fn lease(&self) -> TimeDelta {
        TimeDelta::seconds(self.lease_seconds.into())
    }

    /// How long the worker waits when nothing wakes it.
    pub fn poll(&self) -> Duration {
        Duration::from_secs(self.poll_seconds.into())
    }

    /// How long a changed list waits for more changes.
    pub fn list_pause(&self) -> TimeDelta {
        TimeDelta::seconds(self.list_seconds.into())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("PSA_TICKETS_SETTLE_SECONDS", self.settle_seconds, 0..=3_600, 60)?;
        in_range("PSA_TICKETS_LEASE_SECONDS", self.lease_seconds, 5..=3_600, 60)?;
        in_range("PSA_TICKETS_POLL_SECONDS", self.poll_seconds, 1..=300, 2)?;
        in_range("PSA_TICKETS_LIST_SECONDS", self.list_seconds, 1..=3_600, 60)?;
        in_range("PSA_TICKETS_PARALLEL", self.parallel, 1..=256, 8)
    }
}

/// Background jobs.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct JobsConfig {
    /// Seconds for which a worker holds a job without renewing it. A job of a dead worker is taken over after that.
    #[config(env = "PSA_JOBS_LEASE_SECONDS", default = 60)]
    pub lease_seconds: u32,

    /// Jobs that run at the same time in one process.
    #[config(env = "PSA_JOBS_PARALLEL", default = 4)]
    pub parallel: usize,

    /// Seconds between two looks for due jobs when nothing wakes the worker.
    #[config(env = "PSA_JOBS_POLL_SECONDS", default = 2)]
    pub poll_seconds: u32,
}

impl JobsConfig {
    /// How long a worker holds a job.
    pub fn lease(&self) -> TimeDelta {
        TimeDelta::seconds(self.lease_seconds.into())
    }

    /// How often the hold is renewed: three times within it.
    pub fn heartbeat(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.into()) / 3
    }

    /// How long the worker waits when nothing wakes it.
    pub fn poll(&self) -> Duration {
        Duration::from_secs(self.poll_seconds.into())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("PSA_JOBS_LEASE_SECONDS", self.lease_seconds, 5..=3_600, 60)?;
        in_range("PSA_JOBS_PARALLEL", self.parallel, 1..=64, 4)?;
        in_range("PSA_JOBS_POLL_SECONDS", self.poll_seconds, 1..=300, 2)
    }
}
