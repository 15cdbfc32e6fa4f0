//! The simulated PSAs, one for each connector of the registry.

mod autotask;
mod connectwise;
mod example;
mod recorder;
mod table;
mod time;
mod weather;

use crate::bench::{Asked, Bench};

/// What the suite needs of a connector that it cannot take from the registry.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// Starts a simulated PSA with its data.
    pub(crate) start: fn() -> futures_util::future::BoxFuture<'static, Box<dyn Bench>>,
    /// Compares what all trials asked with what the connector's documentation says that it asks; the difference, one line
    /// each.
    pub(crate) undocumented: fn(&[Asked]) -> Vec<String>,
}

/// The bench of the connector called `kind`.
pub(crate) fn of(kind: &str) -> Option<Entry> {
    match kind {
        "connectwise" => Some(connectwise::ENTRY),
        "autotask" => Some(autotask::ENTRY),
        "example" => Some(example::ENTRY),
        _ => None,
    }
}
