//! Tests of the checks on a routing.

use chrono::DateTime;
use psa_connectors::Registry;
use psa_entities::{
    board::{BoardStatuses, Choice, RoutingChoices},
    ids::{BoardId, ProviderId},
};

use super::*;

fn descriptor() -> &'static Descriptor {
    Registry::builtin()
        .descriptors()
        .next()
        .expect("one connector is built in")
}

/// The first routing field that hangs on another field than the board, and that field.
fn dependent() -> (&'static str, &'static str) {
    let fields = descriptor().routing_fields.iter();
    let mut dependent = fields.filter_map(|field| {
        let parent = field.depends_on.iter().find(|parent| **parent != "board")?;
        Some((field.name, *parent))
    });
    dependent.next().expect("ConnectWise has subtypes")
}

fn a_board() -> board::Model {
    let at = DateTime::UNIX_EPOCH;
    let status = |id: &str, closed, default, active| BoardStatus {
        id: id.into(),
        name: format!("Status {id}"),
        closed,
        default,
        active,
    };
    let (child, parent) = dependent();
    let choice = |id: &str, with: &[&str]| Choice {
        id: id.into(),
        name: format!("Choice {id}"),
        combinations: with
            .iter()
            .map(|id| BTreeMap::from([(parent.to_owned(), (*id).to_owned())]))
            .collect(),
    };
    let mut choices: BTreeMap<_, _> = descriptor()
        .routing_fields
        .iter()
        .map(|field| (field.name.to_owned(), vec![choice("1", &[])]))
        .collect();
    choices.insert(parent.to_owned(), vec![choice("10", &[]), choice("11", &[])]);
    choices.insert(child.to_owned(), vec![choice("20", &["10"])]);
    board::Model {
        id: BoardId::at(at),
        provider_id: ProviderId::at(at),
        integration_id: IntegrationId::at(at),
        external_id: "3".into(),
        name: "Alerts".into(),
        active: true,
        deleted: false,
        statuses: BoardStatuses(vec![
            status("30", false, true, true),
            status("31", true, false, true),
            status("32", false, false, false),
        ]),
        choices: RoutingChoices(choices),
        imported_at: at,
    }
}

fn a_routing() -> TicketRouting {
    let required = descriptor().routing_fields.iter().filter(|field| field.required);
    let mut fields: BTreeMap<_, _> = required.map(|field| (field.name.to_owned(), "1".to_owned())).collect();
    let (child, parent) = dependent();
    fields.insert(parent.to_owned(), "10".to_owned());
    fields.insert(child.to_owned(), "20".to_owned());
    TicketRouting {
        board: Some("3".into()),
        closed_status: Some("31".into()),
        fields,
        ..TicketRouting::default()
    }
}

/// The fields that are objected to, once the routing or the board has been changed.
fn objections(change: impl FnOnce(&mut TicketRouting, &mut Option<board::Model>)) -> (Vec<String>, Vec<String>) {
    let (mut routing, mut board) = (a_routing(), Some(a_board()));
    change(&mut routing, &mut board);
    let route = Route {
        routing: &routing,
        board: board.as_ref(),
        descriptor: descriptor(),
    };
    let fields = |errors: Vec<UserError>| errors.into_iter().map(|error| error.field.join(".")).collect();
    (fields(route.opening()), fields(route.closing()))
}

#[test]
fn a_complete_routing_has_no_obstacle() {
    assert_eq!(objections(|_, _| {}), (vec![], vec![]));
}

#[test]
fn a_board_that_is_missing_or_gone_stops_everything() {
    let both = (vec!["routing.boardId".to_owned()], vec!["routing.boardId".to_owned()]);
    assert_eq!(objections(|routing, _| routing.board = None), both);
    assert_eq!(objections(|_, board| *board = None), both);
    assert_eq!(
        objections(|_, board| board.as_mut().expect("there").deleted = true),
        both
    );
    assert_eq!(
        objections(|_, board| board.as_mut().expect("there").active = false),
        both
    );
}

#[test]
fn statuses_must_be_of_the_board_and_of_the_right_kind() {
    for (new, closed, opening, closing) in [
        (Some("30"), Some("31"), None, None),
        (Some("31"), Some("31"), Some("routing.newStatusId"), None),
        (Some("32"), Some("31"), Some("routing.newStatusId"), None),
        (
            Some("99"),
            Some("30"),
            Some("routing.newStatusId"),
            Some("routing.closedStatusId"),
        ),
        (None, None, None, Some("routing.closedStatusId")),
    ] {
        let found = objections(|routing, _| {
            routing.new_status = new.map(str::to_owned);
            routing.closed_status = closed.map(str::to_owned);
        });
        let expected = |field: Option<&str>| field.map(str::to_owned).into_iter().collect::<Vec<_>>();
        assert_eq!(found, (expected(opening), expected(closing)), "{new:?} {closed:?}");
    }
}

#[test]
fn fields_must_exist_and_go_together() {
    let (child, parent) = dependent();
    let change = |name: &'static str, value: &'static str| {
        objections(move |routing, _| _ = routing.fields.insert(name.to_owned(), value.to_owned())).0
    };
    assert_eq!(change("colour", "1"), ["routing.fields.colour"]);
    assert_eq!(change(child, "99"), [format!("routing.fields.{child}")]);
    assert_eq!(change(parent, "11"), [format!("routing.fields.{child}")]);
}

#[test]
fn a_choice_goes_with_one_of_its_combinations() {
    let with = |kind: &str, subtype: &str| {
        BTreeMap::from([
            ("type".to_owned(), kind.to_owned()),
            ("subtype".to_owned(), subtype.to_owned()),
        ])
    };
    let item = Choice {
        id: "50".into(),
        name: "Disk".into(),
        combinations: vec![with("10", "20"), with("11", "21")],
    };
    let fits = |kind: Option<&str>, subtype: Option<&str>| {
        let chosen = [("type", kind), ("subtype", subtype)];
        let chosen = chosen
            .into_iter()
            .filter_map(|(field, id)| Some((field.to_owned(), id?.to_owned())));
        let routing = TicketRouting {
            fields: chosen.collect(),
            ..TicketRouting::default()
        };
        let route = Route {
            routing: &routing,
            board: None,
            descriptor: descriptor(),
        };
        route.goes_with_the_rest(&item)
    };
    assert!(fits(Some("10"), Some("20")) && fits(Some("11"), Some("21")));
    assert!(!fits(Some("10"), Some("21")), "each goes, but not together");
    assert!(fits(Some("10"), None), "the PSA takes it without a subtype");
    assert!(!fits(None, None), "nothing confirms it");
    assert!(!fits(Some("12"), None));
}

#[test]
fn a_required_field_must_be_chosen() {
    let Some(field) = descriptor().routing_fields.iter().find(|field| field.required) else {
        return;
    };
    let missing = objections(|routing, _| _ = routing.fields.remove(field.name)).0;
    assert!(
        missing.contains(&format!("routing.fields.{}", field.name)),
        "{missing:?}"
    );
}

#[test]
fn a_reopened_ticket_gets_the_nearest_status() {
    let board = a_board();
    for (reopen, new, expected) in [(Some("7"), Some("8"), "7"), (None, Some("8"), "8"), (None, None, "30")] {
        let routing = TicketRouting {
            reopen_status: reopen.map(str::to_owned),
            new_status: new.map(str::to_owned),
            ..TicketRouting::default()
        };
        let route = Route {
            routing: &routing,
            board: Some(&board),
            descriptor: descriptor(),
        };
        assert_eq!(route.reopen_status(), Some(StatusId::new(expected)));
    }
}
