//! Tickets and notes.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use psa_connectors::{
    ErrorKind, ReadQuery,
    record::{
        BoardId, ChoiceId, CompanyId, NoteDestination, NoteDraft, Routing, StatusId, TicketDraft, TicketId, WriteKey,
    },
};
use psa_simulator::Fault;

use crate::support::{World, now, refused_fields};

fn draft() -> TicketDraft {
    let fields = [
        ("type", "203"),
        ("subtype", "203"),
        ("item", "203"),
        ("priority", "2"),
        ("source", "4"),
        ("team", "201"),
    ];
    TicketDraft {
        company: CompanyId::new("250"),
        contact: None,
        summary: "Backup failed\non SRV-01".to_owned(),
        body: "The plan \"Nightly\" failed.".to_owned(),
        routing: Routing {
            board: BoardId::new("2"),
            status: None,
            fields: BTreeMap::from(fields.map(|(name, id)| (name.to_owned(), ChoiceId::new(id)))),
        },
    }
}

fn key(text: &str) -> WriteKey {
    WriteKey::new(text)
}

#[tokio::test]
async fn a_ticket_lives_from_creation_to_reopening() {
    let world = World::small().await;
    let connector = &world.connector;
    let key = key("PB:0190a1b2-7c1e");
    let created = connector.create_ticket(&draft(), &key).await.expect("created");
    assert_eq!((created.key.as_ref(), created.closed), (Some(&key), false));
    assert_eq!(
        (created.status_name.as_deref(), created.board.as_ref()),
        (Some("New"), Some(&BoardId::new("2")))
    );
    let url = created.url.as_deref().expect("a page");
    assert!(url.contains(&format!("service_recid={}", created.id)), "{url}");
    assert_eq!(
        connector.find_tickets(&key).await.expect("found"),
        std::slice::from_ref(&created)
    );
    let raw = world.psa.records("tickets").pop().expect("a ticket");
    assert_eq!(raw["summary"], "Backup failed on SRV-01");
    assert_eq!(
        (&raw["type"]["id"], &raw["subType"]["id"], &raw["priority"]["id"]),
        (&203.into(), &203.into(), &2.into())
    );
    assert_eq!(
        (&raw["item"]["name"], &raw["team"]["name"]),
        (&"Mailbox".into(), &"Backup Alerts Team".into())
    );

    let closed = connector
        .set_ticket_status(&created.id, &StatusId::new("204"))
        .await
        .expect("closed");
    assert!(closed.closed);
    connector
        .set_ticket_status(&created.id, &StatusId::new("204"))
        .await
        .expect("closed already");
    assert_eq!(
        world.requests("PATCH", "tickets"),
        1,
        "what is so already is not written"
    );
    assert_eq!(
        connector.find_tickets(&key).await.expect("found").len(),
        1,
        "closed tickets are found too"
    );
    let reopened = connector
        .set_ticket_status(&created.id, &StatusId::new("205"))
        .await
        .expect("reopened");
    assert_eq!(
        (reopened.closed, reopened.status_name.as_deref()),
        (false, Some("Reopened"))
    );

    let urgent = ChoiceId::new("1");
    connector
        .set_ticket_field(&created.id, "priority", &urgent)
        .await
        .expect("escalated");
    assert_eq!(
        world.psa.records("tickets").pop().expect("a ticket")["priority"]["id"],
        1
    );
    assert_eq!(connector.ticket(&created.id).await.expect("read").id, created.id);
    let unknown = connector
        .ticket(&TicketId::new("999999"))
        .await
        .expect_err("no such ticket");
    assert_eq!(unknown.kind(), &ErrorKind::NotFound);
}

#[tokio::test]
async fn notes_are_found_by_their_key() {
    let world = World::small().await;
    let connector = &world.connector;
    let ticket = connector
        .create_ticket(&draft(), &key("PB:t"))
        .await
        .expect("created")
        .id;
    let note = |text: &str, destination| NoteDraft {
        text: text.to_owned(),
        destination,
    };
    let first = note("It failed again.\n", NoteDestination::Discussion);
    let second = note("Seen by nobody else.", NoteDestination::Internal);
    let written = connector.add_note(&ticket, &first, &key("PB:n1")).await.expect("added");
    connector
        .add_note(&ticket, &second, &key("PB:n10"))
        .await
        .expect("added");
    let found = connector.find_notes(&ticket, &key("PB:n1")).await.expect("found");
    assert_eq!(found.iter().map(|note| &note.id).collect::<Vec<_>>(), [&written.id]);
    assert_eq!(found[0].text, "It failed again.\n\n[psa-bridge: PB:n1]");
    assert!(found[0].created_at.is_some());
    assert_eq!(connector.find_notes(&ticket, &key("PB:n2")).await.expect("none"), []);
    let raw = world.psa.records("notes");
    let flags = |key: &str| {
        let note = raw
            .iter()
            .find(|note| note["text"].as_str().is_some_and(|text| text.contains(key)))
            .expect(key);
        ["detailDescriptionFlag", "internalAnalysisFlag"].map(|flag| note.get(flag) == Some(&true.into()))
    };
    assert_eq!((flags("PB:n1]"), flags("PB:n10]")), ([true, false], [false, true]));
}

#[tokio::test]
async fn long_texts_are_shortened_and_strange_ones_kept() {
    let world = World::small().await;
    let strange = "Pläne \"quoted\" & 'single' [x] <b> 💾 \u{2028} ";
    let draft = TicketDraft {
        summary: strange.repeat(9),
        body: strange.to_owned(),
        ..draft()
    };
    world
        .connector
        .create_ticket(&draft, &key("PB:long"))
        .await
        .expect("created");
    let raw = world.psa.records("tickets").pop().expect("a ticket");
    let summary = raw["summary"].as_str().expect("a summary");
    assert!(
        summary.ends_with('…') && summary.encode_utf16().count() <= 100,
        "{summary}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_and_the_ticket_is_there_once() {
    let world = World::small().await;
    let connector = &world.connector;
    world.trouble("POST", "service/tickets", Fault::ResetAfterCommit, Some(1));
    let error = connector
        .create_ticket(&draft(), &key("PB:once"))
        .await
        .expect_err("the answer is lost");
    assert_eq!(error.kind(), &ErrorKind::Ambiguous);
    assert_eq!(connector.find_tickets(&key("PB:once")).await.expect("found").len(), 1);
    assert_eq!(world.requests("POST", "service/tickets"), 1, "a write is sent once");
}

#[tokio::test]
async fn what_the_board_does_not_have_is_refused() {
    let world = World::small().await;
    let connector = &world.connector;
    let with = |name: &str, id: &str| {
        let mut draft = draft();
        draft.routing.fields.insert(name.to_owned(), ChoiceId::new(id));
        draft
    };
    let unknown = connector
        .create_ticket(&with("colour", "1"), &key("PB:a"))
        .await
        .expect_err("no such field");
    assert_eq!(refused_fields(&unknown), ["colour"]);
    let mut elsewhere = draft();
    elsewhere.routing.status = Some(StatusId::new("101"));
    let elsewhere = connector
        .create_ticket(&elsewhere, &key("PB:b"))
        .await
        .expect_err("another board's status");
    assert!(
        refused_fields(&elsewhere)
            .iter()
            .any(|field| field.starts_with("status")),
        "{elsewhere}"
    );
    let nameless = connector
        .create_ticket(&draft(), &key("other:1"))
        .await
        .expect_err("not a key of ours");
    assert_eq!(refused_fields(&nameless), ["key"]);
    assert_eq!(world.psa.records("tickets").len(), 0);
}

#[tokio::test]
async fn changes_to_our_tickets_are_followed() {
    let world = World::small().await;
    let connector = &world.connector;
    for index in 0..3 {
        connector
            .create_ticket(&draft(), &key(&format!("PB:{index}")))
            .await
            .expect("created");
    }
    let mut foreign = world.psa.records("tickets").pop().expect("a ticket");
    foreign.insert("id".to_owned(), 900_000.into());
    foreign.insert("externalXRef".to_owned(), "RMM-1".into());
    world.psa.upsert("tickets", foreign).expect("tickets are a kind");
    let query = ReadQuery {
        page_size: Some(2),
        ..ReadQuery::all()
    };
    let first = connector.tickets_changed_since(now(), &query).await.expect("a page");
    let second = connector
        .tickets_changed_since(now(), &query.after(first.next.clone()))
        .await
        .expect("a page");
    let keys: Vec<_> = first
        .records
        .iter()
        .chain(&second.records)
        .filter_map(|ticket| ticket.key.clone())
        .collect();
    assert_eq!(keys, [key("PB:0"), key("PB:1"), key("PB:2")]);
    assert_eq!((first.records.len(), second.next), (2, None));
    let later = connector
        .tickets_changed_since(now() + TimeDelta::seconds(1), &ReadQuery::all())
        .await
        .expect("a page");
    assert_eq!(later.records, []);
}

#[tokio::test]
async fn the_missing_right_is_named() {
    let world = World::small().await;
    let connector = &world.connector;
    let ticket = connector
        .create_ticket(&draft(), &key("PB:r"))
        .await
        .expect("created")
        .id;
    world.revoke("Service Desk", "Close Service Tickets");
    let close = connector
        .set_ticket_status(&ticket, &StatusId::new("204"))
        .await
        .expect_err("closing is not allowed");
    assert_eq!(
        close.kind(),
        &ErrorKind::Forbidden {
            right: Some("service.close_tickets")
        }
    );
    connector
        .set_ticket_status(&ticket, &StatusId::new("202"))
        .await
        .expect("other statuses are");
    world.revoke("Service Desk", "Service Tickets");
    let read = connector.ticket(&ticket).await.expect_err("nothing is allowed");
    assert_eq!(
        read.kind(),
        &ErrorKind::Forbidden {
            right: Some("service.tickets")
        }
    );
    let companies = connector.companies(&ReadQuery::all()).await;
    assert!(companies.is_ok(), "other rights are untouched");
}
