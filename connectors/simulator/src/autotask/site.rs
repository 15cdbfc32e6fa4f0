//! Everything one simulated tenant knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::autotask::assumptions::Assumptions;
use crate::autotask::entity::Entity;
use crate::autotask::options::SimulatorOptions;
use crate::autotask::rights::Rights;
use crate::autotask::store::Store;
use crate::autotask::traffic::{Hour, Threads};
use crate::autotask::webhooks::Outbox;
use crate::shell::Shell;

/// The shared state behind all connections. Locks are held for computation only, never over an await.
pub(crate) struct Site {
    pub(crate) shell: Shell,
    pub(crate) assumptions: Assumptions,
    pub(crate) outbox: Outbox,
    pub(crate) threads: Threads,
    zone: AtomicU32,
    store: RwLock<Store>,
    rights: RwLock<Rights>,
    keys: RwLock<Keys>,
    required: RwLock<BTreeMap<Entity, BTreeSet<&'static str>>>,
    hour: Mutex<Hour>,
}

/// The API user's credentials.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) user_name: String,
    pub(crate) secret: String,
    pub(crate) integration_code: String,
    pub(crate) is_enabled: bool,
}

/// The id of the API user among the resources.
pub(crate) const API_USER: i64 = 30_690_001;
/// The id of the person who works at the site when nobody else is named.
pub(crate) const PERSON: i64 = 29_682_885;

impl Site {
    pub(crate) fn new(options: SimulatorOptions, base_url: String, store: Store) -> Self {
        Self {
            shell: Shell::new(base_url, options.clock, options.witness),
            assumptions: options.assumptions,
            outbox: Outbox::default(),
            threads: Threads::default(),
            zone: AtomicU32::new(0),
            store: RwLock::new(store),
            rights: RwLock::default(),
            keys: RwLock::new(Keys {
                user_name: options.user_name,
                secret: options.secret,
                integration_code: options.integration_code,
                is_enabled: true,
            }),
            required: RwLock::default(),
            hour: Mutex::default(),
        }
    }

    /// The zone that serves the tenant now.
    pub(crate) fn zone(&self) -> u32 {
        self.zone.load(Ordering::Relaxed)
    }

    /// Moves the tenant to the next zone.
    pub(crate) fn move_zone(&self) {
        self.zone.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn set_zone(&self, zone: u32) {
        self.zone.store(zone, Ordering::Relaxed);
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

    pub(crate) fn keys(&self) -> Keys {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn change_keys(&self, change: impl FnOnce(&mut Keys)) {
        change(&mut self.keys.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Fields of an entity that the tenant's categories make required beyond the vendor's own.
    pub(crate) fn required(&self, entity: Entity) -> BTreeSet<&'static str> {
        let required = self.required.read().unwrap_or_else(PoisonError::into_inner);
        required.get(&entity).cloned().unwrap_or_default()
    }

    pub(crate) fn set_required(&self, entity: Entity, fields: BTreeSet<&'static str>) {
        let mut required = self.required.write().unwrap_or_else(PoisonError::into_inner);
        required.insert(entity, fields);
    }

    /// Every entity with the fields that the tenant makes required.
    pub(crate) fn all_required(&self) -> BTreeMap<Entity, BTreeSet<&'static str>> {
        self.required.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn hour(&self) -> MutexGuard<'_, Hour> {
        self.hour.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
