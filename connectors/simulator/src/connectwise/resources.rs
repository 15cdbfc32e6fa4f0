//! Reading and writing records: what is the same for all kinds.

mod additions;
mod agreements;
pub(crate) mod bulk;
mod callbacks;
mod catalog;
mod commit;
mod communications;
mod companies;
mod configurations;
mod notes;
mod management;
mod sites;
mod tickets;
mod types;

use serde_json::{Value, json};

pub(crate) use commit::{follow_removal, settle, stamp};
pub(crate) use configurations::{of_agreement, of_ticket};
pub(crate) use management::report_setup;
pub(crate) use notes::all_of_ticket;

use crate::answer::Answer;
use crate::connectwise::answer;
use crate::connectwise::callbacks::Action;
use crate::connectwise::draft::Draft;
use crate::connectwise::errors::ApiError;
use crate::connectwise::list::reaches_mine;
use crate::connectwise::model::{Model, Record, at, reference_id};
use crate::connectwise::patch;
use crate::connectwise::projection::Projection;
use crate::connectwise::resource::Resource;
use crate::connectwise::rights::Level;
use crate::connectwise::route::{Endpoint, Parent};
use crate::connectwise::sight::Sight;
use crate::connectwise::site::{MEMBER, Site};
use crate::connectwise::store::Store;
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
    let record = match (place.endpoint.view, place.parent) {
        (Some(view), Some(parent)) => {
            check_parent(site, &store, place.endpoint, place.parent)?;
            if level == Level::My && !reaches_mine(&store, place.endpoint, place.parent, &Record::new()) {
                return Err(ApiError::forbidden());
            }
            let mut records = (view.records)(&store, parent).into_iter();
            let found = records.find(|record| record.get("id") == Some(&json!(place.id)));
            found.ok_or_else(|| ApiError::no_record(place.endpoint.model().label, place.id))?
        }
        _ => find(site, &store, place, level)?.clone(),
    };
    Ok(shown(200, &record, fields))
}

/// POST: 201 with the whole record.
pub(crate) fn create(
    site: &Site,
    endpoint: &'static Endpoint,
    parent: Option<i64>,
    fields: Option<&str>,
    body: &[u8],
) -> Result<Answer, ApiError> {
    if let (Some(holder), Some(parent)) = (link_holder(endpoint), parent) {
        let mut store = site.store_mut();
        check_parent(site, &store, endpoint, Some(parent))?;
        return configurations::link(site, &mut store, endpoint.resource, (holder, parent), body);
    }
    let record = create_one(site, endpoint, parent, object(endpoint, body)?)?;
    Ok(shown(201, &record, fields))
}

fn create_one(site: &Site, endpoint: &'static Endpoint, parent: Option<i64>, body: Record) -> Result<Record, ApiError> {
    let mut store = site.store_mut();
    check_parent(site, &store, endpoint, parent)?;
    let mut draft = Draft::create(endpoint.resource.model());
    draft.set_all(&store, &site.assumptions, body)?;
    commit::finish(site, &mut store, endpoint, parent, draft)
}

/// PATCH: 200 with the whole record.
pub(crate) fn change(site: &Site, place: Place, level: Level, body: &[u8]) -> Result<Answer, ApiError> {
    let model = place.endpoint.resource.model();
    let body = parse(model, body)?;
    let mut store = site.store_mut();
    let before = find(site, &store, place, level)?.clone();
    let mut draft = Draft::change(model, before);
    patch::apply(&mut draft, &store, &site.assumptions, body)?;
    let record = commit::finish(site, &mut store, place.endpoint, place.parent, draft)?;
    Ok(answer::json(200, &record))
}

/// PUT: 200 with the whole record. What the body lacks takes its default.
pub(crate) fn replace(site: &Site, place: Place, level: Level, body: &[u8]) -> Result<Answer, ApiError> {
    let record = replace_one(site, place, level, object(place.endpoint, body)?)?;
    Ok(answer::json(200, &record))
}

fn replace_one(site: &Site, place: Place, level: Level, mut body: Record) -> Result<Record, ApiError> {
    let mut store = site.store_mut();
    let before = find(site, &store, place, level)?.clone();
    // Of contacts the custom fields stay as they are, as recorded from a real server.
    if let (Resource::Contacts, Some(custom)) = (place.endpoint.resource, before.get("customFields")) {
        body.entry("customFields").or_insert_with(|| custom.clone());
    }
    let mut draft = Draft::replace(place.endpoint.resource.model(), before);
    draft.set_all(&store, &site.assumptions, body)?;
    commit::finish(site, &mut store, place.endpoint, place.parent, draft)
}

/// DELETE: 204.
pub(crate) fn delete(site: &Site, place: Place, level: Level) -> Result<Answer, ApiError> {
    if let (Some(holder), Some(parent)) = (link_holder(place.endpoint), place.parent) {
        let mut store = site.store_mut();
        check_parent(site, &store, place.endpoint, Some(parent))?;
        return configurations::unlink(&mut store, place.endpoint.resource, (holder, parent), place.id);
    }
    delete_one(site, place, level)?;
    Ok(Answer::empty(204))
}

fn delete_one(site: &Site, place: Place, level: Level) -> Result<Record, ApiError> {
    let Place { endpoint, id, .. } = place;
    let mut store = site.store_mut();
    let mut record = find(site, &store, place, level)?.clone();
    let used = match endpoint.resource {
        Resource::Catalog => refers(&store, Resource::Additions, "product", id),
        Resource::Agreements => agreements::is_used(&store, id),
        Resource::Sites => sites::is_first(&store, id),
        Resource::Boards => refers(&store, Resource::Tickets, "board", id),
        Resource::AgreementTypes => refers(&store, Resource::Agreements, "type", id),
        _ => false,
    };
    if used {
        let message = "The record is in use and cannot be deleted.";
        return Err(ApiError::new(409, &site.assumptions.in_use_code, message));
    }
    if endpoint.resource == Resource::Companies {
        // It goes to the recycle bin, from which lists still show it.
        record.insert("deletedFlag".to_owned(), Value::Bool(true));
        record.insert("dateDeleted".to_owned(), json!(time::show(site.shell.now())));
        record.insert("deletedBy".to_owned(), json!(MEMBER));
        stamp(site, &store, endpoint.resource, &mut record, MEMBER);
        store.put(endpoint.resource, record.clone());
    } else {
        store.remove(endpoint.resource, id);
    }
    commit::follow_removal(&mut store, endpoint.resource, &record);
    commit::touch_leader(site, &mut store, endpoint.resource, &record);
    commit::tell(site, &store, endpoint.resource, &record, Action::Deleted);
    Ok(record)
}

/// Whether any record of a kind refers to this one.
fn refers(store: &Store, resource: Resource, field: &str, id: i64) -> bool {
    let mut records = store.all(resource);
    records.any(|record| reference_id(record, field) == Some(id))
}

/// The field of the parent in the links that an endpoint shows; `None` for endpoints of records.
const fn link_holder(endpoint: &Endpoint) -> Option<&'static str> {
    match (endpoint.resource, endpoint.parent) {
        (Resource::TicketConfigurations | Resource::AgreementConfigurations, Some(Parent { field, .. })) => Some(field),
        _ => None,
    }
}

fn shown(status: u16, record: &Record, fields: Option<&str>) -> Answer {
    match fields.map(Projection::parse) {
        Some(fields) => answer::json(status, &fields.of(record)),
        None => answer::json(status, record),
    }
}

/// Refuses a collection under a record that does not exist or is not seen.
pub(crate) fn check_parent(
    site: &Site,
    store: &Store,
    endpoint: &Endpoint,
    parent: Option<i64>,
) -> Result<(), ApiError> {
    let (Some(Parent { resource, .. }), Some(id)) = (endpoint.parent, parent) else {
        return Ok(());
    };
    match store.get(resource, id) {
        Some(record) if Sight::of(site, store).sees(resource, record) => Ok(()),
        _ => Err(ApiError::no_record(resource.model().label, id)),
    }
}

/// Parses a JSON body. What is no JSON is the client's mistake.
pub(crate) fn parse(model: &Model, body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("{} object is invalid: {error}", model.resource);
        ApiError::new(400, "InvalidObject", message)
    })
}

fn object(endpoint: &Endpoint, body: &[u8]) -> Result<Record, ApiError> {
    let model = endpoint.resource.model();
    match parse(model, body)? {
        Value::Object(body) => Ok(body),
        _ => Err(ApiError::unreadable(&json!("a value"), model.type_name, "")),
    }
}

fn find<'s>(site: &Site, store: &'s Store, place: Place, level: Level) -> Result<&'s Record, ApiError> {
    let Place { endpoint, parent, id } = place;
    check_parent(site, store, endpoint, parent)?;
    let missing = || ApiError::no_record(endpoint.resource.model().label, id);
    let record = store.get(endpoint.resource, id).ok_or_else(missing)?;
    if !Sight::of(site, store).sees(endpoint.resource, record) {
        return Err(missing());
    }
    if let (Some(Parent { field, .. }), Some(parent)) = (endpoint.parent, parent) {
        let path: Vec<&str> = field.split('/').collect();
        if at(record, &path).and_then(Value::as_i64) != Some(parent) {
            return Err(missing());
        }
    }
    if level == Level::My && !reaches_mine(store, endpoint, parent, record) {
        return Err(ApiError::forbidden());
    }
    Ok(record)
}
