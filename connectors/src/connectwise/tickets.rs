//! Boards, tickets and notes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    call::{Call, List},
    client::Client,
    descriptor::DESCRIPTOR,
    directory::of_company,
    mapping::{self, number},
    query::Conditions,
    rights, routing,
    wire::{self, Id, NewNote, NewTicket, Replace, Value},
};
use crate::{
    error::{Error, ErrorKind, Result},
    query::{Page, ReadQuery},
    record::{Board, ChoiceId, Note, NoteDestination, NoteDraft, StatusId, Ticket, TicketDraft, TicketId, WriteKey},
    text::{is_marked, marker, on_one_line, shorten},
};

pub(super) async fn boards(client: &Client) -> Result<Vec<Board>> {
    let list = List::new("boards", rights::TABLE_SETUP, "service/info/boards", Conditions::none());
    let boards = client.all::<wire::BoardInfo>(&list).await?;
    let equipped = boards.into_iter().map(|board| async {
        let statuses = statuses(client, "boards", board.id).await?;
        Ok(mapping::board(board, statuses))
    });
    stream::iter(equipped)
        .buffered(client.config.limits.concurrency)
        .try_collect()
        .await
}

pub(super) async fn create(client: &Client, draft: &TicketDraft, key: &WriteKey) -> Result<Ticket> {
    key.check()?;
    let reference = |field: &str, id: &str| number(field, id).map(|id| Id { id });
    let routing = &draft.routing;
    let mut fields = BTreeMap::new();
    for (name, choice) in &routing.fields {
        fields.insert(routing::member(name)?, reference(name, choice.as_str())?);
    }
    let summary = on_one_line(&draft.summary);
    let body = NewTicket {
        summary: &shorten(&summary, DESCRIPTOR.limits.summary_chars),
        initial_description: &draft.body,
        external_x_ref: key.as_str(),
        company: reference("company", draft.company.as_str())?,
        contact: draft
            .contact
            .as_ref()
            .map(|contact| reference("contact", contact.as_str()))
            .transpose()?,
        board: reference("board", routing.board.as_str())?,
        status: routing
            .status
            .as_ref()
            .map(|status| reference("status", status.as_str()))
            .transpose()?,
        routing: fields,
    };
    let call = Call::post("create_ticket", rights::TICKETS, "service/tickets".to_owned(), &body)?;
    Ok(mapping::ticket(client.json(&call).await?, &client.config))
}

pub(super) async fn find(client: &Client, key: &WriteKey) -> Result<Vec<Ticket>> {
    let conditions = Conditions::none().text_is("externalXRef", key.as_str())?;
    let list = List::new("find_tickets", rights::TICKETS, "service/tickets", conditions);
    let found = client.all(&list).await?;
    let tickets = found.into_iter().map(|ticket| mapping::ticket(ticket, &client.config));
    // The PSA compares without regard to case.
    Ok(tickets.filter(|ticket| ticket.key.as_ref() == Some(key)).collect())
}

pub(super) async fn get(client: &Client, operation: &'static str, id: &TicketId) -> Result<Ticket> {
    let call = Call::get(operation, Some(rights::TICKETS), path(id)?);
    Ok(mapping::ticket(client.json(&call).await?, &client.config))
}

pub(super) async fn changed_since(client: &Client, since: DateTime<Utc>, query: &ReadQuery) -> Result<Page<Ticket>> {
    // A query that has an instant of its own asks for what satisfies both.
    let since = query.since.map_or(since, |own| own.max(since));
    let conditions = of_company(query, "company/id")?
        .starts_with("externalXRef", WriteKey::PREFIX)
        .changed_since(Some(since));
    let list = List::new("tickets_changed_since", rights::TICKETS, "service/tickets", conditions);
    let page = client.read(&list, query).await?;
    Ok(page.map(|ticket| mapping::ticket(ticket, &client.config)))
}

pub(super) async fn set_status(client: &Client, id: &TicketId, status: &StatusId) -> Result<Ticket> {
    const OPERATION: &str = "set_ticket_status";
    let wanted = number("status", status.as_str())?;
    let ticket = get(client, OPERATION, id).await?;
    if ticket.status.as_ref() == Some(status) {
        return Ok(ticket);
    }
    let steps = [Replace::new("status", Value::Record(Id { id: wanted }))];
    let call = Call::patch(OPERATION, rights::TICKETS, path(id)?, &steps)?;
    match client.json(&call).await {
        Ok(changed) => Ok(mapping::ticket(changed, &client.config)),
        Err(error) if matches!(error.kind(), ErrorKind::Forbidden { right: Some(_) }) => {
            Err(name_right(client, OPERATION, &ticket, wanted, error).await)
        }
        Err(error) => Err(error),
    }
}

/// Two rights govern a status: closing has its own. The PSA does not say which is missing, but the status tells.
async fn name_right(client: &Client, operation: &'static str, ticket: &Ticket, status: i64, refused: Error) -> Error {
    let Some(board) = ticket
        .board
        .as_ref()
        .and_then(|board| number("board", board.as_str()).ok())
    else {
        return refused;
    };
    match statuses(client, operation, board).await {
        Ok(statuses)
            if statuses
                .iter()
                .any(|known| known.id == status && known.closed_status == Some(true)) =>
        {
            Error::new(
                ErrorKind::Forbidden {
                    right: Some(rights::CLOSE_TICKETS),
                },
                refused.message().to_owned(),
            )
            .with_operation(operation)
            .with_source(refused)
        }
        _ => refused,
    }
}

pub(super) async fn set_field(client: &Client, id: &TicketId, field: &str, value: &ChoiceId) -> Result<Ticket> {
    let value = Id {
        id: number(field, value.as_str())?,
    };
    let steps = [Replace::new(routing::member(field)?, Value::Record(value))];
    let call = Call::patch("set_ticket_field", rights::TICKETS, path(id)?, &steps)?;
    Ok(mapping::ticket(client.json(&call).await?, &client.config))
}

pub(super) async fn add_note(client: &Client, id: &TicketId, draft: &NoteDraft, key: &WriteKey) -> Result<Note> {
    key.check()?;
    let body = NewNote {
        text: &format!("{}\n\n{}", draft.text.trim_end(), marker(key)),
        detail_description_flag: draft.destination == NoteDestination::Discussion,
        internal_analysis_flag: draft.destination == NoteDestination::Internal,
    };
    let call = Call::post("add_note", rights::TICKETS, format!("{}/notes", path(id)?), &body)?;
    Ok(mapping::note(client.json(&call).await?))
}

pub(super) async fn find_notes(client: &Client, id: &TicketId, key: &WriteKey) -> Result<Vec<Note>> {
    let list = List::new(
        "find_notes",
        rights::TICKETS,
        format!("{}/notes", path(id)?),
        Conditions::none(),
    );
    let marker = marker(key);
    let notes = client.all(&list).await?.into_iter().map(mapping::note);
    Ok(notes.filter(|note| is_marked(&note.text, &marker)).collect())
}

/// Time shows in the ticket's hours, a note by its author: the ticket names our member as the one who entered it. The text
/// that a ticket was opened with is a note of ours too.
pub(super) async fn is_worked_on(client: &Client, id: &TicketId) -> Result<bool> {
    const OPERATION: &str = "is_worked_on";
    let ticket: wire::Ticket = client
        .json(&Call::get(OPERATION, Some(rights::TICKETS), path(id)?))
        .await?;
    if ticket.actual_hours.is_some_and(|hours| !hours.value().is_zero()) {
        return Ok(true);
    }
    let us = ticket.info.and_then(|info| info.entered_by);
    let list = List::new(
        OPERATION,
        rights::TICKETS,
        format!("{}/notes", path(id)?),
        Conditions::none(),
    );
    let notes = client.all::<wire::Note>(&list).await?;
    Ok(notes
        .iter()
        .any(|note| note.created_by.is_some() && note.created_by != us))
}

async fn statuses(client: &Client, operation: &'static str, board: i64) -> Result<Vec<wire::BoardStatus>> {
    let path = format!("service/boards/{board}/statuses");
    client
        .all(&List::new(operation, rights::TABLE_SETUP, path, Conditions::none()))
        .await
}

fn path(id: &TicketId) -> Result<String> {
    Ok(format!("service/tickets/{}", number("ticket", id.as_str())?))
}
