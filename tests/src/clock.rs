//! A clock that runs like the machine's and can be put forward.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use psa_connectors::{Clock, SystemClock};

/// The machine's time and what it was put forward by.
#[derive(Debug, Default)]
pub struct MovedClock(Mutex<TimeDelta>);

impl MovedClock {
    /// Puts it forward.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for MovedClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
