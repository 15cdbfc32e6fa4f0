//! What is done about a line, by what the agreement holds.

use chrono::DateTime;
use psa_connectors::record::AgreementId;
use psa_entities::{
    Exact,
    billing_line::AdditionSnapshots,
    ids::{BillingLineId, BillingRunId, ProviderId},
};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn addition(id: &str, product: &str, quantity: i64) -> Addition {
    Addition {
        id: AdditionId::new(id),
        agreement: AgreementId::new("1"),
        product: ProductId::new(product),
        quantity: Decimal::from(quantity),
        unit_price: Some(Decimal::new(500, 2)),
        unit_cost: None,
        description: None,
        effective_date: Some(day("2026-01-01")),
        cancelled_date: None,
    }
}

fn order(action: LineAction, billed: i64, before: Option<&Addition>, state: LineState) -> Order {
    Order::of(&line(action, billed, before, state), "7").expect("a line that writes")
}

fn line(action: LineAction, billed: i64, before: Option<&Addition>, state: LineState) -> Model {
    let now = DateTime::UNIX_EPOCH;
    Model {
        id: BillingLineId::at(now),
        provider_id: ProviderId::at(now),
        run_id: BillingRunId::at(now),
        position: 0,
        action,
        state,
        company_id: None,
        agreement_id: None,
        psa_product_id: None,
        product_key: "license:Server".to_owned(),
        measured: Exact::default(),
        billed: Exact(Decimal::from(billed)),
        unit_price: None,
        unit_cost: None,
        amount: Exact::default(),
        delta: Exact::default(),
        description: None,
        effective_date: Some(day("2026-11-01")),
        addition_external_id: None,
        before: before.map(addition_snapshot),
        candidates: AdditionSnapshots::default(),
        receipt: None,
        problem: None,
        attempts: 0,
        updated_at: now,
    }
}

#[test]
fn lines_that_write_nothing_order_nothing() {
    for (action, ends) in [
        (LineAction::Noop, None),
        (LineAction::Blocked, None),
        (LineAction::Create, Some(false)),
        (LineAction::Update, Some(false)),
        (LineAction::End, Some(true)),
    ] {
        let line = line(action, 3, None, LineState::Planned);
        assert_eq!(Order::of(&line, "7").map(|order| order.ends), ends, "{action:?}");
        let undated = Model {
            effective_date: None,
            ..line
        };
        assert_eq!(Order::of(&undated, "7"), None, "{action:?}");
    }
}

#[test]
fn a_new_addition_is_written_once() {
    let planned = order(LineAction::Create, 3, None, LineState::Planned);
    let other = addition("b", "8", 3);
    let ended = Addition {
        cancelled_date: Some(day("2026-10-31")),
        ..addition("c", "7", 9)
    };
    assert_eq!(planned.situation(&[other.clone(), ended]), Situation::Due(None));
    let written = addition("a", "7", 3);
    assert_eq!(planned.situation(&[other, written.clone()]), Situation::Met(written));
    assert!(matches!(
        planned.situation(&[addition("a", "7", 4)]),
        Situation::Drifted(_)
    ));
}

#[test]
fn an_addition_without_units_may_have_ended() {
    let before = addition("a", "7", 2);
    let ended = |quantity| Addition {
        cancelled_date: Some(day("2026-11-01")),
        ..addition("a", "7", quantity)
    };
    let none = order(LineAction::Update, 0, Some(&before), LineState::Applied);
    assert_eq!(none.situation(&[ended(0)]), Situation::Met(ended(0)));
    assert!(matches!(none.situation(&[ended(2)]), Situation::Drifted(_)));
    let some = order(LineAction::Update, 1, Some(&before), LineState::Applied);
    assert!(matches!(some.situation(&[ended(0)]), Situation::Drifted(_)));
}

#[test]
fn a_write_that_was_broken_off_is_gone_on_with() {
    let begun = |before: Option<&Addition>, action| {
        let line = Model {
            attempts: 1,
            description: Some("3 servers".to_owned()),
            unit_price: Some(Exact(Decimal::new(600, 2))),
            ..line(action, 3, before, LineState::Applying)
        };
        Order::of(&line, "7").expect("a line that writes")
    };
    let with = |quantity: i64, cents: i64, text: Option<&str>| Addition {
        unit_price: Some(Decimal::new(cents, 2)),
        description: text.map(str::to_owned),
        ..addition("a", "7", quantity)
    };
    let due = |situation| matches!(situation, Situation::Due(Some(_)));
    let new = begun(None, LineAction::Create);
    assert!(
        due(new.situation(&[with(3, 600, Some("Server"))])),
        "only the text is missing"
    );
    assert!(!due(new.situation(&[with(4, 600, Some("Server"))])), "that is not ours");
    assert!(!due(new.situation(&[with(3, 500, Some("Server"))])), "nor that");

    let before = with(2, 500, None);
    let changed = begun(Some(&before), LineAction::Update);
    for half in [with(3, 500, None), with(3, 600, None), with(2, 500, Some("3 servers"))] {
        assert!(due(changed.situation(&[half])));
    }
    for other in [with(4, 500, None), with(3, 700, None), with(3, 600, Some("by hand"))] {
        assert!(!due(changed.situation(&[other])));
    }
    let not_begun = order(LineAction::Create, 3, None, LineState::Planned);
    let found = Addition {
        description: Some("Server".to_owned()),
        ..addition("a", "7", 3)
    };
    assert!(
        matches!(not_begun.situation(&[found]), Situation::Met(_)),
        "no text was planned"
    );
}

#[test]
fn an_addition_is_changed_only_from_what_was_planned_with() {
    let before = addition("a", "7", 2);
    let planned = order(LineAction::Update, 3, Some(&before), LineState::Applying);
    assert_eq!(
        planned.situation(std::slice::from_ref(&before)),
        Situation::Due(Some(AdditionId::new("a")))
    );
    let written = addition("a", "7", 3);
    assert_eq!(
        planned.situation(std::slice::from_ref(&written)),
        Situation::Met(written.clone())
    );
    let dearer = Addition {
        unit_price: Some(Decimal::TEN),
        ..before.clone()
    };
    let ended = Addition {
        cancelled_date: Some(day("2026-11-01")),
        ..before.clone()
    };
    for found in [
        vec![addition("a", "7", 5)],
        vec![dearer],
        vec![ended],
        vec![addition("z", "7", 2)],
        vec![],
        vec![before, written],
    ] {
        assert!(matches!(planned.situation(&found), Situation::Drifted(_)), "{found:?}");
    }
}

#[test]
fn an_accepted_write_is_verified_and_never_repeated() {
    let before = addition("a", "7", 2);
    let accepted = order(LineAction::Update, 3, Some(&before), LineState::Applied);
    assert!(matches!(
        accepted.situation(&[addition("a", "7", 3)]),
        Situation::Met(_)
    ));
    assert!(matches!(accepted.situation(&[before]), Situation::Drifted(_)));
    let created = order(LineAction::Create, 3, None, LineState::Applied);
    assert!(matches!(created.situation(&[]), Situation::Drifted(_)));
}

#[test]
fn an_addition_is_ended_once() {
    let before = addition("a", "7", 2);
    let planned = order(LineAction::End, 0, Some(&before), LineState::Planned);
    assert_eq!(
        planned.situation(std::slice::from_ref(&before)),
        Situation::Due(Some(AdditionId::new("a")))
    );
    let ended = Addition {
        cancelled_date: Some(day("2026-11-01")),
        ..before.clone()
    };
    assert_eq!(planned.situation(std::slice::from_ref(&ended)), Situation::Met(ended));
    assert!(matches!(
        planned.situation(&[addition("a", "7", 1)]),
        Situation::Drifted(_)
    ));
    assert!(matches!(planned.situation(&[]), Situation::Drifted(_)));
    let other_product = addition("a", "8", 2);
    assert!(matches!(planned.situation(&[other_product]), Situation::Drifted(_)));
}

#[test]
fn the_reason_names_what_differs() {
    let before = addition("a", "7", 2);
    let planned = order(LineAction::Update, 3, Some(&before), LineState::Planned);
    let reason = |found: Addition| match planned.situation(&[found]) {
        Situation::Drifted(reason) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        reason(addition("a", "7", 5)),
        "the addition a says 5 at 5, and was planned with 2 at 5"
    );
    assert!(
        reason(Addition {
            description: Some("x".to_owned()),
            ..before
        })
        .contains("another cost, text or date")
    );
}
