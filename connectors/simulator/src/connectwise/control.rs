//! The control endpoints of this vendor: rights, keys, codebase, state, deliveries, raw records.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::connectwise::callbacks::{self, Action, Event};
use crate::connectwise::model::{Record, is_set, reference_id};
use crate::connectwise::resource::Resource;
use crate::connectwise::resources;
use crate::connectwise::rights::RightsChange;
use crate::connectwise::site::{Keys, PERSON, Site};
use crate::connectwise::state;
use crate::control::read;

/// Answers a control endpoint that the shared ones leave.
pub(crate) fn respond(site: &Site, call: &Call, rest: &[&str]) -> Result<Answer, Answer> {
    match (call.method.as_str(), rest) {
        ("PUT", ["rights"]) => {
            let change: RightsChange = read(call)?;
            site.rights_mut().change(&change);
            Ok(Answer::empty(204))
        }
        ("GET", ["rights"]) => Ok(Answer::json(200, &Value::Array(site.rights().settings()))),
        ("PUT", ["hidden"]) => {
            let names: Vec<String> = read(call)?;
            let hidden: Result<_, _> = names.iter().map(|name| named(name)).collect();
            site.set_hidden(hidden?);
            Ok(Answer::empty(204))
        }
        ("PUT", ["keys"]) => {
            let change: KeysChange = read(call)?;
            site.change_keys(|keys| change.apply(keys));
            Ok(Answer::empty(204))
        }
        ("PUT", ["codebase"]) => {
            site.set_codebase(read(call)?);
            Ok(Answer::empty(204))
        }
        ("GET", ["state"]) => match state::dump(site) {
            Ok(state) => Ok(Answer::json(200, &state)),
            Err(error) => Err(Answer::text(500, &error.to_string())),
        },
        ("PUT", ["state"]) => match state::load(site, &read(call)?) {
            Ok(()) => Ok(Answer::empty(204)),
            Err(refusal) => Err(Answer::text(400, &refusal.to_string())),
        },
        ("GET", ["deliveries"]) => Ok(Answer::json(
            200,
            &json!(site.outbox.log().entries().collect::<Vec<_>>()),
        )),
        ("DELETE", ["deliveries"]) => {
            site.outbox.log().clear();
            Ok(Answer::empty(204))
        }
        ("GET", ["state", resource]) => {
            let resource = named(resource)?;
            let store = site.store();
            let records: Vec<&Record> = store.all(resource).collect();
            Ok(Answer::json(200, &records))
        }
        ("POST", ["records", resource]) => {
            let resource = named(resource)?;
            let member = call.query.get("member").unwrap_or(PERSON);
            Ok(Answer::json(
                200,
                &Value::Object(upsert(site, resource, read(call)?, member)),
            ))
        }
        ("DELETE", ["records", resource, id]) => {
            let resource = named(resource)?;
            let member = call.query.get("member").unwrap_or(PERSON);
            let removed = id.parse().ok().and_then(|id| remove(site, resource, id, member));
            Ok(Answer::empty(if removed.is_some() { 204 } else { 404 }))
        }
        ("POST", ["merge", child, parent]) => {
            let ids = child.parse().ok().zip(parent.parse().ok());
            let merged = ids.and_then(|(child, parent)| merge(site, child, parent, PERSON));
            Ok(Answer::empty(if merged.is_some() { 204 } else { 404 }))
        }
        _ => Err(Answer::text(404, "no such control endpoint")),
    }
}

/// Merges members into the record of the given `id`, or stores a new one, as a member did it. Nothing is validated.
pub(crate) fn upsert(site: &Site, resource: Resource, members: Record, member: &str) -> Record {
    let mut store = site.store_mut();
    let known = members
        .get("id")
        .and_then(Value::as_i64)
        .and_then(|id| store.get(resource, id))
        .cloned();
    let existed = known.is_some();
    let mut record = known.unwrap_or_default();
    for (name, value) in members {
        if value.is_null() {
            record.remove(&name);
        } else {
            record.insert(name, value);
        }
    }
    let id = store.put(resource, record);
    let mut record = store.get(resource, id).cloned().unwrap_or_default();
    resources::stamp(site, &store, resource, &mut record, member);
    store.put(resource, record.clone());
    if existed {
        store.refresh_references(resource, id);
    }
    resources::settle(&mut store, resource, id);
    let record = store.get(resource, id).cloned().unwrap_or_default();
    let action = if existed { Action::Updated } else { Action::Added };
    let event = Event {
        resource,
        record: &record,
        action,
        by: member,
    };
    callbacks::announce(site, &store, event);
    record
}

/// Merges a ticket into another, as a member did it: it is closed and names the one that goes on.
pub(crate) fn merge(site: &Site, child: i64, parent: i64, member: &str) -> Option<Record> {
    let (reference, status) = {
        let store = site.store();
        let board = reference_id(store.get(Resource::Tickets, child)?, "board")?;
        let closed = store
            .with(Resource::BoardStatuses, "board/id", &board.to_string())
            .find(|status| is_set(status, "closedStatus"))?;
        let closed = closed.get("id")?.as_i64()?;
        (
            store.reference(Resource::Tickets, parent)?,
            store.reference(Resource::BoardStatuses, closed)?,
        )
    };
    let mut members = Record::new();
    members.insert("id".to_owned(), json!(parent));
    members.insert("hasMergedChildTicketFlag".to_owned(), json!(true));
    upsert(site, Resource::Tickets, members, member);
    let mut members = Record::new();
    members.insert("id".to_owned(), json!(child));
    members.insert("mergedParentTicket".to_owned(), reference);
    members.insert("status".to_owned(), status);
    members.insert("closedFlag".to_owned(), json!(true));
    Some(upsert(site, Resource::Tickets, members, member))
}

/// Removes a record and what hangs on it, as a member did it. Nothing is asked.
pub(crate) fn remove(site: &Site, resource: Resource, id: i64, member: &str) -> Option<Record> {
    let mut store = site.store_mut();
    let record = store.remove(resource, id)?;
    resources::follow_removal(&mut store, resource, &record);
    let event = Event {
        resource,
        record: &record,
        action: Action::Deleted,
        by: member,
    };
    callbacks::announce(site, &store, event);
    Some(record)
}

/// What is absent stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeysChange {
    public_key: Option<String>,
    private_key: Option<String>,
    enabled: Option<bool>,
}

impl KeysChange {
    fn apply(self, keys: &mut Keys) {
        if let Some(public) = self.public_key {
            keys.public = public;
        }
        if let Some(private) = self.private_key {
            keys.private = private;
        }
        if let Some(enabled) = self.enabled {
            keys.enabled = enabled;
        }
    }
}

fn named(resource: &str) -> Result<Resource, Answer> {
    Resource::named(resource).ok_or_else(|| {
        let known: Vec<&str> = Resource::ALL.into_iter().map(Resource::name).collect();
        Answer::text(404, &format!("no records of this kind; known: {}", known.join(", ")))
    })
}
