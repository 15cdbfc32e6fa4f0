//! What every simulated site has, whatever its vendor: a clock that can be off, armed faults, a journal, a witness.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;
use crate::exchange::Witness;
use crate::faults::Faults;
use crate::journal::LoggedRequest;
use crate::log::Log;

/// The part of a site that the server works with.
pub(crate) struct Shell {
    /// The address that the site was started at, without a slash at the end.
    pub(crate) base_url: String,
    pub(crate) witness: Option<Witness>,
    clock: Clock,
    clock_offset: AtomicI32,
    faults: Mutex<Faults>,
    journal: Mutex<Log<LoggedRequest>>,
}

impl Shell {
    pub(crate) fn new(base_url: String, clock: Clock, witness: Option<Witness>) -> Self {
        Self {
            base_url,
            witness,
            clock,
            clock_offset: AtomicI32::new(0),
            faults: Mutex::default(),
            journal: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        let now = (self.clock)();
        let offset = TimeDelta::seconds(i64::from(self.clock_offset_seconds()));
        now.checked_add_signed(offset).unwrap_or(now)
    }

    /// How far the site's clock is from the one it was started with.
    pub(crate) fn clock_offset_seconds(&self) -> i32 {
        self.clock_offset.load(Ordering::Relaxed)
    }

    pub(crate) fn set_clock_offset(&self, seconds: i32) {
        self.clock_offset.store(seconds, Ordering::Relaxed);
    }

    /// Whole seconds count, and no more than 68 years.
    pub(crate) fn skew_clock(&self, offset: TimeDelta) {
        let most = if offset < TimeDelta::zero() { i32::MIN } else { i32::MAX };
        self.set_clock_offset(i32::try_from(offset.num_seconds()).unwrap_or(most));
    }

    // A panicking request must not take the whole site with it: poisoned locks are used as they are.

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Log<LoggedRequest>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requests so far, oldest first.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.journal().entries().cloned().collect()
    }
}
