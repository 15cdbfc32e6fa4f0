//! One time for a simulated PSA and its connector. It stands still unless a case lets it pass.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use psa_connectors::Clock;

/// Noon of 10 March 2026, in seconds: the next invoices are due on 1 April.
const START: i64 = 1_773_144_000;

/// A clock that is moved by hand.
#[derive(Debug, Clone)]
pub(super) struct Time(Arc<AtomicI64>);

impl Default for Time {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }
}

impl Time {
    pub(super) fn pass(&self, time: TimeDelta) {
        self.0.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    pub(super) fn for_simulator(&self) -> psa_simulator::Clock {
        let time = self.clone();
        Arc::new(move || Clock::now(&time))
    }
}

impl Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).expect("an instant")
    }
}
