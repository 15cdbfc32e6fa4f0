//! Notes on tickets, and whether anybody else works on one.

use reqwest::Method;

use super::{
    call::{Call, List},
    client::Client,
    mapping::{self, number},
    picklists::{Fields, PickValue},
    query::Conditions,
    rights, tickets,
    wire::{self, NewNote},
};
use crate::{
    error::{Error, ErrorKind, Result},
    record::{Note, NoteDestination, NoteDraft, NoteId, TicketId, WriteKey},
    text::{is_marked, marker, shorten},
};

const ENTITY: &str = "TicketNotes";

/// The title of our notes.
const TITLE: &str = "Backup";

/// The longest text of a note.
const TEXT_CHARS: usize = 32_000;

pub(super) async fn add(client: &Client, id: &TicketId, draft: &NoteDraft, key: &WriteKey) -> Result<Note> {
    const OPERATION: &str = "add_note";
    key.check()?;
    let ticket = number("ticket", id.as_str())?;
    let fields = client.usual_fields(OPERATION, Some(rights::NOTES), ENTITY).await?;
    let mark = format!("\n\n{}", marker(key));
    let room = TEXT_CHARS.saturating_sub(mark.encode_utf16().count());
    let text = format!("{}{mark}", shorten(draft.text.trim_end(), room));
    let body = NewNote {
        ticket,
        title: TITLE,
        description: &text,
        note_type: fields.usual("noteType")?,
        publish: publish(&fields, draft.destination)?,
    };
    let place = (Method::POST, format!("Tickets/{ticket}/Notes"));
    let call = Call::write(OPERATION, Some(rights::NOTES), ENTITY, place, &body)?;
    match client.written(&call).await {
        Ok(id) => Ok(Note {
            id: NoteId::new(id.to_string()),
            text,
            created_at: None,
        }),
        // Which of the values it does not like, the PSA does not say by a code: the ticket may be what is missing.
        Err(error) if matches!(error.kind(), ErrorKind::Invalid { .. }) => {
            tickets::raw(client, OPERATION, ticket).await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// The value that decides who reads a note.
fn publish(fields: &Fields, destination: NoteDestination) -> Result<i64> {
    let values = fields.picklist("publish")?;
    let wanted = match destination {
        NoteDestination::Discussion => "all ",
        NoteDestination::Internal => "internal",
    };
    let mut in_use = values.iter().filter(|value| value.is_active());
    let found = in_use.find(|value| value.label().to_lowercase().starts_with(wanted));
    found.and_then(PickValue::number).ok_or_else(|| {
        let message = format!(
            "Autotask PSA has no way to publish a note that begins with `{}`",
            wanted.trim()
        );
        Error::new(ErrorKind::Protocol, message)
    })
}

pub(super) async fn find(client: &Client, id: &TicketId, key: &WriteKey) -> Result<Vec<Note>> {
    const OPERATION: &str = "find_notes";
    let ticket = number("ticket", id.as_str())?;
    let notes = all(client, OPERATION, ticket).await?;
    if notes.is_empty() {
        // A ticket that does not exist has no notes either.
        tickets::raw(client, OPERATION, ticket).await?;
    }
    let marker = marker(key);
    let notes = notes.into_iter().map(mapping::note);
    Ok(notes.filter(|note| is_marked(&note.text, &marker)).collect())
}

/// The ticket names our user as its creator: what another one adds shows that it is worked on.
pub(super) async fn is_worked_on(client: &Client, id: &TicketId) -> Result<bool> {
    const OPERATION: &str = "is_worked_on";
    let id = number("ticket", id.as_str())?;
    let us = tickets::raw(client, OPERATION, id).await?.creator;
    let by_another = |resource: Option<i64>| resource.is_some() && resource != us;
    let notes = all(client, OPERATION, id).await?;
    if notes.iter().any(|note| by_another(note.creator)) {
        return Ok(true);
    }
    let list = List::new(
        OPERATION,
        rights::TIME,
        "TimeEntries",
        Conditions::none().number_is("ticketID", id),
    );
    match client.all::<wire::TimeEntry>(&list).await {
        Ok(entries) => Ok(entries.iter().any(|entry| by_another(entry.resource))),
        // The right is optional, and its remedy says what is lost without it.
        Err(error) if matches!(error.kind(), ErrorKind::Forbidden { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn all(client: &Client, operation: &'static str, ticket: i64) -> Result<Vec<wire::Note>> {
    let conditions = Conditions::none().number_is("ticketID", ticket);
    client
        .all(&List::new(operation, rights::NOTES, ENTITY, conditions))
        .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(labels: &[&str]) -> Fields {
        let values: Vec<_> = labels
            .iter()
            .enumerate()
            .map(|(index, label)| json!({ "value": (index + 1).to_string(), "label": label, "sortOrder": index }))
            .collect();
        let fields = json!({ "fields": [{ "name": "publish", "picklistValues": values }] });
        serde_json::from_value(fields).expect("fields")
    }

    #[test]
    fn who_reads_a_note_is_found_by_its_name() {
        let usual = fields(&["All Autotask Users", "Internal Project Team", "Internal & Co-Managed"]);
        assert_eq!(publish(&usual, NoteDestination::Discussion).expect("a value"), 1);
        assert_eq!(publish(&usual, NoteDestination::Internal).expect("a value"), 2);
        // Rather no note than an internal one that customers read.
        let strange = fields(&["Everybody"]);
        assert_eq!(
            publish(&strange, NoteDestination::Internal).expect_err("none").kind(),
            &ErrorKind::Protocol
        );
    }
}
