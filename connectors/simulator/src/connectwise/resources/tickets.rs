//! Tickets: what belongs to the board, what is filled in, and closing.

use serde_json::{Value, json};

use crate::connectwise::assumptions::BlockedCompany;
use crate::connectwise::draft::Draft;
use crate::connectwise::errors::{ApiError, FieldError};
use crate::connectwise::list::is_mine;
use crate::connectwise::model::{Record, at, is_set, reference_id, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::rights::{Action, CLOSE_TICKETS, Level};
use crate::connectwise::site::{MEMBER, Site};
use crate::connectwise::store::Store;
use crate::time;

/// Fills in what the server defaults and computes, and checks what it enforces.
pub(super) fn complete(site: &Site, store: &Store, draft: &mut Draft) -> Result<(), ApiError> {
    complete_company(site, store, draft);
    complete_contact(store, draft);
    complete_board(site, store, draft);
    for (field, resource) in [("priority", Resource::Priorities), ("source", Resource::Sources)] {
        let default = store.all(resource).find(|record| is_set(record, "defaultFlag"));
        fill_reference(store, draft, field, resource, default);
    }
    draft.fill_default("recordType", "ServiceTicket");
    for name in ["severity", "impact"] {
        draft.fill_default(name, "Medium");
    }
    for name in ["hasChildTicket", "customerUpdatedFlag", "approved"] {
        draft.fill_default(name, false);
    }
    let agreement = reference_id(&draft.record, "agreement").and_then(|id| store.get(Resource::Agreements, id));
    if let Some(kind) = agreement.and_then(|agreement| at(agreement, &["type", "name"])) {
        draft.fill("agreementType", kind.clone());
    }
    complete_closing(site, store, draft)
}

fn complete_company(site: &Site, store: &Store, draft: &mut Draft) {
    if !draft.changed.contains("company") {
        return;
    }
    let Some(company) = reference_id(&draft.record, "company").and_then(|id| store.get(Resource::Companies, id)) else {
        return;
    };
    if is_set(company, "deletedFlag") {
        let id = company.get("id").cloned().unwrap_or_default();
        draft
            .errors
            .push(FieldError::not_found("company/id", format!("Company {id} not found")));
    }
    let status = reference_id(company, "status").and_then(|id| store.get(Resource::CompanyStatuses, id));
    let blocked = status.is_some_and(|status| is_set(status, "disallowSavingFlag"));
    if blocked && site.assumptions.blocked_company == BlockedCompany::Refuse {
        let note = status.and_then(|status| text_of(status, "notificationMessage"));
        let message = note.unwrap_or("The status of the company does not allow saving.");
        draft.errors.push(FieldError::invalid("company", message));
    }
}

fn complete_contact(store: &Store, draft: &mut Draft) {
    if !draft.changed.contains("contact") {
        return;
    }
    let Some(contact) = reference_id(&draft.record, "contact").and_then(|id| store.get(Resource::Contacts, id)) else {
        return;
    };
    if let Some(name) = at(&draft.record, &["contact", "name"]).cloned() {
        draft.fill_default("contactName", name);
    }
    let items = contact.get("communicationItems").and_then(Value::as_array);
    for (kind, field) in [("Email", "contactEmailAddress"), ("Phone", "contactPhoneNumber")] {
        let item = items
            .into_iter()
            .flatten()
            .find(|item| item.get("communicationType") == Some(&json!(kind)));
        if let Some(value) = item.and_then(|item| item.get("value")) {
            draft.fill_default(field, value.clone());
        }
    }
}

fn complete_board(site: &Site, store: &Store, draft: &mut Draft) {
    let own = store
        .all(Resource::ApiMembers)
        .find_map(|member| reference_id(member, "serviceDefaultBoard"));
    let default = own.and_then(|id| store.get(Resource::Boards, id));
    fill_reference(store, draft, "board", Resource::Boards, default);
    let Some(board) = reference_id(&draft.record, "board") else {
        draft.errors.push(FieldError::required("board"));
        return;
    };
    for (field, resource, label, defaulted) in [
        ("status", Resource::BoardStatuses, "Service Status", true),
        ("type", Resource::BoardTypes, "Service Type", true),
        ("subType", Resource::BoardSubTypes, "Service SubType", false),
        ("item", Resource::BoardItems, "Service Item", false),
    ] {
        let found = match draft.record.get(field).and_then(Value::as_object) {
            Some(reference) => match on_board(store, resource, board, reference) {
                Some(found) => Some(found),
                None => {
                    let (key, shown) = named(reference);
                    let message = format!("{label} {shown} not found for Service Board {board}");
                    draft
                        .errors
                        .push(FieldError::not_found(&format!("{field}/{key}"), message));
                    continue;
                }
            },
            None if defaulted => of_board(store, resource, board).find(|record| is_set(record, "defaultFlag")),
            None => None,
        };
        let reference = found
            .and_then(|record| record.get("id")?.as_i64())
            .and_then(|id| store.reference(resource, id));
        if let Some(reference) = reference {
            draft.fill(field, reference);
        }
    }
    check_sub_type(store, draft);
    check_item(store, draft, board);
    if site.assumptions.team_is_of_board {
        check_team(store, draft, board);
    }
}

/// A subtype goes with the types it is associated with.
fn check_sub_type(store: &Store, draft: &mut Draft) {
    let Some(kind) = reference_id(&draft.record, "type") else {
        return;
    };
    let Some(id) = reference_id(&draft.record, "subType") else {
        return;
    };
    let associated = store
        .get(Resource::BoardSubTypes, id)
        .and_then(|sub| sub.get("typeAssociationIds"));
    let goes = associated
        .and_then(Value::as_array)
        .is_some_and(|ids| ids.contains(&json!(kind)));
    if !goes {
        let message = format!("Service SubType {id} not found for Service Type {kind}");
        draft.errors.push(FieldError::not_found("subType/id", message));
    }
}

/// An item goes with the types and subtypes it is associated with.
fn check_item(store: &Store, draft: &mut Draft, board: i64) {
    let (Some(kind), Some(item)) = (reference_id(&draft.record, "type"), reference_id(&draft.record, "item")) else {
        return;
    };
    let sub_type = reference_id(&draft.record, "subType");
    let goes = of_board(store, Resource::BoardAssociations, board).any(|association| {
        reference_id(association, "type") == Some(kind)
            && reference_id(association, "item") == Some(item)
            && (sub_type.is_none() || reference_id(association, "subType") == sub_type)
    });
    if !goes {
        let within = match sub_type {
            Some(sub_type) => format!("Service Type {kind} and SubType {sub_type}"),
            None => format!("Service Type {kind}"),
        };
        let message = format!("Service Item {item} not found for {within}");
        draft.errors.push(FieldError::not_found("item/id", message));
    }
}

/// A team takes the tickets of its own board.
fn check_team(store: &Store, draft: &mut Draft, board: i64) {
    let Some(id) = reference_id(&draft.record, "team") else {
        return;
    };
    let team = store.get(Resource::BoardTeams, id);
    if team.and_then(|team| team.get("boardId")?.as_i64()) != Some(board) {
        let message = format!("Service Team {id} not found for Service Board {board}");
        draft.errors.push(FieldError::not_found("team/id", message));
    }
}

fn complete_closing(site: &Site, store: &Store, draft: &mut Draft) -> Result<(), ApiError> {
    let status = reference_id(&draft.record, "status").and_then(|id| store.get(Resource::BoardStatuses, id));
    let closed = status.is_some_and(|status| is_set(status, "closedStatus"));
    let was_closed = draft.before.as_ref().is_some_and(|before| is_set(before, "closedFlag"));
    if closed && !was_closed {
        match site.rights().level(CLOSE_TICKETS, Action::Edit) {
            Level::All => {}
            Level::My if draft.before.as_ref().is_none_or(is_mine) => {}
            Level::My | Level::None => return Err(ApiError::forbidden()),
        }
        draft.fill("closedDate", time::show(site.shell.now()));
        draft.fill("closedBy", MEMBER);
    }
    if !closed {
        draft.record.remove("closedDate");
        draft.record.remove("closedBy");
    }
    draft.fill("closedFlag", closed);
    Ok(())
}

fn fill_reference(store: &Store, draft: &mut Draft, field: &str, resource: Resource, default: Option<&Record>) {
    if draft.has(field) {
        return;
    }
    let id = default.and_then(|record| record.get("id")?.as_i64());
    if let Some(reference) = id.and_then(|id| store.reference(resource, id)) {
        draft.fill(field, reference);
    }
}

fn of_board(store: &Store, resource: Resource, board: i64) -> Box<dyn Iterator<Item = &Record> + '_> {
    store.with(resource, "board/id", &board.to_string())
}

fn on_board<'s>(store: &'s Store, resource: Resource, board: i64, reference: &Record) -> Option<&'s Record> {
    match reference.get("id").and_then(Value::as_i64) {
        Some(id) => {
            of_board(store, resource, board).find(|record| record.get("id").and_then(Value::as_i64) == Some(id))
        }
        None => {
            let name = text_of(reference, "name")?;
            of_board(store, resource, board)
                .find(|record| text_of(record, "name").is_some_and(|known| known.eq_ignore_ascii_case(name)))
        }
    }
}

/// The key by which a reference names its record, and the value.
fn named(reference: &Record) -> (&'static str, String) {
    match reference.get("id") {
        Some(id) => ("id", id.to_string()),
        None => ("name", text_of(reference, "name").unwrap_or_default().to_owned()),
    }
}
