//! How fast a job goes, and how long it still takes.
//!
//! The pace is measured within one step of one attempt: from the first count that the attempt showed of that step. So a
//! job that goes on after a restart is not credited with what an earlier attempt did, and steps of different kinds are
//! not mixed.

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::job::{JobState, Model};

/// From where the pace of a step is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    /// The step.
    pub(super) phase: String,
    /// When the first count was taken.
    pub(super) since: DateTime<Utc>,
    /// What was done then.
    pub(super) from: i64,
}

impl Start {
    /// The start that a count belongs to: the one there is, unless another step has begun or the count went back.
    pub(super) fn of_step(current: Option<Self>, phase: &str, done: i64, now: DateTime<Utc>) -> Self {
        match current {
            Some(start) if start.phase == phase && start.from <= done => start,
            _ => Self {
                phase: phase.to_owned(),
                since: now,
                from: done,
            },
        }
    }
}

/// How fast a job goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Units of work in a second.
    pub per_second: f64,
    /// Seconds until everything is done at this pace, rounded up; absent when the total is not known.
    pub eta_seconds: Option<i32>,
}

/// The pace of a job at `now`; none unless it runs and has got on since its start.
pub fn pace(job: &Model, now: DateTime<Utc>) -> Option<Pace> {
    if job.state != JobState::Running {
        return None;
    }
    let advanced = job.done.saturating_sub(job.pace_from?);
    let left = job.total.map(|total| total.saturating_sub(job.done));
    measure(advanced, left, now - job.pace_since?)
}

fn measure(advanced: i64, left: Option<i64>, elapsed: TimeDelta) -> Option<Pace> {
    let milliseconds = elapsed.num_milliseconds();
    if advanced <= 0 || milliseconds <= 0 {
        return None;
    }
    let units = f64::from(u32::try_from(advanced).unwrap_or(u32::MAX));
    let eta = |left: i64| {
        let total = i128::from(left.max(0)) * i128::from(milliseconds);
        let each_second = i128::from(advanced) * 1_000;
        i32::try_from((total + each_second - 1) / each_second).unwrap_or(i32::MAX)
    };
    Some(Pace {
        per_second: units / elapsed.as_seconds_f64(),
        eta_seconds: left.map(eta),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn the_first_count_of_a_step_is_its_start() {
        let first = Start::of_step(None, "reading", 3_000, at(0));
        assert_eq!((first.from, first.since), (3_000, at(0)));
        let same = Start::of_step(Some(first.clone()), "reading", 4_000, at(5));
        assert_eq!(same, first);
        let other = Start::of_step(Some(first.clone()), "storing", 4_000, at(5));
        assert_eq!((other.from, other.since), (4_000, at(5)));
        let back = Start::of_step(Some(first), "reading", 0, at(5));
        assert_eq!((back.from, back.since), (0, at(5)));
    }

    #[test]
    fn the_pace_is_what_was_done_in_the_time_there_was() {
        let pace = measure(1_000, Some(500), TimeDelta::seconds(4)).unwrap();
        assert_eq!(
            pace,
            Pace {
                per_second: 250.0,
                eta_seconds: Some(2)
            }
        );
        assert_eq!(measure(3, Some(1), TimeDelta::seconds(2)).unwrap().eta_seconds, Some(1));
        assert_eq!(measure(3, Some(0), TimeDelta::seconds(2)).unwrap().eta_seconds, Some(0));
        assert_eq!(
            measure(3, Some(-1), TimeDelta::seconds(2)).unwrap().eta_seconds,
            Some(0)
        );
        assert_eq!(measure(3, None, TimeDelta::seconds(2)).unwrap().eta_seconds, None);
    }

    #[test]
    fn without_progress_or_time_there_is_no_pace() {
        assert_eq!(measure(0, Some(5), TimeDelta::seconds(4)), None);
        assert_eq!(measure(-5, Some(5), TimeDelta::seconds(4)), None);
        assert_eq!(measure(5, Some(5), TimeDelta::zero()), None);
        assert_eq!(measure(5, Some(5), TimeDelta::seconds(-1)), None);
    }

    proptest! {
        #[test]
        fn no_numbers_break_it(advanced: i64, left: Option<i64>, milliseconds in -1_000_000_000_000_i64..1_000_000_000_000) {
            if let Some(pace) = measure(advanced, left, TimeDelta::milliseconds(milliseconds)) {
                prop_assert!(pace.per_second.is_finite() && pace.per_second > 0.0);
                prop_assert_eq!(pace.eta_seconds.is_some(), left.is_some());
                prop_assert!(pace.eta_seconds.is_none_or(|eta| eta >= 0));
            }
        }
    }
}
