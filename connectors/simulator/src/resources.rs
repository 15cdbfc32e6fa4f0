//! Reading and writing records: what is the same for all kinds.

mod additions;
mod callbacks;
mod catalog;
mod companies;
mod notes;
mod tickets;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::callbacks::{Action, Event, announce};
use crate::draft::Draft;
use crate::errors::ApiError;
use crate::list::is_mine;
use crate::model::{Model, Record, is_set};
use crate::patch;
use crate::projection::Projection;
use crate::resource::Resource;
use crate::rights::Level;
use crate::route::{Endpoint, Parent};
use crate::site::{MEMBER, Site};
use crate::store::Store;
use crate::time;

/// Where a record is: its collection, the record that the collection hangs on, its own id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) parent: Option<i64>,
    pub(crate) id: i64,
}

/// One record, or the members of it that `fields` names.
pub(crate) fn read(site: &Site, place: Place, level: Level, fields: Option<&str>) -> Result<Answer, ApiError> {
    let store = site.store();
    let record = find(&store, place, level)?;
    Ok(match fields.map(Projection::parse) {
        Some(fields) => Answer::json(200, &fields.of(record)),
        None => Answer::json(200, record),
    })
}

/// POST: 201 with the whole record.
pub(crate) fn create(
    site: &Site,
    endpoint: &'static Endpoint,
    parent: Option<i64>,
    fields: Option<&str>,
    body: &[u8],
) -> Result<Answer, ApiError> {
    let model = endpoint.resource.model();
    let Value::Object(body) = parse(model, body)? else {
        return Err(ApiError::unreadable(&json!("a value"), model.type_name, ""));
    };
    let mut store = site.store_mut();
    check_parent(&store, endpoint, parent)?;
    let mut draft = Draft::create(model);
    draft.set_all(&store, &site.assumptions, body)?;
    let record = finish(site, &mut store, endpoint, parent, draft)?;
    Ok(match fields.map(Projection::parse) {
        Some(fields) => Answer::json(201, &fields.of(&record)),
        None => Answer::json(201, &record),
    })
}

/// PATCH: 200 with the whole record.
pub(crate) fn change(site: &Site, place: Place, level: Level, body: &[u8]) -> Result<Answer, ApiError> {
    let model = place.endpoint.resource.model();
    let body = parse(model, body)?;
    let mut store = site.store_mut();
    let before = find(&store, place, level)?.clone();
    let mut draft = Draft::change(model, before);
    patch::apply(&mut draft, &store, &site.assumptions, body)?;
    let record = finish(site, &mut store, place.endpoint, place.parent, draft)?;
    Ok(Answer::json(200, &record))
}

/// PUT: 200 with the whole record. What the body lacks takes its default.
pub(crate) fn replace(site: &Site, place: Place, level: Level, body: &[u8]) -> Result<Answer, ApiError> {
    let model = place.endpoint.resource.model();
    let Value::Object(body) = parse(model, body)? else {
        return Err(ApiError::unreadable(&json!("a value"), model.type_name, ""));
    };
    let mut store = site.store_mut();
    let before = find(&store, place, level)?.clone();
    let mut draft = Draft::replace(model, before);
    draft.set_all(&store, &site.assumptions, body)?;
    let record = finish(site, &mut store, place.endpoint, place.parent, draft)?;
    Ok(Answer::json(200, &record))
}

/// DELETE: 204.
pub(crate) fn delete(site: &Site, place: Place, level: Level) -> Result<Answer, ApiError> {
    let mut store = site.store_mut();
    let record = find(&store, place, level)?.clone();
    match place.endpoint.resource {
        Resource::Catalog => catalog::check_unused(&store, &site.assumptions, place.id)?,
        Resource::Tickets => notes::delete_all(&mut store, place.id),
        _ => {}
    }
    store.remove(place.endpoint.resource, place.id);
    tell(site, &store, place.endpoint.resource, &record, Action::Deleted);
    Ok(Answer::empty(204))
}

/// Refuses a collection under a record that does not exist.
pub(crate) fn check_parent(store: &Store, endpoint: &Endpoint, parent: Option<i64>) -> Result<(), ApiError> {
    let (Some(Parent { resource, .. }), Some(id)) = (endpoint.parent, parent) else {
        return Ok(());
    };
    match store.get(resource, id) {
        Some(_) => Ok(()),
        None => Err(ApiError::no_record(resource.model().label, id)),
    }
}

/// Parses a JSON body. What is no JSON is the client's mistake.
pub(crate) fn parse(model: &Model, body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("{} object is invalid: {error}", model.resource);
        ApiError::new(400, "InvalidObject", message)
    })
}

/// Sets who changed a record when, and on a new record who entered it.
pub(crate) fn stamp(site: &Site, store: &Store, resource: Resource, record: &mut Record, by: &str) {
    let now = time::show(site.now());
    let id = record.get("id").and_then(Value::as_i64).unwrap_or_default();
    let mut info = match record.remove("_info") {
        Some(Value::Object(info)) => info,
        _ => Record::new(),
    };
    if !info.contains_key("dateEntered") {
        info.insert("dateEntered".to_owned(), json!(now));
        info.insert("enteredBy".to_owned(), json!(by));
        if resource == Resource::Tickets {
            let href = format!("{}/notes", store.href(resource.traits().path, id));
            info.insert("notes_href".to_owned(), json!(href));
        }
    }
    info.insert("lastUpdated".to_owned(), json!(now));
    info.insert("updatedBy".to_owned(), json!(by));
    record.insert("_info".to_owned(), Value::Object(info));
}

fn find(store: &Store, place: Place, level: Level) -> Result<&Record, ApiError> {
    let Place { endpoint, parent, id } = place;
    check_parent(store, endpoint, parent)?;
    let missing = || ApiError::no_record(endpoint.resource.model().label, id);
    let record = store.get(endpoint.resource, id).ok_or_else(missing)?;
    if let (Some(Parent { field, .. }), Some(parent)) = (endpoint.parent, parent) {
        let path: Vec<&str> = field.split('/').collect();
        if crate::model::at(record, &path).and_then(Value::as_i64) != Some(parent) {
            return Err(missing());
        }
    }
    if level == Level::My && !is_mine(record) {
        return Err(ApiError::forbidden());
    }
    Ok(record)
}

fn finish(
    site: &Site,
    store: &mut Store,
    endpoint: &Endpoint,
    parent: Option<i64>,
    mut draft: Draft,
) -> Result<Record, ApiError> {
    let resource = endpoint.resource;
    match resource {
        Resource::Additions => additions::complete(site, store, &mut draft, parent),
        Resource::Tickets => tickets::complete(site, store, &mut draft)?,
        Resource::Notes => notes::complete(site, store, &mut draft, parent),
        Resource::Companies => companies::complete(store, &mut draft),
        Resource::Contacts => companies::complete_contact(&mut draft),
        Resource::Catalog => catalog::complete(store, &mut draft),
        Resource::Callbacks => callbacks::complete(store, &mut draft),
        _ => {}
    }
    draft.check()?;
    let Draft {
        record,
        extras,
        changed,
        before,
        ..
    } = draft;
    let id = store.put(resource, record);
    let mut record = store.get(resource, id).cloned().unwrap_or_default();
    stamp(site, store, resource, &mut record, MEMBER);
    store.put(resource, record.clone());

    if before.is_some() && is_renamed(resource, &changed) {
        store.refresh_references(resource, id);
    }
    match (resource, parent) {
        (Resource::Tickets, _) if before.is_none() => notes::open_with(site, store, id, &extras),
        (Resource::Notes, Some(ticket)) if site.assumptions.note_touches_ticket => touch(site, store, ticket),
        (Resource::Additions, Some(agreement)) if site.assumptions.additions_announce_agreement => {
            if let Some(agreement) = store.get(Resource::Agreements, agreement) {
                tell(site, store, Resource::Agreements, agreement, Action::Updated);
            }
        }
        (Resource::Callbacks, _) => site.outbox.forgive(id),
        _ => {}
    }
    if !is_set(&extras, "skipCallback") {
        let action = if before.is_none() {
            Action::Added
        } else {
            Action::Updated
        };
        tell(site, store, resource, &record, action);
    }
    Ok(record)
}

/// Tells callbacks what the API member did.
fn tell(site: &Site, store: &Store, resource: Resource, record: &Record, action: Action) {
    let event = Event {
        resource,
        record,
        action,
        by: MEMBER,
    };
    announce(site, store, event);
}

fn is_renamed(resource: Resource, changed: &BTreeSet<&'static str>) -> bool {
    let repeated = resource.traits().repeated;
    changed
        .iter()
        .any(|field| repeated.contains(field) || matches!(*field, "firstName" | "lastName" | "type"))
}

fn touch(site: &Site, store: &mut Store, ticket: i64) {
    if let Some(mut record) = store.get(Resource::Tickets, ticket).cloned() {
        stamp(site, store, Resource::Tickets, &mut record, MEMBER);
        store.put(Resource::Tickets, record.clone());
        tell(site, store, Resource::Tickets, &record, Action::Updated);
    }
}
