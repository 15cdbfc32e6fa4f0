//! The whole tenant as one JSON value: taken, checked and put back.
//!
//! The credentials are left out, as are armed faults, the journal of requests and the counts of traffic.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, id_of};
use crate::autotask::rights::{Rights, RightsChange};
use crate::autotask::site::Site;
use crate::autotask::store::Store;

/// The form that is written and read.
const VERSION: u32 = 1;

/// Why a state was not loaded. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It does not have the form of a state.
    #[error("the state cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// It has a form that this program does not know.
    #[error("the state has version {0}, not {VERSION}")]
    Version(u32),
    /// It names an entity that this program does not know.
    #[error("there is no entity `{0}`")]
    Entity(String),
    /// It names a field that the entity does not have.
    #[error("{0} has no field `{1}`")]
    Field(&'static str, String),
    /// A record lacks an `id`, or shares it with another one.
    #[error("{entity}: {problem}")]
    Record {
        /// The collection.
        entity: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct State {
    version: u32,
    clock_offset_seconds: i32,
    zone: u32,
    rights: Vec<RightsChange>,
    hides_costs: bool,
    required: BTreeMap<String, Vec<String>>,
    records: BTreeMap<String, Table>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Table {
    /// The highest id ever given, also to a record that is gone.
    last_id: i64,
    records: Vec<Record>,
}

/// Everything that the tenant holds.
pub(crate) fn dump(site: &Site) -> Result<Value, serde_json::Error> {
    let store = site.store();
    let table = |entity: Entity| Table {
        last_id: store.last_id(entity),
        records: store.all(entity).cloned().collect(),
    };
    let rights = site.rights();
    let required = site.all_required().into_iter().map(|(entity, fields)| {
        let fields = fields.into_iter().map(str::to_owned).collect();
        (entity.name().to_owned(), fields)
    });
    serde_json::to_value(State {
        version: VERSION,
        clock_offset_seconds: site.shell.clock_offset_seconds(),
        zone: site.zone(),
        rights: rights.settings(),
        hides_costs: rights.hides_costs,
        required: required.collect(),
        records: Entity::all()
            .map(|entity| (entity.name().to_owned(), table(entity)))
            .collect(),
    })
}

/// Replaces everything that the tenant holds. Entities that the state lacks have no records afterwards.
pub(crate) fn load(site: &Site, state: &Value) -> Result<(), StateError> {
    let state = State::deserialize(state)?;
    if state.version != VERSION {
        return Err(StateError::Version(state.version));
    }
    let mut rights = Rights::default();
    rights.hides_costs = state.hides_costs;
    for change in &state.rights {
        if !rights.change(change) {
            return Err(StateError::Entity(change.entity.clone()));
        }
    }
    let mut required = Vec::new();
    for (name, fields) in state.required {
        required.push(named_fields(&name, &fields)?);
    }
    let mut store = Store::default();
    for (name, table) in state.records {
        let entity = Entity::named(&name).ok_or(StateError::Entity(name))?;
        check(entity, &table)?;
        for record in table.records {
            store.put(entity, record);
        }
        store.go_on_from(entity, table.last_id);
    }
    *site.store_mut() = store;
    *site.rights_mut() = rights;
    for (entity, fields) in required {
        site.set_required(entity, fields);
    }
    site.set_zone(state.zone);
    site.shell.set_clock_offset(state.clock_offset_seconds);
    Ok(())
}

/// An entity and fields of it by their names.
pub(crate) fn named_fields(name: &str, fields: &[String]) -> Result<(Entity, BTreeSet<&'static str>), StateError> {
    let entity = Entity::named(name).ok_or_else(|| StateError::Entity(name.to_owned()))?;
    let field = |field: &String| {
        let found = entity.model().field(field).map(|field| field.name);
        found.ok_or_else(|| StateError::Field(entity.name(), field.clone()))
    };
    let fields = fields.iter().map(field).collect::<Result<BTreeSet<_>, StateError>>()?;
    Ok((entity, fields))
}

fn check(entity: Entity, table: &Table) -> Result<(), StateError> {
    let wrong = |problem: String| StateError::Record {
        entity: entity.name(),
        problem,
    };
    let mut seen = BTreeSet::new();
    for (position, record) in table.records.iter().enumerate() {
        let id = id_of(record).ok_or_else(|| wrong(format!("the record at position {position} has no id")))?;
        if !seen.insert(id) {
            return Err(wrong(format!("the id {id} occurs twice")));
        }
    }
    match seen.last() {
        Some(highest) if *highest > table.last_id => Err(wrong(format!(
            "lastId is {} although {highest} is taken",
            table.last_id
        ))),
        _ => Ok(()),
    }
}
