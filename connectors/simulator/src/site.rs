//! Everything one simulated site knows.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, TimeDelta, Utc};

use crate::assumptions::Assumptions;
use crate::callbacks::Outbox;
use crate::codebase::Codebase;
use crate::faults::Faults;
use crate::gate::RateWindow;
use crate::journal::Journal;
use crate::options::{Clock, SimulatorOptions};
use crate::resource::Resource;
use crate::rights::Rights;
use crate::store::Store;

/// The shared state behind all connections. Locks are held for computation only, never over an await.
pub(crate) struct Site {
    pub(crate) base_url: String,
    pub(crate) company_id: String,
    pub(crate) client_id: Option<String>,
    pub(crate) assumptions: Assumptions,
    pub(crate) outbox: Outbox,
    clock: Clock,
    clock_offset: AtomicI32,
    codebase: RwLock<Codebase>,
    store: RwLock<Store>,
    rights: RwLock<Rights>,
    keys: RwLock<Keys>,
    hidden: RwLock<BTreeSet<Resource>>,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
    rate: Mutex<RateWindow>,
}

/// The API member's keys.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) public: String,
    pub(crate) private: String,
    pub(crate) enabled: bool,
}

/// The API member's name in `_info`, notes and ownership.
pub(crate) const MEMBER: &str = "APIMember";
/// The person who works at the site when nobody else is named.
pub(crate) const PERSON: &str = "Admin1";

impl Site {
    pub(crate) fn new(options: SimulatorOptions, base_url: String, store: Store) -> Self {
        Self {
            base_url,
            company_id: options.company_id,
            client_id: options.client_id,
            assumptions: options.assumptions,
            outbox: Outbox::new(options.callback_retry_delays),
            clock: options.clock,
            clock_offset: AtomicI32::new(0),
            codebase: RwLock::default(),
            store: RwLock::new(store),
            rights: RwLock::new(Rights::least_privilege()),
            keys: RwLock::new(Keys {
                public: options.public_key,
                private: options.private_key,
                enabled: true,
            }),
            hidden: RwLock::default(),
            faults: Mutex::default(),
            journal: Mutex::default(),
            rate: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        let now = (self.clock)();
        now.checked_add_signed(self.clock_offset()).unwrap_or(now)
    }

    /// How far the site's clock is from the one it was started with.
    fn clock_offset(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.clock_offset_seconds()))
    }

    pub(crate) fn clock_offset_seconds(&self) -> i32 {
        self.clock_offset.load(Ordering::Relaxed)
    }

    pub(crate) fn skew_clock(&self, seconds: i32) {
        self.clock_offset.store(seconds, Ordering::Relaxed);
    }

    // A panicking request must not take the whole site with it: poisoned locks are used as they are.

    pub(crate) fn store(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn store_mut(&self) -> RwLockWriteGuard<'_, Store> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rights(&self) -> RwLockReadGuard<'_, Rights> {
        self.rights.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rights_mut(&self) -> RwLockWriteGuard<'_, Rights> {
        self.rights.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn codebase(&self) -> Codebase {
        self.codebase.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_codebase(&self, codebase: Codebase) {
        *self.codebase.write().unwrap_or_else(PoisonError::into_inner) = codebase;
    }

    pub(crate) fn keys(&self) -> Keys {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn change_keys(&self, change: impl FnOnce(&mut Keys)) {
        change(&mut self.keys.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The setup tables whose rows the role hides.
    pub(crate) fn hidden(&self) -> BTreeSet<Resource> {
        self.hidden.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_hidden(&self, hidden: BTreeSet<Resource>) {
        *self.hidden.write().unwrap_or_else(PoisonError::into_inner) = hidden;
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rate(&self) -> MutexGuard<'_, RateWindow> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
