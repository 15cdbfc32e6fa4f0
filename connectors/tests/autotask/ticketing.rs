//! Tickets and notes.

use std::collections::BTreeMap;

use psa_connectors::{
    ErrorKind, ReadQuery,
    record::{
        BoardId, ChoiceId, CompanyId, NoteDestination, NoteDraft, Routing, StatusId, TicketDraft, TicketId, WriteKey,
    },
};
use psa_simulator::autotask::{Assumptions, Missing};

use crate::support::World;

pub(crate) fn draft() -> TicketDraft {
    TicketDraft {
        company: CompanyId::new("174"),
        contact: None,
        summary: "Backup failed".to_owned(),
        body: "The plan failed.".to_owned(),
        routing: Routing {
            board: BoardId::new("29683354"),
            status: None,
            fields: BTreeMap::from([("priority".to_owned(), ChoiceId::new("2"))]),
        },
    }
}

pub(crate) fn key() -> WriteKey {
    WriteKey::new("PB:ticket-1")
}

#[tokio::test]
async fn a_ticket_tells_where_it_is() {
    let world = World::small().await;
    let ticket = world.connector.create_ticket(&draft(), &key()).await.expect("created");
    assert_eq!(ticket.number.as_deref(), Some("T20260310.0001"));
    assert_eq!(ticket.status_name.as_deref(), Some("New"));
    let url = ticket.url.expect("an address");
    assert!(url.starts_with("http") && url.ends_with(&format!("Code=OpenTicketDetail&TicketID={}", ticket.id)));
    // For the MSP itself, too.
    let own = TicketDraft {
        company: CompanyId::new("0"),
        ..draft()
    };
    let own = world.connector.create_ticket(&own, &key()).await.expect("created");
    assert_eq!(own.company, Some(CompanyId::new("0")));
}

#[tokio::test]
async fn a_tenant_that_requires_a_due_date_gets_one() {
    let world = World::small().await;
    world.psa.require("Tickets", &["dueDateTime"]).expect("a field");
    let ticket = world.connector.create_ticket(&draft(), &key()).await.expect("created");
    let known = world.psa.records("Tickets");
    assert_eq!(known[0]["id"].to_string(), ticket.id.as_str());
    assert!(
        known[0]["dueDateTime"]
            .as_str()
            .is_some_and(|due| due.starts_with("2026-03-11T12:00:00"))
    );
}

#[tokio::test]
async fn a_server_without_patch_is_given_whole_tickets() {
    let world = World::assuming(Assumptions {
        patch_tickets: false,
        ..Assumptions::default()
    })
    .await;
    let ticket = world.connector.create_ticket(&draft(), &key()).await.expect("created");
    let closed = world
        .connector
        .set_ticket_status(&ticket.id, &StatusId::new("5"))
        .await
        .expect("closed");
    assert!(closed.closed);
    assert_eq!(
        (&closed.key, &closed.board, &closed.company),
        (&ticket.key, &ticket.board, &ticket.company)
    );
    assert_eq!(world.psa.records("Tickets")[0]["title"], "Backup failed");
}

#[tokio::test]
async fn no_record_is_not_found_in_either_form() {
    for missing in [Missing::NotFound, Missing::NullItem] {
        let world = World::assuming(Assumptions {
            missing,
            ..Assumptions::default()
        })
        .await;
        let unknown = TicketId::new("999999");
        let note = NoteDraft {
            text: "Hello?".to_owned(),
            destination: NoteDestination::Internal,
        };
        let error = world.connector.ticket(&unknown).await.expect_err("there is none");
        assert_eq!(error.kind(), &ErrorKind::NotFound, "{missing:?}");
        let error = world
            .connector
            .add_note(&unknown, &note, &key())
            .await
            .expect_err("there is none");
        assert_eq!(error.kind(), &ErrorKind::NotFound, "{missing:?}");
    }
}

#[tokio::test]
async fn a_long_note_keeps_its_key() {
    let world = World::small().await;
    let ticket = world
        .connector
        .create_ticket(&draft(), &key())
        .await
        .expect("created")
        .id;
    let note = NoteDraft {
        text: "It failed again. ".repeat(4000),
        destination: NoteDestination::Discussion,
    };
    let ours = WriteKey::new("PB:note-1");
    world.connector.add_note(&ticket, &note, &ours).await.expect("added");
    let found = world.connector.find_notes(&ticket, &ours).await.expect("found");
    assert_eq!(found.len(), 1);
    assert!(found[0].text.contains('…') && found[0].text.encode_utf16().count() <= 32_000);
}

#[tokio::test]
async fn only_our_tickets_are_followed() {
    let world = World::small().await;
    world.connector.create_ticket(&draft(), &key()).await.expect("created");
    world.put(
        "Tickets",
        serde_json::json!({ "title": "x", "companyID": 174, "status": 1, "externalID": "RMM-1" }),
    );
    let start = "2026-03-10T00:00:00Z".parse().expect("an instant");
    let page = world
        .connector
        .tickets_changed_since(start, &ReadQuery::all())
        .await
        .expect("a page");
    let keys: Vec<_> = page.records.iter().map(|ticket| ticket.key.clone()).collect();
    assert_eq!(keys, [Some(key())]);
}
