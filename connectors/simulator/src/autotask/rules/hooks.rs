//! Webhooks: their identity, and when they are ready.

use super::Work;
use crate::autotask::checks;
use crate::autotask::entity::{Entity, Topic};
use crate::autotask::model::{Record, id_of, is_set, number};
use crate::autotask::models::webhook;
use crate::autotask::refusal::Refusal;
use crate::autotask::store::Store;
use crate::guid;

/// Gives a new webhook its GUID.
pub(super) fn new(work: &Work<'_>, store: &Store, hook: &mut Record) {
    let number = store.last_id(work.entity) + 1;
    let guid = guid::of(&[&work.site.shell.base_url, work.entity.name(), &number.to_string()]);
    Work::set(hook, "webhookGUID", guid);
    Work::set(hook, "isReady", false);
    Work::default(hook, "isActive", false);
    for name in [
        "isSubscribedToCreateEvents",
        "isSubscribedToUpdateEvents",
        "isSubscribedToDeleteEvents",
    ] {
        Work::default(hook, name, false);
    }
}

/// Whether a field of a webhook is one that can be told.
pub(super) fn check_field(topic: Topic, field: &Record) -> Result<(), Refusal> {
    let wanted = number(field, "fieldID");
    if webhook::told(topic).any(|(id, _)| Some(id) == wanted) {
        Ok(())
    } else {
        Err(checks::no_such_entity("fieldID"))
    }
}

/// The webhook of a written field is ready, or no longer.
pub(super) fn field_written(topic: Topic, store: &mut Store, id: i64) {
    let hook = store
        .get(Entity::HookFields(topic), id)
        .and_then(|field| number(field, "webhookID"));
    if let Some(hook) = hook {
        decide(topic, store, hook);
    }
}

/// Decides for every webhook of a topic whether it is ready.
pub(super) fn all_ready(topic: Topic, store: &mut Store) {
    let hooks: Vec<i64> = store.all(Entity::Hooks(topic)).filter_map(id_of).collect();
    for hook in hooks {
        decide(topic, store, hook);
    }
}

/// A webhook with a subscribed field is ready.
fn decide(topic: Topic, store: &mut Store, hook: i64) {
    let is_ready = store
        .of(Entity::HookFields(topic), "webhookID", hook)
        .any(|field| is_set(field, "isSubscribedField"));
    if let Some(mut record) = store.get(Entity::Hooks(topic), hook).cloned() {
        Work::set(&mut record, "isReady", is_ready);
        store.put(Entity::Hooks(topic), record);
    }
}
