//! Ticket notes: where they go and who wrote them.

use serde_json::{Value, json};

use super::stamp;
use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{Record, is_set, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::site::{MEMBER, Site};
use crate::connectwise::store::Store;
use crate::time;

const DESTINATIONS: [&str; 3] = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"];

/// Fills in what the server computes and checks what it enforces.
pub(super) fn complete(site: &Site, store: &Store, draft: &mut Draft) {
    for name in DESTINATIONS.into_iter().chain(["issueFlag", "customerUpdatedFlag"]) {
        draft.fill_default(name, false);
    }
    let placed = DESTINATIONS.into_iter().any(|name| is_set(&draft.record, name));
    if !placed && site.assumptions.note_needs_destination {
        let message = "At least one of detailDescriptionFlag, internalAnalysisFlag, resolutionFlag must be true.";
        draft.errors.push(FieldError::invalid("detailDescriptionFlag", message));
    }
    let internal = is_set(&draft.record, "internalAnalysisFlag");
    let external = ["detailDescriptionFlag", "resolutionFlag"]
        .into_iter()
        .any(|name| is_set(&draft.record, name));
    draft.fill("internalFlag", internal);
    draft.fill("externalFlag", external);
    if draft.is_new() {
        sign(site, store, &mut draft.record);
    }
}

/// The notes that a ticket was opened with.
pub(super) fn open_with(site: &Site, store: &mut Store, ticket: i64, extras: &Record) {
    let sources = ["initialDescription", "initialInternalAnalysis", "initialResolution"];
    for (source, destination) in sources.into_iter().zip(DESTINATIONS) {
        let Some(text) = text_of(extras, source).filter(|text| !text.trim().is_empty()) else {
            continue;
        };
        let mut note = Record::new();
        for name in DESTINATIONS {
            note.insert(name.to_owned(), json!(name == destination));
        }
        note.insert("ticketId".to_owned(), json!(ticket));
        note.insert("text".to_owned(), json!(text));
        note.insert("issueFlag".to_owned(), json!(false));
        note.insert("internalFlag".to_owned(), json!(destination == "internalAnalysisFlag"));
        note.insert("externalFlag".to_owned(), json!(destination != "internalAnalysisFlag"));
        sign(site, store, &mut note);
        stamp(site, store, Resource::Notes, &mut note, MEMBER);
        store.put(Resource::Notes, note);
    }
}

/// The notes of a ticket in the shape that is common to all kinds of note; the simulator keeps only this kind.
pub(crate) fn all_of_ticket(store: &Store, ticket: i64) -> Vec<Record> {
    let reference = store.reference(Resource::Tickets, ticket).unwrap_or_default();
    let notes = store.with(Resource::Notes, "ticketId", &ticket.to_string());
    notes.map(|note| common_shape(note, &reference)).collect()
}

fn common_shape(note: &Record, ticket: &Value) -> Record {
    let mut shown = Record::new();
    shown.insert("noteType".to_owned(), json!("TicketNote"));
    shown.insert("ticket".to_owned(), ticket.clone());
    for name in ["isMarkdownFlag", "bundledFlag", "mergedFlag", "createdByParentFlag"] {
        shown.insert(name.to_owned(), json!(false));
    }
    if let Some(author) = note.get("createdBy") {
        shown.insert("originalAuthor".to_owned(), author.clone());
    }
    let shared = ["id", "text", "issueFlag", "member", "contact", "_info"]
        .into_iter()
        .chain(DESTINATIONS);
    for name in shared {
        if let Some(value) = note.get(name) {
            shown.insert(name.to_owned(), value.clone());
        }
    }
    shown
}

fn sign(site: &Site, store: &Store, note: &mut Record) {
    note.insert("dateCreated".to_owned(), json!(time::show(site.shell.now())));
    note.insert("createdBy".to_owned(), json!(MEMBER));
    if note.contains_key("member") || note.contains_key("contact") {
        return;
    }
    let author = store
        .with(Resource::Members, "identifier", MEMBER)
        .next()
        .and_then(|member| member.get("id")?.as_i64());
    if let Some(author) = author.and_then(|id| store.reference(Resource::Members, id)) {
        note.insert("member".to_owned(), author);
    }
}
