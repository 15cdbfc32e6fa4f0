//! Additions: where usage becomes money.

use psa_connectors::{
    ErrorKind,
    record::{AdditionChange, AdditionId, AdditionTarget, AgreementId, DesiredAddition, ProductId, WriteKey},
};
use psa_simulator::Fault;
use rust_decimal::Decimal;

use crate::support::{World, day, refused_fields};

/// The product MBS-SERVER, which no agreement of the small data set has.
const SERVER: &str = "1";
/// The product MBS-DESKTOP, which the first agreement has.
const DESKTOP: &str = "2";

fn target(agreement: &str, product: &str, addition: Option<&AdditionId>) -> AdditionTarget {
    AdditionTarget {
        agreement: AgreementId::new(agreement),
        product: ProductId::new(product),
        addition: addition.cloned(),
        seen: None,
    }
}

fn quantity(text: &str) -> DesiredAddition {
    let quantity = text.parse().expect("a number");
    DesiredAddition {
        quantity,
        unit_price: None,
        unit_cost: None,
        description: None,
    }
}

fn key() -> WriteKey {
    WriteKey::new("PB:test")
}

#[tokio::test]
async fn an_addition_is_created_changed_left_alone_and_ended() {
    let world = World::small().await;
    let effective = day("2026-03-01");
    let desired = DesiredAddition {
        quantity: "12.3456".parse().expect("a number"),
        unit_price: Some("0.05".parse().expect("a number")),
        unit_cost: None,
        description: Some("Backup\nof March".to_owned()),
    };
    let connector = &world.connector;
    let created = connector
        .set_addition(&target("2", SERVER, None), &desired, effective, &key())
        .await
        .expect("created");
    assert_eq!((created.change, &created.before), (AdditionChange::Created, &None));
    assert!(desired.is_met_by(&created.after), "{created:?}");
    assert_eq!(created.after.effective_date, Some(effective));
    assert_eq!(
        created.after.unit_cost,
        Some(Decimal::from(11)),
        "what is not wished for is the product's"
    );

    let target = target("2", SERVER, Some(&created.after.id));
    let again = connector
        .set_addition(&target, &desired, effective, &key())
        .await
        .expect("unchanged");
    assert_eq!(
        (again.change, again.after),
        (AdditionChange::Unchanged, created.after.clone())
    );
    assert_eq!(world.requests("PATCH", "additions"), 0);

    let desired = DesiredAddition {
        quantity: Decimal::from(20),
        ..desired
    };
    let updated = connector
        .set_addition(&target, &desired, effective, &key())
        .await
        .expect("updated");
    assert_eq!(
        (updated.change, updated.before),
        (AdditionChange::Updated, Some(created.after))
    );
    assert_eq!(updated.after.quantity, Decimal::from(20));
    assert_eq!(world.requests("PATCH", "additions"), 1);

    let ended = connector
        .end_addition(&target, day("2026-03-31"), &key())
        .await
        .expect("ended");
    assert_eq!(
        (ended.change, ended.after.cancelled_date),
        (AdditionChange::Ended, Some(day("2026-03-31")))
    );
    let later = connector
        .end_addition(&target, day("2026-04-30"), &key())
        .await
        .expect("ended before");
    assert_eq!((later.change, later.after), (AdditionChange::Unchanged, ended.after));
    let dead = connector
        .set_addition(&target, &desired, day("2026-04-01"), &key())
        .await
        .expect_err("it has ended");
    assert_eq!(refused_fields(&dead), ["addition"]);
    assert_eq!(world.psa.records("additions").len(), 2);
}

#[tokio::test]
async fn an_addition_in_force_is_adopted_not_doubled() {
    let world = World::small().await;
    let connector = &world.connector;
    let before = world.psa.records("additions").len();
    let effective = day("2026-03-01");
    let adopted = connector
        .set_addition(&target("1", DESKTOP, None), &quantity("7"), effective, &key())
        .await
        .expect("set");
    assert_eq!(
        (adopted.change, adopted.after.quantity),
        (AdditionChange::Updated, Decimal::from(7))
    );
    let again = connector
        .set_addition(&target("1", DESKTOP, None), &quantity("7.00"), effective, &key())
        .await
        .expect("set");
    assert_eq!(
        (again.change, again.after.id),
        (AdditionChange::Unchanged, adopted.after.id)
    );
    assert_eq!(world.psa.records("additions").len(), before);
}

#[tokio::test]
async fn two_additions_in_force_are_for_a_person_to_decide() {
    let world = World::small().await;
    let first = world.psa.records("additions").remove(0);
    let mut second = first.clone();
    second.insert("id".to_owned(), 900.into());
    world.psa.upsert("additions", second).expect("additions are a kind");
    let set = world
        .connector
        .set_addition(&target("1", DESKTOP, None), &quantity("7"), day("2026-03-01"), &key())
        .await;
    let error = set.expect_err("two candidates");
    assert_eq!(refused_fields(&error), ["addition"]);
    assert!(error.message().contains("900"), "{error}");
    assert_eq!(
        world.requests("PATCH", "additions") + world.requests("POST", "additions"),
        0
    );
}

#[tokio::test]
async fn the_rules_of_dates_are_told_apart() {
    let world = World::small().await;
    let connector = &world.connector;
    let closed = connector
        .set_addition(&target("15", SERVER, None), &quantity("1"), day("2026-03-01"), &key())
        .await;
    assert_eq!(closed.expect_err("invoiced already").kind(), &ErrorKind::PeriodClosed);
    let early = connector
        .set_addition(&target("2", SERVER, None), &quantity("1"), day("2024-12-31"), &key())
        .await;
    assert_eq!(
        refused_fields(&early.expect_err("before the agreement")),
        ["effective_date"]
    );
    let open = connector
        .set_addition(&target("15", SERVER, None), &quantity("1"), day("2026-04-01"), &key())
        .await;
    assert_eq!(open.expect("the next period").change, AdditionChange::Created);
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_before_it_is_sent() {
    let world = World::small().await;
    let connector = &world.connector;
    let effective = day("2026-03-01");
    let fine = connector
        .set_addition(&target("2", SERVER, None), &quantity("1.23456"), effective, &key())
        .await;
    assert_eq!(refused_fields(&fine.expect_err("too many decimals")), ["quantity"]);
    let other = connector
        .set_addition(&target("2", "x", None), &quantity("1"), effective, &key())
        .await;
    assert_eq!(refused_fields(&other.expect_err("no such id")), ["product"]);
    let nothing = connector
        .end_addition(&target("2", SERVER, None), effective, &key())
        .await;
    assert_eq!(refused_fields(&nothing.expect_err("nothing to end")), ["addition"]);
    let existing = connector
        .additions(&AgreementId::new("1"))
        .await
        .expect("additions")
        .remove(0)
        .id;
    let swapped = connector
        .set_addition(&target("1", SERVER, Some(&existing)), &quantity("1"), effective, &key())
        .await;
    assert_eq!(
        refused_fields(&swapped.expect_err("another product's addition")),
        ["product"]
    );
    let lost = AdditionId::new("4711");
    let lost = connector
        .set_addition(&target("1", DESKTOP, Some(&lost)), &quantity("1"), effective, &key())
        .await;
    assert_eq!(lost.expect_err("deleted").kind(), &ErrorKind::NotFound);
    assert_eq!(
        world.requests("PATCH", "additions") + world.requests("POST", "additions"),
        0
    );
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_and_calling_again_doubles_nothing() {
    let world = World::small().await;
    world.trouble("POST", "additions", Fault::ResetAfterCommit, Some(1));
    let (target, desired, key) = (target("2", SERVER, None), quantity("4"), key());
    let set = || world.connector.set_addition(&target, &desired, day("2026-03-01"), &key);
    let error = set().await.expect_err("the answer is lost");
    assert_eq!(error.kind(), &ErrorKind::Ambiguous);
    assert!(error.is_temporary());
    assert_eq!(world.requests("POST", "additions"), 1, "a write is sent once");
    assert_eq!(set().await.expect("found").change, AdditionChange::Unchanged);
    let lines = world
        .psa
        .records("additions")
        .iter()
        .filter(|line| line["agreementId"] == 2)
        .count();
    assert_eq!(lines, 1);
}

#[tokio::test]
async fn a_lost_answer_to_a_change_is_ambiguous_too() {
    let world = World::small().await;
    let connector = &world.connector;
    let existing = connector
        .additions(&AgreementId::new("1"))
        .await
        .expect("additions")
        .remove(0)
        .id;
    let target = target("1", DESKTOP, Some(&existing));
    world.trouble("PATCH", "additions", Fault::ResetAfterCommit, Some(1));
    let error = connector
        .set_addition(&target, &quantity("9"), day("2026-03-01"), &key())
        .await
        .expect_err("lost");
    assert_eq!(error.kind(), &ErrorKind::Ambiguous);
    let again = connector
        .set_addition(&target, &quantity("9"), day("2026-03-01"), &key())
        .await
        .expect("set by now");
    assert_eq!(again.change, AdditionChange::Unchanged);
}
