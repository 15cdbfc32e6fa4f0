//! Leaves a PSA in peace that is down or asks for a pause.
//!
//! Its deliveries would only wear out and keep those of others waiting. After the rest one delivery goes ahead; when it
//! arrives the others follow.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use psa_entities::ids::IntegrationId;

/// Failures in a row after which an integration rests. Single ones happen at a PSA that works.
const PATIENCE: u32 = 3;

/// The first rest; each further one is twice as long.
const FIRST_REST: TimeDelta = TimeDelta::seconds(5);

/// The longest rest.
const LONGEST_REST: TimeDelta = TimeDelta::seconds(120);

/// How a delivery fared, as far as the PSA's health shows in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// The PSA answered.
    Answers,
    /// It did not answer, or not as one that works.
    Ails,
    /// It asks for a pause of this length, if it names one.
    AsksForPause(Option<Duration>),
    /// The PSA was not asked.
    Unknown,
}

/// Which integrations rest.
#[derive(Debug, Default)]
pub struct Pace(HashMap<IntegrationId, Strain>);

#[derive(Debug)]
struct Strain {
    failures: u32,
    until: DateTime<Utc>,
    trying: bool,
}

impl Pace {
    /// The integrations that rest now.
    pub fn resting(&self, now: DateTime<Utc>) -> Vec<IntegrationId> {
        self.0
            .iter()
            .filter(|(_, strain)| now < strain.until)
            .map(|(id, _)| *id)
            .collect()
    }

    /// Whether a delivery may start now. The first after a rest has the PSA to itself for `trial` at most.
    pub fn may_start(&mut self, id: IntegrationId, now: DateTime<Utc>, trial: TimeDelta) -> bool {
        match self.0.get_mut(&id) {
            Some(strain) if now < strain.until => false,
            Some(strain) if strain.failures >= PATIENCE => {
                strain.until = now + trial;
                strain.trying = true;
                true
            }
            _ => true,
        }
    }

    /// The integrations whose PSAs do not answer, with the end of their rest.
    pub fn down(&self, now: DateTime<Utc>) -> Vec<(IntegrationId, DateTime<Utc>)> {
        self.0
            .iter()
            .filter(|(_, strain)| strain.failures >= PATIENCE && !strain.trying && now < strain.until)
            .map(|(id, strain)| (*id, strain.until))
            .collect()
    }

    /// Learns how a delivery fared. True: the PSA was down, and is back.
    pub fn learn(&mut self, id: IntegrationId, health: Health, now: DateTime<Utc>) -> bool {
        match health {
            Health::Answers => {
                let before = self.0.remove(&id);
                return before.is_some_and(|strain| strain.failures >= PATIENCE);
            }
            Health::Unknown => {
                if let Some(strain) = self.0.get_mut(&id).filter(|strain| strain.trying) {
                    strain.trying = false;
                    strain.until = now;
                }
            }
            Health::AsksForPause(length) => {
                let length = length
                    .and_then(|length| TimeDelta::from_std(length).ok())
                    .unwrap_or(FIRST_REST);
                let strain = self.0.entry(id).or_insert(Strain {
                    failures: 0,
                    until: now,
                    trying: false,
                });
                strain.until = strain.until.max(now + length);
                strain.trying = false;
            }
            Health::Ails => {
                let strain = self.0.entry(id).or_insert(Strain {
                    failures: 0,
                    until: now,
                    trying: false,
                });
                // Calls that were under way when the rest began say nothing new.
                if strain.trying || strain.until <= now {
                    strain.failures += 1;
                    strain.trying = false;
                    strain.until = now + rest(strain.failures);
                }
            }
        }
        false
    }
}

fn rest(failures: u32) -> TimeDelta {
    let Some(doublings) = failures.checked_sub(PATIENCE) else {
        return TimeDelta::zero();
    };
    let factor = 1_i32.checked_shl(doublings.min(10)).unwrap_or(1);
    (FIRST_REST * factor).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIAL: TimeDelta = TimeDelta::seconds(60);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn ailing() -> (Pace, IntegrationId) {
        let (mut pace, id) = (Pace::default(), IntegrationId::at(at(0)));
        for _ in 0..PATIENCE {
            assert!(pace.may_start(id, at(0), TRIAL));
            pace.learn(id, Health::Ails, at(0));
        }
        (pace, id)
    }

    #[test]
    fn three_failures_in_a_row_are_a_reason_to_rest() {
        let (mut pace, id) = ailing();
        assert_eq!(pace.resting(at(4)), [id]);
        assert!(!pace.may_start(id, at(4), TRIAL));
        assert!(pace.resting(at(5)).is_empty());
    }

    #[test]
    fn an_answer_in_between_starts_the_count_again() {
        let (mut pace, id) = (Pace::default(), IntegrationId::at(at(0)));
        for health in [Health::Ails, Health::Ails, Health::Answers, Health::Ails, Health::Ails] {
            pace.learn(id, health, at(0));
        }
        assert!(pace.may_start(id, at(0), TRIAL));
    }

    #[test]
    fn one_goes_ahead_and_the_others_follow() {
        let (mut pace, id) = ailing();
        assert!(pace.may_start(id, at(5), TRIAL));
        assert!(!pace.may_start(id, at(6), TRIAL), "a second one waits for the first");
        pace.learn(id, Health::Answers, at(7));
        assert!(pace.may_start(id, at(7), TRIAL) && pace.may_start(id, at(7), TRIAL));
    }

    #[test]
    fn rests_grow_and_have_an_end() {
        let (mut pace, id) = ailing();
        let mut now = at(5);
        for expected in [10, 20, 40, 80, 120, 120] {
            assert!(pace.may_start(id, now, TRIAL));
            pace.learn(id, Health::Ails, now);
            assert!(
                !pace.may_start(id, now + TimeDelta::seconds(expected - 1), TRIAL),
                "{expected}"
            );
            now += TimeDelta::seconds(expected);
        }
    }

    #[test]
    fn failures_of_calls_under_way_do_not_lengthen_the_rest() {
        let (mut pace, id) = ailing();
        pace.learn(id, Health::Ails, at(1));
        assert!(pace.may_start(id, at(5), TRIAL));
    }

    #[test]
    fn a_pause_is_kept_to_the_second() {
        let (mut pace, id) = (Pace::default(), IntegrationId::at(at(0)));
        pace.learn(id, Health::AsksForPause(Some(Duration::from_secs(17))), at(0));
        assert!(!pace.may_start(id, at(16), TRIAL));
        assert!(pace.may_start(id, at(17), TRIAL) && pace.may_start(id, at(17), TRIAL));
    }

    #[test]
    fn a_trial_that_never_ended_does_not_block_for_ever() {
        let (mut pace, id) = ailing();
        assert!(pace.may_start(id, at(5), TRIAL));
        assert!(!pace.may_start(id, at(64), TRIAL));
        assert!(pace.may_start(id, at(65), TRIAL));
    }

    #[test]
    fn a_trial_that_asked_nothing_lets_the_next_one_try() {
        let (mut pace, id) = ailing();
        assert!(pace.may_start(id, at(5), TRIAL));
        pace.learn(id, Health::Unknown, at(6));
        assert!(pace.may_start(id, at(6), TRIAL));
        assert!(!pace.may_start(id, at(6), TRIAL));
    }
}
