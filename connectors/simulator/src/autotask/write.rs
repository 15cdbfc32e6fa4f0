//! Writes: right, parent, body, rules, and the news for webhooks.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::autotask::access::{self, Caller};
use crate::autotask::draft::{self, Mode};
use crate::autotask::entity::Entity;
use crate::autotask::model::{Access, Record, number};
use crate::autotask::projection::USER_DEFINED;
use crate::autotask::refusal::Refusal;
use crate::autotask::rights;
use crate::autotask::rules::{self, Work};
use crate::autotask::site::Site;
use crate::autotask::store::Store;
use crate::autotask::webhooks::{self, Action, Event};
use crate::autotask::{checks, query};
use crate::call::Call;

/// Where something is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) entity: Entity,
    /// The id in a child's address.
    pub(crate) parent: Option<i64>,
}

impl Target {
    pub(crate) const fn root(entity: Entity) -> Self {
        Self { entity, parent: None }
    }

    pub(crate) const fn child(entity: Entity, parent: i64) -> Self {
        Self {
            entity,
            parent: Some(parent),
        }
    }

    /// The field that names the parent and the parent's id, for a write below one.
    fn named_parent(&self) -> Option<(Entity, &'static str, i64)> {
        let parent = self.entity.model().parent?;
        Some((parent.entity, parent.field, self.parent?))
    }

    /// Whether a record is below the parent in the address.
    fn has(&self, record: &Record) -> bool {
        let named = self.named_parent();
        named.is_none_or(|(_, field, id)| number(record, field) == Some(id))
    }
}

/// Creates a record and answers its id, and nothing else of it.
pub(crate) fn create(site: &Site, call: &Call, target: &Target) -> Result<Answer, Refusal> {
    let entity = target.entity;
    let model = entity.model();
    if site.rights().of(entity).create == rights::Access::None {
        return Err(Refusal::forbidden("create", model.single));
    }
    let caller = access::caller(site, call)?;
    let mut record = draft::read(model, &call.body, Mode::Create(site.assumptions.read_only_on_create))?;
    record.remove("id");
    let mut store = site.store_mut();
    if let Some((parent, field, id)) = target.named_parent() {
        if store.get(parent, id).is_none() {
            return Err(checks::no_such_entity(field));
        }
        if record.get(field).is_some_and(|named| named.as_i64() != Some(id)) {
            return Err(Refusal::error(format!(
                "The field {field} is not the parent of the address."
            )));
        }
        record.insert(field.to_owned(), json!(id));
    }
    checks::complete(model, &record, &site.required(entity))?;
    checks::changed(&store, model, None, &record)?;
    let work = Work { site, caller, entity };
    rules::before_create(&work, &mut store, &mut record)?;
    let id = store.put(entity, record);
    rules::after_create(&work, &mut store, id)?;
    tell(&work, &store, id, Action::Create, &[]);
    Ok(Answer::json(200, &json!({ "itemId": id })))
}

/// Changes a record: with a PATCH what is named, with a PUT everything, so that what is left out is cleared.
pub(crate) fn update(site: &Site, call: &Call, target: &Target, is_patch: bool) -> Result<Answer, Refusal> {
    let entity = target.entity;
    let model = entity.model();
    let right = site.rights().of(entity).update;
    if right == rights::Access::None {
        return Err(Refusal::forbidden("update", model.single));
    }
    let caller = access::caller(site, call)?;
    let mut change = draft::read(model, &call.body, Mode::Update)?;
    let id = change.remove("id").and_then(|id| id.as_i64());
    let id = id.ok_or_else(|| Refusal::error("The body needs the id of the record."))?;
    let mut store = site.store_mut();
    let old = store.get(entity, id).filter(|old| target.has(old));
    let old = old
        .filter(|old| right == rights::Access::All || query::is_own(old))
        .cloned();
    let old = old.ok_or_else(|| Refusal::nothing_matches("update"))?;
    if !is_patch {
        let writable = model.fields.iter().filter(|field| field.access == Access::Always);
        for field in writable {
            change.entry(field.name).or_insert(Value::Null);
        }
        change.entry(USER_DEFINED).or_insert_with(|| json!([]));
    }
    let mut new = old.clone();
    for (name, value) in change {
        if name == USER_DEFINED && is_patch {
            merge_user_defined(&mut new, value);
        } else {
            new.insert(name, value);
        }
    }
    new.retain(|_, value| !value.is_null());
    // Children keep their parent, whatever the body says of it.
    if let Some((_, field, id)) = target.named_parent() {
        new.insert(field.to_owned(), json!(id));
    }
    checks::complete(model, &new, &site.required(entity))?;
    checks::changed(&store, model, Some(&old), &new)?;
    let work = Work { site, caller, entity };
    rules::before_update(&work, &mut store, &old, &mut new)?;
    save(&work, &mut store, &old, new);
    Ok(Answer::json(200, &json!({ "itemId": id })))
}

/// Removes a record and what hangs on it.
pub(crate) fn delete(site: &Site, call: &Call, target: &Target, id: i64) -> Result<Answer, Refusal> {
    let entity = target.entity;
    let right = site.rights().of(entity).delete;
    if right == rights::Access::None {
        return Err(Refusal::forbidden("delete", entity.model().single));
    }
    let caller = access::caller(site, call)?;
    let mut store = site.store_mut();
    let old = store.get(entity, id).filter(|old| target.has(old));
    let old = old.filter(|old| right == rights::Access::All || query::is_own(old));
    let old = old.ok_or_else(|| Refusal::nothing_matches("delete"))?;
    let work = Work { site, caller, entity };
    rules::before_delete(&work, old)?;
    remove(&work, &mut store, id);
    Ok(Answer::json(200, &json!({ "itemId": id })))
}

/// Stores a changed record, lets its family follow, and tells webhooks which fields are other than before.
pub(crate) fn save(work: &Work<'_>, store: &mut Store, old: &Record, new: Record) {
    let fields = work.entity.model().fields.iter();
    let changed = fields.filter(|field| old.get(field.name) != new.get(field.name));
    let changed: Vec<&'static str> = changed.map(|field| field.name).collect();
    let id = store.put(work.entity, new);
    rules::after_update(work, store, old, id);
    tell(work, store, id, Action::Update, &changed);
}

/// Removes a record with what hangs on it; `None` for an unknown id.
pub(crate) fn remove(work: &Work<'_>, store: &mut Store, id: i64) -> Option<Record> {
    tell(work, store, id, Action::Delete, &[]);
    let record = store.remove(work.entity, id)?;
    rules::after_delete(work, store, id);
    Some(record)
}

/// Tells webhooks what happened to a record that is still there.
pub(crate) fn tell(work: &Work<'_>, store: &Store, id: i64, action: Action, changed: &[&'static str]) {
    let Some(record) = store.get(work.entity, id) else {
        return;
    };
    let Caller { resource, .. } = work.caller;
    let event = Event {
        entity: work.entity,
        record,
        action,
        changed,
        by: resource,
    };
    webhooks::announce(work.site, store, event);
}

/// Named user-defined fields change, the others stay.
fn merge_user_defined(record: &mut Record, values: Value) {
    let mut merged = record
        .get(USER_DEFINED)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if let Value::Array(values) = values {
        merged.retain(|known| !values.iter().any(|value| value["name"] == known["name"]));
        merged.extend(values);
    }
    record.insert(USER_DEFINED.to_owned(), Value::Array(merged));
}
