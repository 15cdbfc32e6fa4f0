//! The security level of the API user: for each entity what it may do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::autotask::entity::Entity;

/// How much of an entity an operation reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// Nothing: it is refused.
    None,
    /// Only what the API user has made itself. Queries leave out the rest without a word, writes do not find it.
    Restricted,
    /// Everything.
    All,
}

/// A change of the rights on one entity; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RightsChange {
    /// The collection: `Tickets`.
    pub entity: String,
    /// Reading.
    #[serde(default)]
    pub query: Option<Access>,
    /// Creating.
    #[serde(default)]
    pub create: Option<Access>,
    /// Changing.
    #[serde(default)]
    pub update: Option<Access>,
    /// Deleting.
    #[serde(default)]
    pub delete: Option<Access>,
}

/// The rights on one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) query: Access,
    pub(crate) create: Access,
    pub(crate) update: Access,
    pub(crate) delete: Access,
}

/// The security level: what differs from a full administrator's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rights {
    changed: BTreeMap<Entity, Right>,
    /// Whether costs are blank, as at the vendor's level "Can't Read Costs".
    pub(crate) hides_costs: bool,
}

impl Right {
    const FULL: Self = Self {
        query: Access::All,
        create: Access::All,
        update: Access::All,
        delete: Access::All,
    };
}

impl Rights {
    pub(crate) fn of(&self, entity: Entity) -> Right {
        self.changed.get(&entity).copied().unwrap_or(Right::FULL)
    }

    /// `false` for an entity that nobody knows.
    pub(crate) fn change(&mut self, change: &RightsChange) -> bool {
        let Some(entity) = Entity::named(&change.entity) else {
            return false;
        };
        let known = self.of(entity);
        let right = Right {
            query: change.query.unwrap_or(known.query),
            create: change.create.unwrap_or(known.create),
            update: change.update.unwrap_or(known.update),
            delete: change.delete.unwrap_or(known.delete),
        };
        self.changed.insert(entity, right);
        true
    }

    /// Every entity with its rights, as changes that lead here.
    pub(crate) fn settings(&self) -> Vec<RightsChange> {
        let setting = |entity: Entity| {
            let right = self.of(entity);
            RightsChange {
                entity: entity.name().to_owned(),
                query: Some(right.query),
                create: Some(right.create),
                update: Some(right.update),
                delete: Some(right.delete),
            }
        };
        Entity::all().map(setting).collect()
    }
}
