//! From a draft to a stored record, and what follows elsewhere.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    additions, agreements, callbacks, catalog, communications, companies, configurations, management, notes, sites,
    tickets, types,
};
use crate::connectwise::callbacks::{Action, Event, announce};
use crate::connectwise::draft::Draft;
use crate::connectwise::errors::ApiError;
use crate::connectwise::model::{Kind, Record, is_set, reference_id};
use crate::connectwise::resource::Resource;
use crate::connectwise::route::{Endpoint, Parent};
use crate::connectwise::site::{MEMBER, Site};
use crate::connectwise::store::Store;
use crate::number::zero;
use crate::time;

/// Completes, checks and stores what the API member wrote, and answers the record.
pub(super) fn finish(
    site: &Site,
    store: &mut Store,
    endpoint: &Endpoint,
    parent: Option<i64>,
    mut draft: Draft,
) -> Result<Record, ApiError> {
    let resource = endpoint.resource;
    attach(store, endpoint, parent, &mut draft);
    if draft
        .model
        .field("site")
        .is_some_and(|field| matches!(field.kind, Kind::OfCompany(_)))
    {
        sites::choose(store, &mut draft);
    }
    match resource {
        Resource::Additions => additions::complete(site, store, &mut draft, parent),
        Resource::Adjustments => draft.fill_default("amount", zero()),
        Resource::Agreements => agreements::complete(site, store, &mut draft),
        Resource::Tickets => tickets::complete(site, store, &mut draft)?,
        Resource::Notes => notes::complete(site, store, &mut draft),
        Resource::Companies => companies::complete(store, &mut draft),
        Resource::Contacts => {
            companies::complete_contact(&mut draft);
            communications::complete_items(store, &site.assumptions, &mut draft)?;
        }
        Resource::Communications => communications::complete(store, &mut draft),
        Resource::CompanyTypeAssociations => types::complete(store, &mut draft),
        Resource::Sites => sites::complete(&mut draft),
        Resource::Configurations => configurations::complete(store, &mut draft),
        Resource::Catalog => catalog::complete(store, &mut draft),
        Resource::Callbacks => callbacks::complete(store, &mut draft),
        Resource::ManagementItSolutions => management::complete(&mut draft),
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
    store.put(resource, record);

    if before.is_some() && is_renamed(resource, &changed) {
        store.refresh_references(resource, id);
    }
    settle(store, resource, id);
    match (resource, parent) {
        (Resource::Tickets, _) if before.is_none() => notes::open_with(site, store, id, &extras),
        (Resource::Notes, Some(ticket)) if site.assumptions.note_touches_ticket => {
            touch(site, store, Resource::Tickets, ticket);
        }
        (Resource::Additions, Some(agreement)) if site.assumptions.additions_announce_agreement => {
            if let Some(agreement) = store.get(Resource::Agreements, agreement) {
                tell(site, store, Resource::Agreements, agreement, Action::Updated);
            }
        }
        (Resource::Callbacks, _) => site.outbox.forgive(id),
        _ => {}
    }
    let record = store.get(resource, id).cloned().unwrap_or_default();
    touch_leader(site, store, resource, &record);
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

/// Makes a record hang on the record that the path names, whatever the body says.
fn attach(store: &Store, endpoint: &Endpoint, parent: Option<i64>, draft: &mut Draft) {
    let Some((Parent { resource, field }, id)) = endpoint.parent.zip(parent) else {
        return;
    };
    match field.strip_suffix("/id") {
        Some(member) => {
            if let Some(reference) = store.reference(resource, id) {
                draft.fill(member, reference);
            }
        }
        None => draft.fill(field, id),
    }
}

/// Brings what is kept twice into line with a record that was just written.
pub(crate) fn settle(store: &mut Store, resource: Resource, id: i64) {
    match resource {
        Resource::Companies => {
            sites::open_first(store, id);
            types::follow_company(store, id);
        }
        Resource::Sites => sites::lead_company(store, id),
        Resource::Contacts => communications::follow_contact(store, id),
        Resource::Agreements => agreements::lead_additions(store, id),
        _ => {
            let record = store.get(resource, id);
            if let Some((leader, id)) = record.and_then(|record| leader(resource, record)) {
                follow_rows(store, leader, id);
            }
        }
    }
}

/// Removes what hangs on a record that was just removed, and brings what is kept twice into line.
pub(crate) fn follow_removal(store: &mut Store, resource: Resource, record: &Record) {
    let id = record.get("id").and_then(Value::as_i64).unwrap_or_default();
    match resource {
        Resource::Tickets => {
            remove_children(store, Resource::Notes, "ticketId", id);
            remove_children(store, Resource::TicketConfigurations, "ticketId", id);
        }
        Resource::Contacts => remove_children(store, Resource::Communications, "contactId", id),
        Resource::Agreements => {
            for children in [
                Resource::Additions,
                Resource::Adjustments,
                Resource::AgreementConfigurations,
            ] {
                remove_children(store, children, "agreementId", id);
            }
        }
        Resource::Boards => {
            for children in [
                Resource::BoardStatuses,
                Resource::BoardTypes,
                Resource::BoardSubTypes,
                Resource::BoardItems,
                Resource::BoardAssociations,
            ] {
                remove_children(store, children, "board/id", id);
            }
            remove_children(store, Resource::BoardTeams, "boardId", id);
        }
        Resource::Configurations => configurations::unlink_all(store, id),
        _ => {
            if let Some((leader, id)) = leader(resource, record) {
                follow_rows(store, leader, id);
            }
        }
    }
}

/// The record that repeats a list of records of this kind.
fn leader(resource: Resource, record: &Record) -> Option<(Resource, i64)> {
    match resource {
        Resource::Communications => Some((Resource::Contacts, record.get("contactId")?.as_i64()?)),
        Resource::CompanyTypeAssociations => Some((Resource::Companies, reference_id(record, "company")?)),
        _ => None,
    }
}

fn follow_rows(store: &mut Store, leader: Resource, id: i64) {
    match leader {
        Resource::Contacts => communications::lead_contact(store, id),
        _ => types::lead_company(store, id),
    }
}

/// Marks the record that repeats a written one as changed too.
pub(super) fn touch_leader(site: &Site, store: &mut Store, resource: Resource, record: &Record) {
    if let Some((leader, id)) = leader(resource, record) {
        touch(site, store, leader, id);
    }
}

fn remove_children(store: &mut Store, children: Resource, field: &str, parent: i64) {
    let rows: Vec<i64> = store
        .with(children, field, &parent.to_string())
        .filter_map(|row| row.get("id")?.as_i64())
        .collect();
    for row in rows {
        store.remove(children, row);
    }
}

/// Sets who changed a record when, and on a new record who entered it.
pub(crate) fn stamp(site: &Site, store: &Store, resource: Resource, record: &mut Record, by: &str) {
    let now = time::show(site.shell.now());
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

/// Marks a record as changed by the API member, as a change of what hangs on it does.
fn touch(site: &Site, store: &mut Store, resource: Resource, id: i64) {
    if let Some(mut record) = store.get(resource, id).cloned() {
        stamp(site, store, resource, &mut record, MEMBER);
        store.put(resource, record.clone());
        tell(site, store, resource, &record, Action::Updated);
    }
}

/// Tells callbacks what the API member did.
pub(super) fn tell(site: &Site, store: &Store, resource: Resource, record: &Record, action: Action) {
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
