//! Notes on tickets.

use psa_connectors::{
    ErrorKind,
    record::{Note, NoteDestination, NoteDraft, TicketId, WriteKey},
};

use crate::{
    bench::{On, Trouble},
    case::{Case, case},
    cases::tickets::{create, draft},
    world::{World, once},
};

pub(super) const CASES: &[Case] = &[
    case!("R-NOTE-01", [Tickets, TicketNotes], found_by_its_key),
    case!("R-NOTE-02", [Tickets, TicketNotes], who_reads_it),
    case!("R-NOTE-03", [Tickets, TicketNotes], calm a_lost_answer),
    case!("R-NOTE-04", [Tickets, TicketNotes], no_such_ticket),
];

fn note(text: &str, destination: NoteDestination) -> NoteDraft {
    NoteDraft {
        text: text.to_owned(),
        destination,
    }
}

async fn ticket(world: &World) -> TicketId {
    create(world, &draft(world.facts()), &WriteKey::new("PB:noted"))
        .await
        .id
}

/// Adds a note as every caller must, and sees that it is there once.
async fn add(world: &World, ticket: &TicketId, note: &NoteDraft, key: &WriteKey) -> Note {
    let before = world.psa.find_notes(ticket, key).await.expect("notes").len();
    let added = once(
        async || world.psa.add_note(ticket, note, key).await,
        async || {
            let mut found = world.psa.find_notes(ticket, key).await?;
            Ok(if found.len() > before { found.pop() } else { None })
        },
    )
    .await;
    assert_eq!(
        world.psa.find_notes(ticket, key).await.expect("notes").len(),
        before + 1
    );
    added
}

async fn found_by_its_key(world: &World) {
    let ticket = ticket(world).await;
    let (one, ten) = (WriteKey::new("PB:n1"), WriteKey::new("PB:n10"));
    let first = add(
        world,
        &ticket,
        &note("It failed again.\n", NoteDestination::Discussion),
        &one,
    )
    .await;
    add(
        world,
        &ticket,
        &note("Another one: PB:n1", NoteDestination::Discussion),
        &ten,
    )
    .await;
    let second = add(world, &ticket, &note("And again.", NoteDestination::Discussion), &one).await;
    let found = world.psa.find_notes(&ticket, &one).await.expect("found");
    let ids: Vec<_> = found.iter().map(|note| &note.id).collect();
    assert_eq!(ids, [&first.id, &second.id]);
    assert!(found[0].text.contains("It failed again.") && found[0].created_at.is_some());
    assert_eq!(
        world
            .psa
            .find_notes(&ticket, &WriteKey::new("PB:n2"))
            .await
            .expect("none"),
        []
    );
    for text in ["It failed again.", "Another one", "And again."] {
        assert_eq!(world.bench.notes(&ticket, text).len(), 1, "{text}");
    }
}

async fn who_reads_it(world: &World) {
    let ticket = ticket(world).await;
    add(
        world,
        &ticket,
        &note("For everybody.", NoteDestination::Discussion),
        &WriteKey::new("PB:open"),
    )
    .await;
    add(
        world,
        &ticket,
        &note("For us.", NoteDestination::Internal),
        &WriteKey::new("PB:inside"),
    )
    .await;
    assert_eq!(world.bench.notes(&ticket, "For everybody."), [true]);
    assert_eq!(world.bench.notes(&ticket, "For us."), [false]);
}

async fn a_lost_answer(world: &World) {
    let ticket = ticket(world).await;
    let key = WriteKey::new("PB:lost");
    let before = world.writes();
    world.bench.arm(Trouble::ResetAfter, On::Write, 1);
    let added = world
        .psa
        .add_note(&ticket, &note("Lost.", NoteDestination::Internal), &key)
        .await;
    world.bench.calm();
    let error = added.expect_err("the answer is lost");
    assert_eq!(error.kind(), &ErrorKind::Ambiguous, "{error:?}");
    assert_eq!(world.writes(), before + 1);
    assert_eq!(world.psa.find_notes(&ticket, &key).await.expect("found").len(), 1);
    assert_eq!(world.bench.notes(&ticket, "Lost.").len(), 1);
}

async fn no_such_ticket(world: &World) {
    let unknown = TicketId::new(world.facts().unknown.as_str());
    let key = WriteKey::new("PB:nowhere");
    let error = loop {
        let added = world
            .psa
            .add_note(&unknown, &note("Hello?", NoteDestination::Internal), &key)
            .await;
        let error = added.expect_err("there is none");
        if !error.is_temporary() {
            break error;
        }
    };
    assert_eq!(error.kind(), &ErrorKind::NotFound, "{error:?}");
    let error = world.psa.find_notes(&unknown, &key).await.expect_err("there is none");
    assert_eq!(error.kind(), &ErrorKind::NotFound, "{error:?}");
}
