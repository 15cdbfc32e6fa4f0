//! One case: the requirement it shows, what it needs, and how it is run.

use std::pin::Pin;

use psa_connectors::Capability;

use crate::world::World;

/// A test of one requirement, for any connector that has the capabilities.
pub(crate) struct Case {
    /// The requirement's name in SPEC.md.
    pub(crate) requirement: &'static str,
    /// The capabilities without which it does not apply.
    pub(crate) needs: &'static [Capability],
    /// Under which circumstances it means something.
    pub(crate) weather: Weather,
    /// The test itself.
    pub(crate) run: for<'w> fn(&'w World) -> Pin<Box<dyn Future<Output = ()> + 'w>>,
}

/// What may disturb a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// It holds undisturbed and with faults on every route.
    Any,
    /// It arms a trouble of its own or counts requests, so other faults would spoil it.
    Calm,
}

/// A line of a table of cases: `case!("R-TICKET-01", [Tickets], the_function)`. With `calm` before the name the case runs
/// undisturbed only.
macro_rules! case {
    ($requirement:literal, [$($need:ident),*], calm $run:path) => {
        case!(@ $requirement, [$($need),*], Calm, $run)
    };
    ($requirement:literal, [$($need:ident),*], $run:path) => {
        case!(@ $requirement, [$($need),*], Any, $run)
    };
    (@ $requirement:literal, [$($need:ident),*], $weather:ident, $run:path) => {
        $crate::case::Case {
            requirement: $requirement,
            needs: &[$(psa_connectors::Capability::$need),*],
            weather: $crate::case::Weather::$weather,
            run: |world| Box::pin($run(world)),
        }
    };
}

pub(crate) use case;
