//! How much of the tenant's hour is left.
//!
//! The vendor counts the requests of all integrations of a tenant together, and switches the API off for all of them when
//! they exceed the hour's threshold. Our own pace keeps to a share, but others may use more than theirs. So the count is
//! looked at now and then, and when it is high few requests leave at a time.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// How many requests leave between two looks while there is room.
const USUALLY: u32 = 100;

/// How many requests leave between two looks while there is little room.
const NEARLY_USED_UP: u32 = 25;

/// How long we stand back then. With it at most 300 requests an hour leave.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// The answer to `GET ThresholdInformation`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Usage {
    external_request_threshold: u64,
    current_timeframe_request_count: u64,
}

impl Usage {
    /// Whether more than three quarters are used.
    fn is_high(self) -> bool {
        self.current_timeframe_request_count.saturating_mul(4) > self.external_request_threshold.saturating_mul(3)
    }
}

/// What a request has to do before it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    Go,
    /// Look at the threshold first.
    Look,
    /// Leave later.
    Wait(Duration),
}

/// What this process knows of the tenant's hour.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<State>);

#[derive(Debug)]
struct State {
    until_look: u32,
    held_until: Option<DateTime<Utc>>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            until_look: USUALLY,
            held_until: None,
        }
    }
}

impl Budget {
    /// Takes a turn.
    pub(super) fn turn(&self, now: DateTime<Utc>) -> Turn {
        // Nothing under the lock can panic half-way, so what a poisoned lock holds is whole.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = state.held_until.map(|until| until.signed_duration_since(now).to_std());
        if let Some(Ok(left)) = left.filter(|left| left.is_ok_and(|left| !left.is_zero())) {
            return Turn::Wait(left);
        }
        if state.until_look == 0 {
            // Should the look fail, the next one is not due at once.
            state.until_look = USUALLY;
            return Turn::Look;
        }
        state.until_look -= 1;
        Turn::Go
    }

    /// Takes in what was seen.
    pub(super) fn learn(&self, usage: Usage, now: DateTime<Utc>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if usage.is_high() {
            tracing::warn!(
                used = usage.current_timeframe_request_count,
                threshold = usage.external_request_threshold,
                "the PSA's requests of this hour are nearly used up"
            );
            state.until_look = NEARLY_USED_UP;
            state.held_until = Some(now + PAUSE);
        } else {
            state.until_look = USUALLY;
            state.held_until = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(used: u64) -> Usage {
        Usage {
            external_request_threshold: 10_000,
            current_timeframe_request_count: used,
        }
    }

    #[test]
    fn a_look_is_due_now_and_then() {
        let (budget, now) = (Budget::default(), DateTime::UNIX_EPOCH);
        for _ in 0..2 {
            assert!((0..USUALLY).all(|_| budget.turn(now) == Turn::Go));
            assert_eq!(budget.turn(now), Turn::Look);
            budget.learn(usage(7500), now);
        }
    }

    #[test]
    fn few_leave_when_little_is_left() {
        let (budget, now) = (Budget::default(), DateTime::UNIX_EPOCH);
        budget.learn(usage(7501), now);
        assert_eq!(budget.turn(now), Turn::Wait(PAUSE));
        let later = now + PAUSE;
        assert!((0..NEARLY_USED_UP).all(|_| budget.turn(later) == Turn::Go));
        assert_eq!(budget.turn(later), Turn::Look);
        budget.learn(usage(100), later);
        assert_eq!(budget.turn(later), Turn::Go);
    }
}
