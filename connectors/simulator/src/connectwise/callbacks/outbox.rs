//! What waits to be delivered, what was, and which callbacks fail.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Action;
use super::log::LoggedDelivery;
use crate::log::Log;
use crate::outbound::Queue;

/// A callback that fails this long is switched off.
const PATIENCE: TimeDelta = TimeDelta::days(3);

/// One event on its way to one callback.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) callback: i64,
    pub(crate) url: String,
    pub(crate) record: i64,
    pub(crate) action: Action,
    pub(crate) body: Vec<u8>,
}

/// The queue between the site and the task that delivers.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// How long to wait before the second and the third attempt.
    pub(crate) retry_delays: [Duration; 2],
    number: AtomicU64,
    pub(super) waiting: Queue<Delivery>,
    log: Mutex<Log<LoggedDelivery>>,
    failing_since: Mutex<HashMap<i64, DateTime<Utc>>>,
}

impl Outbox {
    pub(crate) fn new(retry_delays: [Duration; 2]) -> Self {
        Self {
            retry_delays,
            number: AtomicU64::new(1),
            waiting: Queue::default(),
            log: Mutex::default(),
            failing_since: Mutex::default(),
        }
    }

    pub(super) fn next_number(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log<LoggedDelivery>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how a delivery ended; whether the callback has failed for so long that it is to be switched off.
    pub(super) fn settle(&self, callback: i64, delivered: bool, now: DateTime<Utc>) -> bool {
        let mut failing = self.failing_since.lock().unwrap_or_else(PoisonError::into_inner);
        if delivered {
            failing.remove(&callback);
            return false;
        }
        let since = *failing.entry(callback).or_insert(now);
        let given_up = now - since >= PATIENCE;
        if given_up {
            failing.remove(&callback);
        }
        given_up
    }

    /// Starts a callback's time anew, as after somebody wrote it.
    pub(crate) fn forgive(&self, callback: i64) {
        let mut failing = self.failing_since.lock().unwrap_or_else(PoisonError::into_inner);
        failing.remove(&callback);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_days_without_a_success_are_too_long() {
        let outbox = Outbox::new([Duration::ZERO; 2]);
        let day = |days: i64| DateTime::UNIX_EPOCH + TimeDelta::days(days);
        assert!(!outbox.settle(1, false, day(0)));
        assert!(!outbox.settle(1, false, day(2)));
        assert!(!outbox.settle(1, true, day(2)));
        assert!(!outbox.settle(1, false, day(3)));
        assert!(!outbox.settle(2, false, day(6)), "another callback");
        assert!(outbox.settle(1, false, day(6)));
    }
}
