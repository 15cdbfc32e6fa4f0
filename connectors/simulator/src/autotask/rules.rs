//! What each entity demands of a write, and what follows from it.

pub(crate) mod adjustments;
mod charges;
pub(crate) mod contracts;
mod hooks;
mod people;
mod tickets;

use serde_json::json;

use crate::autotask::access::Caller;
use crate::autotask::entity::Entity;
use crate::autotask::model::Record;
use crate::autotask::refusal::Refusal;
use crate::autotask::site::Site;
use crate::autotask::store::Store;
use crate::time;

/// A write under way.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) site: &'a Site,
    pub(crate) caller: Caller,
    pub(crate) entity: Entity,
}

impl Work<'_> {
    fn now(&self) -> String {
        time::show_exactly(self.site.shell.now())
    }

    /// Sets a member.
    fn set(record: &mut Record, name: &str, value: impl Into<serde_json::Value>) {
        record.insert(name.to_owned(), value.into());
    }

    /// Sets a member unless it has a value.
    fn default(record: &mut Record, name: &str, value: impl Into<serde_json::Value>) {
        record.entry(name).or_insert_with(|| value.into());
    }

    /// Who made the record and when, where the entity has fields for it.
    fn sign(&self, record: &mut Record) {
        let has = |name: &str| self.entity.model().field(name).is_some();
        for name in ["creatorResourceID", "createdByResourceID", "createdByPersonID"] {
            if has(name) {
                Self::set(record, name, self.caller.resource);
            }
        }
        for name in ["createDate", "createDateTime"] {
            if has(name) {
                Self::set(record, name, self.now());
            }
        }
        if let Some(impersonator) = self.caller.impersonator
            && has("impersonatorCreatorResourceID")
        {
            Self::set(record, "impersonatorCreatorResourceID", impersonator);
        }
    }

    /// When the record was changed, where the entity has a field for it.
    fn touch(&self, record: &mut Record) {
        let moved = [
            "lastActivityDate",
            "lastModifiedDate",
            "lastModifiedDateTime",
            "lastModifiedTime",
            "lastTrackedModifiedDateTime",
            "lastTrackedModificationDateTime",
        ];
        for name in moved {
            if self.entity.model().field(name).is_some() {
                Self::set(record, name, self.now());
            }
        }
        for name in ["lastActivityResourceID", "updateResourceID", "lastActivityPersonID"] {
            if self.entity.model().field(name).is_some() {
                Self::set(record, name, self.caller.resource);
            }
        }
    }
}

/// Who made or changed a record, and when.
pub(crate) fn stamp(work: &Work<'_>, is_new: bool, record: &mut Record) {
    if is_new {
        work.sign(record);
    }
    work.touch(record);
}

/// Checks and completes a new record.
pub(crate) fn before_create(work: &Work<'_>, store: &mut Store, record: &mut Record) -> Result<(), Refusal> {
    stamp(work, true, record);
    match work.entity {
        Entity::Companies => people::new_company(record),
        Entity::Products | Entity::Services => Work::default(record, "isActive", true),
        Entity::Contracts => contracts::check(record)?,
        Entity::ContractServices => contracts::new_service(work, store, record)?,
        Entity::ContractServiceAdjustments => adjustments::apply(work, store, record)?,
        Entity::ContractCharges | Entity::TicketCharges => charges::new(work, store, record)?,
        Entity::Tickets => tickets::new(work, store, record)?,
        Entity::Hooks(_) => hooks::new(work, store, record),
        Entity::HookFields(topic) => hooks::check_field(topic, record)?,
        _ => {}
    }
    Ok(())
}

/// What follows from a new record.
pub(crate) fn after_create(work: &Work<'_>, store: &mut Store, id: i64) -> Result<(), Refusal> {
    match work.entity {
        Entity::ContractServices => contracts::open_periods(work, store, id)?,
        Entity::TicketNotes => tickets::note_written(work, store, id),
        Entity::HookFields(topic) => hooks::field_written(topic, store, id),
        // An adjustment leaves units behind, and no record that could be read.
        Entity::ContractServiceAdjustments => {
            drop(store.remove(work.entity, id));
        }
        _ => {}
    }
    Ok(())
}

/// Checks and completes a changed record.
pub(crate) fn before_update(work: &Work<'_>, store: &mut Store, old: &Record, new: &mut Record) -> Result<(), Refusal> {
    stamp(work, false, new);
    match work.entity {
        Entity::Contracts => contracts::check(new)?,
        Entity::ContractCharges | Entity::TicketCharges => charges::changed(work, store, old, new)?,
        Entity::Tickets => tickets::changed(work, store, old, new)?,
        Entity::TicketNotes => {
            if let Some(impersonator) = work.caller.impersonator {
                Work::set(new, "impersonatorUpdaterResourceID", json!(impersonator));
            }
        }
        Entity::HookFields(topic) => hooks::check_field(topic, new)?,
        _ => {}
    }
    Ok(())
}

/// What follows from a change.
pub(crate) fn after_update(work: &Work<'_>, store: &mut Store, old: &Record, id: i64) {
    match work.entity {
        Entity::Contracts => contracts::moved(work, store, old, id),
        Entity::TicketNotes => tickets::note_written(work, store, id),
        Entity::HookFields(topic) => hooks::field_written(topic, store, id),
        _ => {}
    }
}

/// Whether a record may go.
pub(crate) fn before_delete(work: &Work<'_>, record: &Record) -> Result<(), Refusal> {
    match work.entity {
        Entity::ContractCharges | Entity::TicketCharges => charges::unbilled(record),
        _ => Ok(()),
    }
}

/// What hangs on a record that is gone goes too.
pub(crate) fn after_delete(work: &Work<'_>, store: &mut Store, id: i64) {
    let family: Vec<(Entity, &'static str)> = Entity::all()
        .filter_map(|child| {
            let parent = child.model().parent?;
            (parent.entity == work.entity).then_some((child, parent.field))
        })
        .collect();
    for (child, field) in family {
        let ids: Vec<i64> = store
            .of(child, field, id)
            .filter_map(crate::autotask::model::id_of)
            .collect();
        for gone in ids {
            drop(store.remove(child, gone));
        }
    }
    if let Entity::HookFields(topic) = work.entity {
        hooks::all_ready(topic, store);
    }
}
