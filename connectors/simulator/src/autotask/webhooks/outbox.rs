//! What waits to be delivered, what was, and which webhooks fail.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::autotask::entity::Topic;
use crate::log::Log;
use crate::outbound::Queue;

/// A webhook is switched off after so many deliveries in a row that failed.
pub(super) const MOST_FAILURES: u32 = 25;

/// One delivery of one event to one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedDelivery {
    /// The address.
    pub url: String,
    /// The id of the webhook among those of its topic.
    pub webhook: i64,
    /// What the webhook tells of: `Ticket`.
    pub entity_type: &'static str,
    /// The id of the record.
    pub record: i64,
    /// `Create`, `Update`, `Delete` or `Deactivated`.
    pub action: String,
    /// The number of the delivery, from 1 for each webhook.
    pub sequence_number: u64,
    /// The answered status; `None` when there was no answer in time.
    pub status: Option<u16>,
    /// When the answer came or the attempt was given up, by the simulator's clock.
    pub at: DateTime<Utc>,
}

/// One event on its way to one webhook.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(super) topic: Topic,
    pub(super) hook: i64,
    pub(super) url: String,
    pub(super) record: i64,
    pub(super) action: String,
    pub(super) body: Vec<u8>,
    pub(super) number: u64,
}

type Hook = (Topic, i64);

/// The queue between the tenant and the task that delivers.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(super) waiting: Queue<Delivery>,
    log: Mutex<Log<LoggedDelivery>>,
    numbers: Mutex<HashMap<Hook, u64>>,
    failures: Mutex<HashMap<Hook, u32>>,
}

impl Outbox {
    pub(super) fn next_number(&self, topic: Topic, hook: i64) -> u64 {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let number = numbers.entry((topic, hook)).or_default();
        *number += 1;
        *number
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log<LoggedDelivery>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how a delivery ended; whether the webhook is to be switched off now.
    pub(super) fn settle(&self, topic: Topic, hook: i64, delivered: bool) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if delivered {
            failures.remove(&(topic, hook));
            return false;
        }
        let count = failures.entry((topic, hook)).or_default();
        *count += 1;
        let is_enough = *count >= MOST_FAILURES;
        if is_enough {
            failures.remove(&(topic, hook));
        }
        is_enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_in_a_row_switch_off() {
        let outbox = Outbox::default();
        let fail = |times: u32| (0..times).any(|_| outbox.settle(Topic::Ticket, 1, false));
        assert!(!fail(24));
        assert!(!outbox.settle(Topic::Ticket, 1, true));
        assert!(!fail(24) && !outbox.settle(Topic::Company, 1, false));
        assert!(fail(1));
        assert_eq!(
            (
                outbox.next_number(Topic::Ticket, 1),
                outbox.next_number(Topic::Ticket, 1)
            ),
            (1, 2)
        );
    }
}
