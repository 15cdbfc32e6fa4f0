//! Everything one simulated account knows.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::data;
use super::options::SimulatorOptions;
use crate::shell::Shell;

/// The shared state behind all connections. The lock is held for computation only, never over an await.
pub(crate) struct Site {
    pub(crate) shell: Shell,
    /// The short name of the account: a part of every path.
    pub(crate) account: String,
    state: Mutex<State>,
}

/// What people change.
pub(crate) struct State {
    /// The names of the companies by number.
    pub(crate) companies: BTreeMap<u32, String>,
    /// The highest number ever given, also to a company that is gone.
    pub(crate) last_number: u32,
    pub(crate) key: String,
    pub(crate) key_is_enabled: bool,
    pub(crate) may_read_companies: bool,
}

impl Site {
    pub(crate) fn new(options: SimulatorOptions, base_url: String) -> Self {
        let companies = data::companies();
        let state = State {
            last_number: companies.keys().next_back().copied().unwrap_or_default(),
            companies,
            key: options.key,
            key_is_enabled: true,
            may_read_companies: true,
        };
        Self {
            shell: Shell::new(base_url, options.clock, options.witness),
            account: options.account,
            state: Mutex::new(state),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panicking request must not take the whole site with it: a poisoned lock is used as it is.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
