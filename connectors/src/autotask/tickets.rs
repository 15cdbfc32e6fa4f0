//! Queues and tickets.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Map, Value};

use super::{
    call::{Call, List},
    client::Client,
    descriptor::DESCRIPTOR,
    directory::of_company,
    error::unconfirmed,
    mapping::{self, number},
    query::Conditions,
    rights, routing,
    wire::{self, NewTicket},
};
use crate::{
    error::{Error, ErrorKind, Result},
    query::{Page, ReadQuery},
    record::{Board, ChoiceId, StatusId, Ticket, TicketDraft, TicketId, WriteKey},
    text::{on_one_line, shorten},
};

const ENTITY: &str = "Tickets";

/// The longest description of a ticket.
const DESCRIPTION_CHARS: usize = 8000;

/// When a ticket is due, in a tenant that requires it to be said.
const DUE_IN: TimeDelta = TimeDelta::days(1);

/// The queues. All of them share the statuses.
pub(super) async fn boards(client: &Client) -> Result<Vec<Board>> {
    let fields = client.fields("boards", None, ENTITY).await?;
    Ok(mapping::boards(
        fields.picklist("queueID")?,
        &fields.picklist("status")?,
    ))
}

pub(super) async fn create(client: &Client, draft: &TicketDraft, key: &WriteKey) -> Result<Ticket> {
    const OPERATION: &str = "create_ticket";
    key.check()?;
    let mut routing = BTreeMap::new();
    for (name, choice) in &draft.routing.fields {
        routing.insert(routing::member(name)?, routing::value(name, choice)?);
    }
    let contact = draft.contact.as_ref();
    let (company, queue) = (
        number("company", draft.company.as_str())?,
        number("board", draft.routing.board.as_str())?,
    );
    let contact = contact.map(|contact| number("contact", contact.as_str())).transpose()?;
    let status = draft.routing.status.as_ref();
    let status = status.map(|status| number("status", status.as_str())).transpose()?;
    let fields = client.usual_fields(OPERATION, Some(rights::TICKETS), ENTITY).await?;
    let usual = mapping::default_status(&fields.picklist("status")?);
    let due = client.clock.now() + DUE_IN;
    let body = NewTicket {
        company,
        contact,
        title: &shorten(&on_one_line(&draft.summary), DESCRIPTOR.limits.summary_chars),
        description: &shorten(&draft.body, DESCRIPTION_CHARS),
        queue,
        status: status
            .or(usual)
            .ok_or_else(|| Error::invalid("status", "the PSA has no status for a new ticket"))?,
        external_id: key.as_str(),
        due: fields
            .requires("dueDateTime")
            .then(|| due.to_rfc3339_opts(SecondsFormat::Secs, true)),
        routing,
    };
    let place = (Method::POST, ENTITY.to_owned());
    let call = Call::write(OPERATION, Some(rights::TICKETS), ENTITY, place, &body)?;
    let id = client.written(&call).await?;
    read(client, OPERATION, id).await.map_err(unconfirmed)
}

pub(super) async fn find(client: &Client, key: &WriteKey) -> Result<Vec<Ticket>> {
    const OPERATION: &str = "find_tickets";
    let conditions = Conditions::none().text_is("externalID", key.as_str());
    let list = List::new(OPERATION, rights::TICKETS, ENTITY, conditions);
    let found = client.all(&list).await?;
    let mut tickets = told(client, OPERATION, found).await?;
    // The PSA compares without regard to case.
    tickets.retain(|ticket| ticket.key.as_ref() == Some(key));
    Ok(tickets)
}

pub(super) async fn get(client: &Client, id: &TicketId) -> Result<Ticket> {
    read(client, "ticket", number("ticket", id.as_str())?).await
}

pub(super) async fn changed_since(client: &Client, since: DateTime<Utc>, query: &ReadQuery) -> Result<Page<Ticket>> {
    const OPERATION: &str = "tickets_changed_since";
    // A query that has an instant of its own asks for what satisfies both.
    let since = query.since.map_or(since, |own| own.max(since));
    let conditions = of_company(query, "companyID")?
        .starts_with("externalID", WriteKey::PREFIX)
        .not_before("lastActivityDate", since);
    let list = List::new(OPERATION, rights::TICKETS, ENTITY, conditions);
    let page: Page<wire::Ticket> = client.read(&list, query).await?;
    Ok(Page {
        records: told(client, OPERATION, page.records).await?,
        next: page.next,
        total: page.total,
    })
}

pub(super) async fn set_status(client: &Client, id: &TicketId, status: &StatusId) -> Result<Ticket> {
    const OPERATION: &str = "set_ticket_status";
    let (id, wanted) = (number("ticket", id.as_str())?, number("status", status.as_str())?);
    let ticket = read(client, OPERATION, id).await?;
    if ticket.status.as_ref() == Some(status) {
        return Ok(ticket);
    }
    change(client, OPERATION, id, "status", wanted).await?;
    read(client, OPERATION, id).await.map_err(unconfirmed)
}

pub(super) async fn set_field(client: &Client, id: &TicketId, field: &str, value: &ChoiceId) -> Result<Ticket> {
    const OPERATION: &str = "set_ticket_field";
    let (id, member) = (number("ticket", id.as_str())?, routing::member(field)?);
    change(client, OPERATION, id, member, routing::value(field, value)?).await?;
    read(client, OPERATION, id).await.map_err(unconfirmed)
}

/// Changes one member of a ticket. A server that does not take a part of a ticket is given the whole of it.
pub(super) async fn change(
    client: &Client,
    operation: &'static str,
    id: i64,
    member: &'static str,
    value: i64,
) -> Result<()> {
    let part = Map::from_iter([
        ("id".to_owned(), Value::from(id)),
        (member.to_owned(), Value::from(value)),
    ]);
    match client.written(&writing(operation, Method::PATCH, &part)?).await {
        Ok(_) => Ok(()),
        Err(error) if takes_no_parts(&error) => {
            tracing::debug!(%error, "the PSA takes whole tickets only");
            let mut whole: Map<String, Value> = client.item(&reading(operation, id)).await?;
            whole.insert(member.to_owned(), Value::from(value));
            client
                .written(&writing(operation, Method::PUT, &whole)?)
                .await
                .map(drop)
        }
        Err(error) => Err(error),
    }
}

/// Reads a ticket as it comes.
pub(super) async fn raw(client: &Client, operation: &'static str, id: i64) -> Result<wire::Ticket> {
    client.item(&reading(operation, id)).await
}

async fn read(client: &Client, operation: &'static str, id: i64) -> Result<Ticket> {
    let ticket = raw(client, operation, id).await?;
    let fields = client.usual_fields(operation, Some(rights::TICKETS), ENTITY).await?;
    let zone = client.zone(operation).await?;
    Ok(mapping::ticket(ticket, &fields, &zone))
}

async fn told(client: &Client, operation: &'static str, tickets: Vec<wire::Ticket>) -> Result<Vec<Ticket>> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let fields = client.usual_fields(operation, Some(rights::TICKETS), ENTITY).await?;
    let zone = client.zone(operation).await?;
    let tickets = tickets.into_iter();
    Ok(tickets.map(|ticket| mapping::ticket(ticket, &fields, &zone)).collect())
}

fn reading(operation: &'static str, id: i64) -> Call {
    Call::record(operation, rights::TICKETS, ENTITY, id)
}

fn writing(operation: &'static str, method: Method, body: &Map<String, Value>) -> Result<Call> {
    let right = Some(rights::EDIT_TICKETS);
    Call::write(operation, right, ENTITY, (method, ENTITY.to_owned()), body)
}

/// Whether the server does not know the method at all: the ticket itself was there a moment ago.
fn takes_no_parts(error: &Error) -> bool {
    let status = error.context().iter().find(|(name, _)| *name == "status");
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Protocol)
        && status.is_some_and(|(_, status)| status == "404" || status == "405")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_takes_no_parts_is_given_the_whole_ticket() {
        let refused = r#"{"Message":"The requested resource does not support http method 'PATCH'."}"#;
        let whole = r#"{"item":{"id":7,"title":"Backup failed","status":1,"estimatedHours":0.10}}"#;
        for status in [404, 405] {
            let (client, server) = Client::testing(&[(status, refused), (200, whole), (200, r#"{"itemId":7}"#)]);
            change(&client, "test", 7, "status", 5).await.expect("written");
            let sent = server.requests().pop().expect("a request");
            assert_eq!(
                (sent.method, sent.url.path()),
                (Method::PUT, "/ATServicesRest/V1.0/Tickets")
            );
            let expected = r#"{"id":7,"title":"Backup failed","status":5,"estimatedHours":0.10}"#;
            let body: Value = serde_json::from_str(expected).expect("JSON");
            assert_eq!(sent.body, Some(body));
        }
    }

    #[tokio::test]
    async fn a_ticket_that_is_gone_is_not_written_whole() {
        let gone = r#"{"errors":["No matching records found."]}"#;
        let (client, server) = Client::testing(&[(500, gone)]);
        let error = change(&client, "test", 7, "status", 5).await.expect_err("it is gone");
        assert_eq!((error.kind(), server.sent()), (&ErrorKind::NotFound, 2));
    }

    #[tokio::test]
    async fn a_creation_that_cannot_be_read_again_is_looked_for() {
        let fields = r#"{"fields":[{"name":"status","picklistValues":[{"value":"1","label":"New"}]}]}"#;
        let (client, server) = Client::testing(&[(200, fields), (200, r#"{"itemId":7}"#), (404, "")]);
        let draft = TicketDraft {
            company: crate::record::CompanyId::new("0"),
            contact: None,
            summary: "x".to_owned(),
            body: "y".to_owned(),
            routing: crate::record::Routing {
                board: crate::record::BoardId::new("3"),
                status: None,
                fields: BTreeMap::new(),
            },
        };
        let error = create(&client, &draft, &WriteKey::new("PB:1"))
            .await
            .expect_err("unconfirmed");
        assert_eq!((error.kind(), server.sent()), (&ErrorKind::Ambiguous, 4));
    }
}
