//! Everything one simulated site knows.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::connectwise::assumptions::Assumptions;
use crate::connectwise::callbacks::Outbox;
use crate::connectwise::codebase::Codebase;
use crate::connectwise::gate::RateWindow;
use crate::connectwise::options::SimulatorOptions;
use crate::connectwise::resource::Resource;
use crate::connectwise::rights::Rights;
use crate::connectwise::store::Store;
use crate::shell::Shell;

/// The shared state behind all connections. Locks are held for computation only, never over an await.
pub(crate) struct Site {
    pub(crate) shell: Shell,
    pub(crate) company_id: String,
    pub(crate) client_id: Option<String>,
    pub(crate) assumptions: Assumptions,
    pub(crate) outbox: Outbox,
    codebase: RwLock<Codebase>,
    store: RwLock<Store>,
    rights: RwLock<Rights>,
    keys: RwLock<Keys>,
    hidden: RwLock<BTreeSet<Resource>>,
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
            shell: Shell::new(base_url, options.clock, options.witness),
            company_id: options.company_id,
            client_id: options.client_id,
            assumptions: options.assumptions,
            outbox: Outbox::new(options.callback_retry_delays),
            codebase: RwLock::default(),
            store: RwLock::new(store),
            rights: RwLock::new(Rights::least_privilege()),
            keys: RwLock::new(Keys {
                public: options.public_key,
                private: options.private_key,
                enabled: true,
            }),
            hidden: RwLock::default(),
            rate: Mutex::default(),
        }
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

    pub(crate) fn rate(&self) -> MutexGuard<'_, RateWindow> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
