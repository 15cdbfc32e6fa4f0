//! Tickets: whom they are assigned to, when they end, and who was there last.

use serde_json::{Value, json};

use super::Work;
use crate::autotask::access::API_RESOURCE;
use crate::autotask::checks;
use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, is_set, number, text_of};
use crate::autotask::models::ticket::COMPLETE;
use crate::autotask::refusal::Refusal;
use crate::autotask::store::Store;
use crate::autotask::webhooks::Action;
use crate::autotask::write;

/// Checks and completes a new ticket.
pub(super) fn new(work: &Work<'_>, store: &Store, ticket: &mut Record) -> Result<(), Refusal> {
    belongs_together(work, store, ticket)?;
    Work::set(ticket, "ticketNumber", ticket_number(work, store));
    Work::set(ticket, "creatorType", 1);
    Work::set(ticket, "lastActivityPersonType", 1);
    Work::default(ticket, "ticketType", 1);
    Work::default(ticket, "ticketCategory", 3);
    Work::default(ticket, "companyLocationID", 10);
    completion(work, None, ticket);
    Ok(())
}

/// Checks and completes a changed ticket.
pub(super) fn changed(work: &Work<'_>, store: &Store, old: &Record, new: &mut Record) -> Result<(), Refusal> {
    let family = [
        "assignedResourceID",
        "assignedResourceRoleID",
        "companyID",
        "contactID",
        "contractID",
        "configurationItemID",
    ];
    if family.iter().any(|field| old.get(*field) != new.get(*field)) {
        belongs_together(work, store, new)?;
    }
    completion(work, Some(old), new);
    Ok(())
}

/// A note moves its ticket's last activity.
pub(super) fn note_written(work: &Work<'_>, store: &mut Store, note: i64) {
    let ticket = store
        .get(Entity::TicketNotes, note)
        .and_then(|note| number(note, "ticketID"));
    let Some(old) = ticket.and_then(|ticket| store.get(Entity::Tickets, ticket)).cloned() else {
        return;
    };
    if !work.site.assumptions.note_touches_ticket {
        return;
    }
    let of_ticket = Work {
        entity: Entity::Tickets,
        ..*work
    };
    let mut new = old;
    of_ticket.touch(&mut new);
    let id = store.put(Entity::Tickets, new);
    write::tell(&of_ticket, store, id, Action::Update, &[]);
}

/// `T20260315.0001`: the day and a number within it.
fn ticket_number(work: &Work<'_>, store: &Store) -> String {
    let day = work.site.shell.now().format("T%Y%m%d.").to_string();
    let of_today = |ticket: &Record| {
        text_of(ticket, "ticketNumber").and_then(|number| number.strip_prefix(&day)?.parse::<u32>().ok())
    };
    // The newest tickets have the highest ids: the last one of today has the highest number.
    let last = store.all(Entity::Tickets).rev().find_map(of_today).unwrap_or_default();
    format!("{day}{:04}", last + 1)
}

fn belongs_together(work: &Work<'_>, store: &Store, ticket: &Record) -> Result<(), Refusal> {
    assigned(store, ticket)?;
    let company = number(ticket, "companyID");
    let of_company = |field: &str, entity: Entity| {
        let named = number(ticket, field).and_then(|id| store.get(entity, id));
        named.is_none_or(|named| number(named, "companyID") == company)
    };
    if work.site.assumptions.contact_is_of_company && !of_company("contactID", Entity::Contacts) {
        return Err(checks::no_such_entity("contactID"));
    }
    for (field, entity) in [
        ("contractID", Entity::Contracts),
        ("configurationItemID", Entity::ConfigurationItems),
    ] {
        if !of_company(field, entity) {
            return Err(checks::no_such_entity(field));
        }
    }
    Ok(())
}

fn assigned(store: &Store, ticket: &Record) -> Result<(), Refusal> {
    let resource = number(ticket, "assignedResourceID");
    let role = number(ticket, "assignedResourceRoleID");
    let (resource, role) = match (resource, role) {
        (None, None) => return Ok(()),
        (Some(resource), Some(role)) => (resource, role),
        _ => {
            return Err(Refusal::error(
                "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.",
            ));
        }
    };
    let known = store.get(Entity::Resources, resource);
    let can_work =
        known.is_some_and(|known| is_set(known, "isActive") && text_of(known, "resourceType") != Some(API_RESOURCE));
    if !can_work {
        return Err(checks::no_such_entity("assignedResourceID"));
    }
    let mut roles = store.of(Entity::ResourceServiceDeskRoles, "resourceID", resource);
    if roles.any(|has| is_set(has, "isActive") && number(has, "roleID") == Some(role)) {
        Ok(())
    } else {
        Err(checks::no_such_entity("assignedResourceRoleID"))
    }
}

/// Status 5 ends a ticket, and any other begins it anew.
fn completion(work: &Work<'_>, old: Option<&Record>, new: &mut Record) {
    let is_complete = |ticket: &Record| number(ticket, "status") == Some(COMPLETE);
    match (old.is_some_and(is_complete), is_complete(new)) {
        (false, true) => {
            let now = json!(work.now());
            for name in ["completedDate", "resolvedDateTime"] {
                Work::set(new, name, now.clone());
            }
            Work::set(new, "completedByResourceID", work.caller.resource);
        }
        (true, false) => {
            for name in ["completedDate", "completedByResourceID", "resolvedDateTime"] {
                Work::set(new, name, Value::Null);
            }
        }
        _ => {}
    }
}
