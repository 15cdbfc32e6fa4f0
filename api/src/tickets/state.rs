//! The states of a delivery and the steps between them.
//!
//! A delivery is a write that the PSA may or may not have seen. What is uncertain stays so until somebody looked for its
//! marker, and [`must_look_first`] remembers the doubt over every later state.

use chrono::TimeDelta;
use psa_entities::delivery::DeliveryState;
use psa_entities::delivery_attempt::AttemptOutcome;

/// What happened to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happening {
    /// A worker recorded an attempt and calls the PSA now.
    Attempted,
    /// The PSA has it, written now or found by its marker.
    Confirmed,
    /// The write may have happened: the answer was lost, or the worker was.
    LostSight,
    /// The marker was looked for after the settling time and is not there: it was not written.
    FoundMissing,
    /// The PSA did not do it, and may do it later.
    PutOff,
    /// The PSA did not do it and never will, or the attempts are used up.
    Refused,
    /// Something must be set right first.
    Held,
    /// What it was held for is set right.
    Released,
    /// It was held for longer than anybody wants to wait.
    Expired,
    /// A person wants it tried again.
    Revived,
    /// A person wants it dropped.
    Discarded,
}

impl Happening {
    /// Everything that can happen.
    pub const ALL: &[Self] = &[
        Self::Attempted,
        Self::Confirmed,
        Self::LostSight,
        Self::FoundMissing,
        Self::PutOff,
        Self::Refused,
        Self::Held,
        Self::Released,
        Self::Expired,
        Self::Revived,
        Self::Discarded,
    ];
}

/// Something that cannot happen to a delivery in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delivery in state {state:?} cannot be {happening:?}")]
pub struct IllegalTransition {
    /// The state it was in.
    pub state: DeliveryState,
    /// What was said to have happened.
    pub happening: Happening,
}

/// The state of a delivery after `happening`.
///
/// # Errors
/// [`IllegalTransition`] when it cannot happen in `state`; the delivery is to be left as it is.
pub fn next(state: DeliveryState, happening: Happening) -> Result<DeliveryState, IllegalTransition> {
    use DeliveryState::{Dead, Delivered, Discarded, Held, Owed, Sending, Uncertain};
    match (state, happening) {
        (Owed | Uncertain, Happening::Attempted) => Ok(Sending),
        (Sending | Uncertain, Happening::Confirmed) => Ok(Delivered),
        (Sending, Happening::LostSight) => Ok(Uncertain),
        (Sending | Uncertain, Happening::FoundMissing) => Ok(Owed),
        (Sending, Happening::PutOff) => Ok(Owed),
        (Owed | Sending, Happening::Refused) => Ok(Dead),
        (Owed | Held | Sending, Happening::Held) => Ok(Held),
        (Held, Happening::Released) => Ok(Owed),
        (Held, Happening::Expired) => Ok(Dead),
        (Dead, Happening::Revived) => Ok(Owed),
        (Owed | Held | Uncertain | Dead, Happening::Discarded) => Ok(Discarded),
        _ => Err(IllegalTransition { state, happening }),
    }
}

/// Whether nothing happens to it any more unless a person wants it.
pub fn is_settled(state: DeliveryState) -> bool {
    matches!(
        state,
        DeliveryState::Delivered | DeliveryState::Dead | DeliveryState::Discarded
    )
}

/// Whether the marker must be looked for before writing, given the outcomes of the earlier attempts. `None` is an attempt
/// whose outcome nobody recorded.
///
/// A doubt is never taken back: looking once too often costs a call, writing once too often a second ticket.
pub fn must_look_first(attempts: &[Option<AttemptOutcome>]) -> bool {
    attempts
        .iter()
        .any(|outcome| matches!(outcome, None | Some(AttemptOutcome::Uncertain)))
}

const DELAYS: [TimeDelta; 7] = [
    TimeDelta::zero(),
    TimeDelta::seconds(5),
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
];

/// How many attempts are made: with [`retry_delay`], about three days of them.
pub const MAX_ATTEMPTS: u32 = 42;

/// How long to wait after `attempts` attempts that were put off.
///
/// Nothing, 5 s, 30 s, 2 min, 10 min, 30 min, then 2 h each. `None` when the attempts are used up. A pause that the PSA asks for counts when it is longer.
pub fn retry_delay(attempts: u32) -> Option<TimeDelta> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let step = usize::try_from(attempts.saturating_sub(1)).ok()?;
    DELAYS.get(step).or(DELAYS.last()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryState::{Dead, Delivered, Discarded, Held, Owed, Sending, Uncertain};
    use proptest::prelude::*;

    const STATES: [DeliveryState; 7] = [Owed, Held, Sending, Uncertain, Delivered, Dead, Discarded];

    #[test]
    fn the_table_is_complete() {
        let legal = [
            (
                Owed,
                vec![
                    (Happening::Attempted, Sending),
                    (Happening::Refused, Dead),
                    (Happening::Held, Held),
                    (Happening::Discarded, Discarded),
                ],
            ),
            (
                Held,
                vec![
                    (Happening::Held, Held),
                    (Happening::Released, Owed),
                    (Happening::Expired, Dead),
                    (Happening::Discarded, Discarded),
                ],
            ),
            (
                Sending,
                vec![
                    (Happening::Confirmed, Delivered),
                    (Happening::LostSight, Uncertain),
                    (Happening::FoundMissing, Owed),
                    (Happening::PutOff, Owed),
                    (Happening::Refused, Dead),
                    (Happening::Held, Held),
                ],
            ),
            (
                Uncertain,
                vec![
                    (Happening::Attempted, Sending),
                    (Happening::Confirmed, Delivered),
                    (Happening::FoundMissing, Owed),
                    (Happening::Discarded, Discarded),
                ],
            ),
            (Delivered, vec![]),
            (
                Dead,
                vec![(Happening::Revived, Owed), (Happening::Discarded, Discarded)],
            ),
            (Discarded, vec![]),
        ];
        for (state, steps) in legal {
            for happening in Happening::ALL {
                let expected = steps.iter().find(|(step, _)| step == happening).map(|(_, next)| *next);
                let expected = expected.ok_or(IllegalTransition {
                    state,
                    happening: *happening,
                });
                assert_eq!(next(state, *happening), expected, "{state:?} {happening:?}");
            }
        }
        assert_eq!(STATES.iter().filter(|state| is_settled(**state)).count(), 3);
    }

    #[test]
    fn doubt_is_never_taken_back() {
        use AttemptOutcome::{NotSent, Refused, Uncertain as Lost};
        for (attempts, expected) in [
            (vec![], false),
            (vec![Some(Refused)], false),
            (vec![None], true),
            (vec![Some(Lost), Some(Refused)], true),
            (vec![Some(Lost), Some(NotSent)], true),
            (vec![Some(NotSent)], false),
            (vec![Some(NotSent), None], true),
        ] {
            assert_eq!(must_look_first(&attempts), expected, "{attempts:?}");
        }
    }

    #[test]
    fn delays_grow_and_end() {
        let seconds: Vec<i64> = (1..=8)
            .filter_map(retry_delay)
            .map(|delay| delay.num_seconds())
            .collect();
        assert_eq!(seconds, [0, 5, 30, 120, 600, 1800, 7200, 7200]);
        assert_eq!((retry_delay(MAX_ATTEMPTS), retry_delay(u32::MAX)), (None, None));
        let all: i64 = (1..MAX_ATTEMPTS)
            .filter_map(retry_delay)
            .map(|delay| delay.num_hours())
            .sum();
        assert_eq!(all, 70);
    }

    proptest! {
        #[test]
        fn whatever_happens_delivered_is_the_end(steps in prop::collection::vec(prop::sample::select(Happening::ALL.to_vec()), 0..30)) {
            let mut state = Owed;
            for happening in steps {
                let after = next(state, happening).unwrap_or(state);
                prop_assert!(state != Delivered || after == Delivered);
                prop_assert!(state != Uncertain || after != Held);
                // Nothing is written without an attempt on record.
                prop_assert!(after != Delivered || matches!(state, Sending | Uncertain | Delivered));
                state = after;
            }
        }
    }
}
