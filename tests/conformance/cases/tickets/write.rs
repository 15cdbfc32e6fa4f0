//! Creating a ticket.

use psa_connectors::{
    ErrorKind,
    record::{CompanyId, StatusId, TicketDraft, TicketId, WriteKey},
};

use super::{create, draft};
use crate::{
    bench::{On, Trouble},
    world::World,
};

pub(super) async fn created_as_drafted(world: &World) {
    let facts = world.facts();
    let key = WriteKey::new("PB:drafted");
    let mut draft = draft(facts);
    draft.routing.status = Some(facts.desk().open_status.clone());
    let created = create(world, &draft, &key).await;
    assert_eq!(
        (created.company.as_ref(), created.board.as_ref()),
        (Some(&facts.company), Some(&facts.desk().board))
    );
    assert_eq!(
        (created.status.as_ref(), created.closed),
        (Some(&facts.desk().open_status), false)
    );
    assert_eq!(created.key.as_ref(), Some(&key));
    assert_eq!(world.psa.ticket(&created.id).await.expect("the ticket"), created);
    for (field, value) in &facts.desk().routing {
        assert_eq!(
            world.bench.choice_of(&created.id, field).as_ref(),
            Some(value),
            "{field}"
        );
    }
    let (summary, body) = world.bench.texts_of(&created.id);
    assert_eq!((summary, body), (draft.summary, draft.body));
}

pub(super) async fn one_write_per_call(world: &World) {
    for (number, key) in ["PB:first", "PB:second"].into_iter().enumerate() {
        let created = world
            .psa
            .create_ticket(&draft(world.facts()), &WriteKey::new(key))
            .await;
        created.expect("created");
        assert_eq!(world.writes(), number + 1);
    }
}

pub(super) async fn a_lost_answer(world: &World) {
    let key = WriteKey::new("PB:lost-answer");
    world.bench.arm(Trouble::ResetAfter, On::Write, 1);
    let created = world.psa.create_ticket(&draft(world.facts()), &key).await;
    world.bench.calm();
    let error = created.expect_err("the answer is lost");
    assert_eq!(error.kind(), &ErrorKind::Ambiguous, "{error:?}");
    assert!(error.is_temporary());
    assert_eq!((world.writes(), world.bench.tickets(&key)), (1, 1));
    let found = world.psa.find_tickets(&key).await.expect("a look");
    let keys: Vec<_> = found.iter().map(|ticket| ticket.key.as_ref()).collect();
    assert_eq!(keys, [Some(&key)]);
}

pub(super) async fn a_lost_request(world: &World) {
    let key = WriteKey::new("PB:lost-request");
    world.bench.arm(Trouble::ResetBefore, On::Write, 1);
    let created = world.psa.create_ticket(&draft(world.facts()), &key).await;
    world.bench.calm();
    let error = created.expect_err("the request is lost");
    assert!(
        matches!(error.kind(), ErrorKind::Ambiguous | ErrorKind::Unavailable),
        "{error:?}"
    );
    assert!(error.is_temporary());
    assert_eq!(world.psa.find_tickets(&key).await.expect("a look"), []);
    create(world, &draft(world.facts()), &key).await;
}

pub(super) async fn long_texts_are_shortened(world: &World) {
    let limit = world.descriptor().limits.summary_chars;
    for text in ["Backup failed on SRV-01 ", "Sicherung 💾 fehlgeschlagen ", "é"] {
        let key = WriteKey::new(format!("PB:long-{}", text.len()));
        let draft = TicketDraft {
            summary: text.repeat(limit + 1),
            ..draft(world.facts())
        };
        let ticket = create(world, &draft, &key).await;
        let (summary, _) = world.bench.texts_of(&ticket.id);
        assert!(summary.chars().count() <= limit, "{summary}");
        let start = summary.strip_suffix('…').expect("a mark");
        assert!(
            start.chars().count() > limit / 2 && draft.summary.starts_with(start),
            "{summary}"
        );
    }
}

pub(super) async fn odd_texts_are_kept(world: &World) {
    let odd = "Pläne \"quoted\" & 'single' [x] <b> 💾 株 %20 \\n {id}";
    let draft = TicketDraft {
        summary: format!("{odd}\r\nsecond\tline"),
        body: format!("{odd}\n\n* second line\n  third"),
        ..draft(world.facts())
    };
    let ticket = create(world, &draft, &WriteKey::new("PB:odd-texts")).await;
    let (summary, body) = world.bench.texts_of(&ticket.id);
    assert_eq!(summary, format!("{odd} second line"));
    assert_eq!(body, draft.body);
}

pub(super) async fn unknown_records(world: &World) {
    let facts = world.facts();
    let unknown = TicketId::new(facts.unknown.as_str());
    let read = world.psa.ticket(&unknown).await.expect_err("there is none");
    assert_eq!(read.kind(), &ErrorKind::NotFound, "{read:?}");
    let status = world
        .psa
        .set_ticket_status(&unknown, &facts.desk().open_status)
        .await
        .expect_err("there is none");
    assert_eq!(status.kind(), &ErrorKind::NotFound, "{status:?}");
    let mut of_nobody = draft(facts);
    of_nobody.company = CompanyId::new(facts.unknown.as_str());
    let mut without_status = draft(facts);
    without_status.routing.status = Some(StatusId::new(facts.unknown.as_str()));
    let mut elsewhere = draft(facts);
    elsewhere.routing.status = Some(facts.desk().foreign_status.clone());
    for draft in [of_nobody, without_status, elsewhere] {
        // With faults the refusal may come late, but nothing else may come.
        let error = loop {
            let created = world.psa.create_ticket(&draft, &WriteKey::new("PB:unknown")).await;
            let error = created.expect_err("the PSA does not have this");
            if !error.is_temporary() {
                break error;
            }
        };
        assert!(
            matches!(error.kind(), ErrorKind::Invalid { .. } | ErrorKind::NotFound),
            "{error:?}"
        );
    }
    assert_eq!(world.bench.all_tickets(), 0);
}

pub(super) async fn long_keys_are_kept(world: &World) {
    let key = WriteKey::new("PB:0190a1b2-7c1e-7f00-8000-00000000-ZZzz");
    assert_eq!(key.as_str().len(), 40);
    let created = create(world, &draft(world.facts()), &key).await;
    assert_eq!(created.key.as_ref(), Some(&key));
    assert_eq!(world.psa.find_tickets(&key).await.expect("found"), [created]);
}
