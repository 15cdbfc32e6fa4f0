//! Boards, and the choices that route a ticket.

use std::collections::BTreeSet;

use psa_connectors::record::{Choice, ChoiceId, StatusId, WriteKey};

use crate::{
    case::{Case, case},
    cases::tickets::draft,
    world::{World, refused_fields},
};

pub(super) const CASES: &[Case] = &[
    case!("R-BOARD-01", [Tickets], boards_have_statuses),
    case!("R-BOARD-02", [Tickets], choices_go_together),
    case!("R-BOARD-03", [Tickets], an_unknown_field),
];

async fn boards_have_statuses(world: &World) {
    let facts = world.facts();
    let boards = world.psa.boards().await.expect("boards");
    let unique: BTreeSet<_> = boards.iter().map(|board| &board.id).collect();
    assert_eq!(unique.len(), boards.len());
    for board in &boards {
        let statuses = &board.statuses;
        let unique: BTreeSet<_> = statuses.iter().map(|status| &status.id).collect();
        assert_eq!(unique.len(), statuses.len(), "{board:?}");
        assert!(!board.name.trim().is_empty() && statuses.iter().all(|status| !status.name.trim().is_empty()));
        assert_eq!(statuses.iter().filter(|status| status.default).count(), 1, "{board:?}");
        assert!(statuses.iter().any(|status| status.closed), "{board:?}");
    }
    let board = boards
        .iter()
        .find(|board| board.id == facts.desk().board)
        .expect("the board");
    let closed = |id: &StatusId| {
        board
            .statuses
            .iter()
            .find(|status| status.id == *id)
            .map(|status| status.closed)
    };
    assert_eq!(closed(&facts.desk().open_status), Some(false));
    assert_eq!(closed(&facts.desk().closed_status), Some(true));
    assert_eq!(
        closed(&facts.desk().foreign_status),
        None,
        "statuses belong to their board"
    );
}

async fn choices_go_together(world: &World) {
    let facts = world.facts();
    let fields = world.descriptor().routing_fields;
    let mut known: Vec<(&str, Vec<Choice>)> = Vec::new();
    for field in fields {
        let choices = world
            .psa
            .choices(field.name, &facts.desk().board)
            .await
            .expect(field.name);
        assert!(!choices.is_empty(), "{} has no choices", field.name);
        known.push((field.name, choices));
    }
    let of = |name: &str| {
        known
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, choices)| choices.as_slice())
    };
    for (field, (_, choices)) in fields.iter().zip(&known) {
        let unique: BTreeSet<_> = choices.iter().map(|choice| &choice.id).collect();
        assert_eq!(unique.len(), choices.len(), "{}", field.name);
        for (name, value) in choices.iter().flat_map(|choice| &choice.combinations).flatten() {
            assert!(
                field.depends_on.contains(&name.as_str()),
                "{} does not depend on {name}",
                field.name
            );
            let values = of(name).expect("a routing field");
            assert!(values.iter().any(|choice| choice.id == *value), "{name} has no {value}");
        }
    }
    for (name, value) in &facts.desk().routing {
        let choice = of(name).and_then(|choices| choices.iter().find(|choice| choice.id == *value));
        let choice = choice.unwrap_or_else(|| panic!("{name} has no {value}"));
        let goes = |with: &std::collections::BTreeMap<String, ChoiceId>| {
            with.iter()
                .all(|(name, value)| facts.desk().routing.get(name) == Some(value))
        };
        let free = choice.combinations.is_empty();
        assert!(
            free || choice.combinations.iter().any(goes),
            "{name} {value} does not go with the others"
        );
    }
}

async fn an_unknown_field(world: &World) {
    let facts = world.facts();
    let choices = world.psa.choices("colour", &facts.desk().board).await;
    assert!(!refused_fields(&choices.expect_err("no such field")).is_empty());
    let mut draft = draft(facts);
    draft.routing.fields.insert("colour".to_owned(), ChoiceId::new("1"));
    let created = world.psa.create_ticket(&draft, &WriteKey::new("PB:colour")).await;
    assert_eq!(refused_fields(&created.expect_err("no such field")), ["colour"]);
    assert_eq!((world.bench.all_tickets(), world.writes()), (0, 0));
}
