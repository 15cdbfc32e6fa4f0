//! What becomes of a ticket.

use chrono::TimeDelta;
use psa_connectors::{
    ErrorKind, ReadQuery,
    record::{NoteDestination, NoteDraft, Ticket, TicketId, WriteKey},
};

use super::{create, draft};
use crate::{
    bench::Deed,
    world::{World, again, pages, refused_fields},
};

pub(super) async fn found_by_its_key(world: &World) {
    let facts = world.facts();
    let key = WriteKey::new("PB:Key-1");
    let first = create(world, &draft(facts), &key).await;
    world.bench.act(Deed::SetStatus(&first.id, &facts.desk().closed_status));
    for other in ["PB:Key-10", "PB:Key", "PB:KEY-1", "PB:key-1"] {
        create(world, &draft(facts), &WriteKey::new(other)).await;
    }
    // A second one of the same key comes about when a caller does not look first: both are found.
    again(async || {
        let before = world.bench.tickets(&key);
        let created = world.psa.create_ticket(&draft(facts), &key).await;
        if world.bench.tickets(&key) > before {
            Ok(())
        } else {
            created.map(drop)
        }
    })
    .await;
    let found = world.psa.find_tickets(&key).await.expect("found");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        (&found[0].id, found[0].closed, found[1].closed),
        (&first.id, true, false)
    );
    assert!(found.iter().all(|ticket| ticket.key.as_ref() == Some(&key)));
    assert_eq!(
        world.psa.find_tickets(&WriteKey::new("PB:Key-2")).await.expect("none"),
        []
    );
}

pub(super) async fn a_deleted_ticket_is_gone(world: &World) {
    let ticket = create(world, &draft(world.facts()), &WriteKey::new("PB:deleted"))
        .await
        .id;
    world.bench.act(Deed::DeleteTicket(&ticket));
    let error = world.psa.ticket(&ticket).await.expect_err("deleted");
    assert_eq!(error.kind(), &ErrorKind::NotFound, "{error:?}");
}

pub(super) async fn closed_and_opened_again(world: &World) {
    let facts = world.facts();
    let ticket = create(world, &draft(facts), &WriteKey::new("PB:closed")).await.id;
    let set = async |status| again(async || world.psa.set_ticket_status(&ticket, status).await).await;
    let closed = set(&facts.desk().closed_status).await;
    assert_eq!(
        (closed.status.as_ref(), closed.closed),
        (Some(&facts.desk().closed_status), true)
    );
    assert_eq!(world.psa.ticket(&ticket).await.expect("the ticket"), closed);
    let open = set(&facts.desk().open_status).await;
    assert_eq!(
        (open.status.as_ref(), open.closed),
        (Some(&facts.desk().open_status), false)
    );
    assert_eq!(world.psa.ticket(&ticket).await.expect("the ticket"), open);
}

pub(super) async fn what_is_so_already_is_not_written(world: &World) {
    let facts = world.facts();
    let ticket = create(world, &draft(facts), &WriteKey::new("PB:so-already")).await.id;
    let set = async || {
        world
            .psa
            .set_ticket_status(&ticket, &facts.desk().open_status)
            .await
            .expect("set")
    };
    let first = set().await;
    let writes = world.writes();
    assert_eq!(set().await, first);
    assert_eq!(world.writes(), writes);
}

pub(super) async fn fields_can_be_changed(world: &World) {
    let (field, value) = &world.facts().desk().change;
    let ticket = create(world, &draft(world.facts()), &WriteKey::new("PB:changed"))
        .await
        .id;
    assert_ne!(world.bench.choice_of(&ticket, field).as_ref(), Some(value));
    again(async || world.psa.set_ticket_field(&ticket, field, value).await).await;
    assert_eq!(world.bench.choice_of(&ticket, field).as_ref(), Some(value));
    let writes = world.writes();
    let error = world
        .psa
        .set_ticket_field(&ticket, "colour", value)
        .await
        .expect_err("no such field");
    assert!(!refused_fields(&error).is_empty());
    assert_eq!(world.writes(), writes);
}

pub(super) async fn our_changed_tickets(world: &World) {
    let facts = world.facts();
    let mut ours = Vec::new();
    for number in 0..4 {
        ours.push(
            create(world, &draft(facts), &WriteKey::new(format!("PB:ours-{number}")))
                .await
                .id,
        );
    }
    world.bench.act(Deed::CopyTicketOfOthers(&ours[0]));
    assert_eq!(world.bench.all_tickets(), 5);
    let start = world.bench.now();
    world.bench.pass(TimeDelta::seconds(5));
    let instant = world.bench.now();
    world.bench.act(Deed::SetStatus(&ours[2], &facts.desk().closed_status));
    let query = ReadQuery {
        page_size: Some(3),
        ..ReadQuery::all()
    };
    let changed = async |since| {
        pages(&query, async |query| {
            world.psa.tickets_changed_since(since, &query).await
        })
        .await
    };
    let all = changed(start).await;
    assert!(all.iter().all(|page| page.len() <= 3));
    assert_eq!(ids(&all), ours.iter().collect::<Vec<_>>());
    let late = changed(instant).await;
    assert_eq!(ids(&late), [&ours[2]]);
    assert!(late[0][0].closed);
    assert!(ids(&changed(instant + TimeDelta::seconds(1)).await).is_empty());
}

fn ids(pages: &[Vec<Ticket>]) -> Vec<&TicketId> {
    pages.iter().flatten().map(|ticket| &ticket.id).collect()
}

pub(super) async fn what_a_person_does_is_seen(world: &World) {
    let facts = world.facts();
    let before = create(world, &draft(facts), &WriteKey::new("PB:person")).await;
    world.bench.pass(TimeDelta::minutes(1));
    world
        .bench
        .act(Deed::SetStatus(&before.id, &facts.desk().closed_status));
    let after = world.psa.ticket(&before.id).await.expect("the ticket");
    assert!(after.closed && !before.closed);
    assert_eq!(after.status.as_ref(), Some(&facts.desk().closed_status));
    assert!(
        after.changed_by.is_some() && after.changed_by != before.changed_by,
        "{after:?}"
    );
    assert!(after.changed_at > before.changed_at, "{after:?}");
}

pub(super) async fn what_a_person_adds_is_seen(world: &World) {
    let note = NoteDraft {
        text: "It was reported again.".to_owned(),
        destination: NoteDestination::Internal,
    };
    for (key, is_time) in [("PB:noted", false), ("PB:timed", true)] {
        let ticket = create(world, &draft(world.facts()), &WriteKey::new(key)).await.id;
        let ours = WriteKey::new(format!("{key}:1"));
        again(async || {
            if world.psa.find_notes(&ticket, &ours).await?.is_empty() {
                world.psa.add_note(&ticket, &note, &ours).await?;
            }
            Ok(())
        })
        .await;
        let worked_on = async || world.psa.is_worked_on(&ticket).await.expect("an answer");
        assert!(!worked_on().await, "{key}: what we wrote");
        let deed = if is_time {
            Deed::AddTime(&ticket)
        } else {
            Deed::AddNote(&ticket)
        };
        world.bench.act(deed);
        assert!(worked_on().await, "{key}");
    }
}

pub(super) async fn a_merged_ticket_leads_on(world: &World) {
    let facts = world.facts();
    let child = create(world, &draft(facts), &WriteKey::new("PB:child")).await;
    let parent = create(world, &draft(facts), &WriteKey::new("PB:parent")).await;
    world.bench.act(Deed::MergeTicket(&child.id, &parent.id));
    let merged = world.psa.ticket(&child.id).await.expect("the merged ticket");
    assert!(
        merged.closed && merged.merged_into.as_ref() == Some(&parent.id),
        "{merged:?}"
    );
    let survivor = world.psa.ticket(&parent.id).await.expect("the one that goes on");
    assert!(!survivor.closed && survivor.merged_into.is_none(), "{survivor:?}");
}
