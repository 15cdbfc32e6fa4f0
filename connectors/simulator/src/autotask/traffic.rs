//! How much is asked at the same time and in an hour.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::autotask::assumptions::{Assumptions, Drained};
use crate::autotask::refusal::Refusal;

/// Requests that are counted together: a tracking identifier and an entity.
pub(crate) type Lane = (String, String);

/// The requests under way.
#[derive(Debug, Default)]
pub(crate) struct Threads(Arc<Mutex<HashMap<Lane, usize>>>);

/// One request under way; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Thread {
    running: Arc<Mutex<HashMap<Lane, usize>>>,
    lane: Lane,
}

impl Threads {
    /// Counts a request, unless there are as many of its lane as may be.
    pub(crate) fn begin(&self, lane: Lane, most: Option<usize>) -> Option<Thread> {
        let mut running = lock(&self.0);
        let count = running.entry(lane.clone()).or_default();
        if most.is_some_and(|most| *count >= most) {
            return None;
        }
        *count += 1;
        drop(running);
        Some(Thread {
            running: Arc::clone(&self.0),
            lane,
        })
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        let mut running = lock(&self.running);
        if let Some(count) = running.get_mut(&self.lane) {
            *count = count.saturating_sub(1);
        }
    }
}

fn lock(running: &Mutex<HashMap<Lane, usize>>) -> MutexGuard<'_, HashMap<Lane, usize>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The requests of the last hour, of all integrations of the tenant together.
#[derive(Debug, Default)]
pub(crate) struct Hour {
    asked: VecDeque<DateTime<Utc>>,
    is_refusing: bool,
}

impl Hour {
    /// Counts a request, or refuses it.
    pub(crate) fn admit(&mut self, now: DateTime<Utc>, assumptions: &Assumptions) -> Result<(), Refusal> {
        let count = self.count(now);
        let is_drained = match assumptions.drained {
            Drained::Below => count < assumptions.requests_per_hour,
            Drained::Empty => count == 0,
        };
        if count >= assumptions.requests_per_hour || (self.is_refusing && !is_drained) {
            self.is_refusing = true;
            return Err(Refusal::TooMany(
                assumptions.threshold_status,
                assumptions.retry_after,
                "The number of external requests exceeds the threshold of this database.",
            ));
        }
        self.is_refusing = false;
        self.asked.push_back(now);
        Ok(())
    }

    /// How many requests the last hour had.
    pub(crate) fn count(&mut self, now: DateTime<Utc>) -> usize {
        while self.asked.front().is_some_and(|at| now - *at >= TimeDelta::hours(1)) {
            self.asked.pop_front();
        }
        self.asked.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_takes_so_many_and_a_place_is_free_again_at_the_end() {
        let threads = Threads::default();
        let lane = |entity: &str| ("code".to_owned(), entity.to_owned());
        let begin = |entity| threads.begin(lane(entity), Some(2));
        let (first, second) = (begin("tickets"), begin("tickets"));
        assert!(first.is_some() && second.is_some() && begin("tickets").is_none());
        assert!(begin("companies").is_some());
        drop(first);
        assert!(begin("tickets").is_some());
    }

    #[test]
    fn the_hour_rolls_or_must_be_empty() {
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let run = |drained| {
            let assumptions = Assumptions {
                requests_per_hour: 2,
                drained,
                ..Assumptions::default()
            };
            let mut hour = Hour::default();
            [0, 30, 40, 60, 89, 90].map(|minute| hour.admit(at(minute), &assumptions).is_ok())
        };
        assert_eq!(run(Drained::Below), [true, true, false, true, false, true]);
        assert_eq!(run(Drained::Empty), [true, true, false, false, false, true]);
    }
}
