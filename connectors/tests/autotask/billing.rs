//! Additions: where usage becomes money.

use psa_connectors::{
    ErrorKind,
    record::{Addition, AdditionChange, AdditionId, AdditionTarget, AgreementId, DesiredAddition, ProductId, WriteKey},
};
use psa_simulator::autotask::{Assumptions, ZeroUnits};
use rust_decimal::Decimal;
use serde_json::json;

use crate::support::{World, day, refused_fields};

/// The contract with three desktops, and one without anything.
const BILLED: &str = "29684100";
const EMPTY: &str = "29684101";
const SERVER: &str = "service:1";
const DESKTOP: &str = "service:2";
/// A product that is no service, at 5.90.
const GOODS: &str = "product:29682905";

fn target(agreement: &str, product: &str, addition: Option<&AdditionId>) -> AdditionTarget {
    AdditionTarget {
        agreement: AgreementId::new(agreement),
        product: ProductId::new(product),
        addition: addition.cloned(),
        seen: None,
    }
}

fn units(quantity: &str) -> DesiredAddition {
    DesiredAddition {
        quantity: quantity.parse().expect("a number"),
        unit_price: None,
        unit_cost: None,
        description: None,
    }
}

fn key() -> WriteKey {
    WriteKey::new("PB:line-1")
}

async fn additions(world: &World, agreement: &str) -> Vec<Addition> {
    let read = world.connector.additions(&AgreementId::new(agreement)).await;
    read.expect("additions")
}

#[tokio::test]
async fn what_differs_is_written_as_a_difference() {
    let world = World::small().await;
    let set = async |quantity: &str, from: &str| {
        let (target, desired, key) = (target(BILLED, DESKTOP, None), units(quantity), key());
        let set = world.connector.set_addition(&target, &desired, day(from), &key);
        set.await.expect("set")
    };
    let receipt = set("10", "2026-03-01").await;
    assert_eq!(receipt.before.map(|before| before.quantity), Some(Decimal::from(3)));
    assert_eq!(
        (receipt.change, receipt.after.quantity),
        (AdditionChange::Updated, Decimal::from(10))
    );
    assert_eq!(world.writes().len(), 1);
    assert_eq!(set("10", "2026-03-01").await.change, AdditionChange::Unchanged);
    // A change from a later day on shows from then on; today is as it was.
    let later = set("4", "2026-04-01").await;
    assert_eq!(later.after.quantity, Decimal::from(4));
    assert_eq!(additions(&world, BILLED).await[0].quantity, Decimal::from(10));
    // From March on evenly again: what April had less is given back.
    assert_eq!(set("6", "2026-03-01").await.after.quantity, Decimal::from(6));
    let rows = world.psa.records("ContractServiceUnits");
    for row in rows
        .iter()
        .filter(|row| row["startDate"].as_str() >= Some("2026-03-01"))
    {
        assert_eq!(row["units"], 6, "{row:?}");
    }
}

#[tokio::test]
async fn a_posted_period_is_closed_and_the_next_one_open() {
    let world = World::small().await;
    world.psa.post_periods(day("2026-03-01"), None);
    for (product, from, expected) in [
        (DESKTOP, "2026-03-01", Some(ErrorKind::PeriodClosed)),
        (DESKTOP, "2026-02-01", Some(ErrorKind::PeriodClosed)),
        (SERVER, "2026-03-01", Some(ErrorKind::PeriodClosed)),
        (DESKTOP, "2026-04-01", None),
        (SERVER, "2026-04-01", None),
    ] {
        let target = target(BILLED, product, None);
        let set = world
            .connector
            .set_addition(&target, &units("9"), day(from), &key())
            .await;
        assert_eq!(
            set.as_ref().err().map(|error| error.kind().clone()),
            expected,
            "{product} {from}"
        );
    }
}

#[tokio::test]
async fn prices_and_texts_are_written_only_where_they_differ() {
    let world = World::small().await;
    let desired = DesiredAddition {
        unit_price: Some("7.25".parse().expect("a number")),
        unit_cost: Some("0.0001".parse().expect("a number")),
        description: Some("Backup\nof March".to_owned()),
        ..units("5")
    };
    let set = async |desired: &DesiredAddition| {
        let (target, key) = (target(EMPTY, SERVER, None), key());
        let set = world.connector.set_addition(&target, desired, day("2026-03-01"), &key);
        set.await.expect("set")
    };
    let created = set(&desired).await;
    assert_eq!(created.change, AdditionChange::Created);
    assert!(desired.is_met_by(&created.after), "{created:?}");
    // The prices went with the units, the text by itself.
    assert_eq!(world.writes().len(), 2);
    assert_eq!(set(&desired).await.change, AdditionChange::Unchanged);
    let dearer = DesiredAddition {
        unit_price: Some(Decimal::from(8)),
        ..desired.clone()
    };
    assert!(dearer.is_met_by(&set(&dearer).await.after));
    assert_eq!(world.writes().len(), 3);
    let cheaper = DesiredAddition {
        unit_cost: Some(Decimal::ONE),
        ..dearer
    };
    assert!(cheaper.is_met_by(&set(&cheaper).await.after));
    assert_eq!(world.writes().len(), 4);
}

#[tokio::test]
async fn an_ended_service_can_begin_again() {
    for zero_units in [ZeroUnits::Row, ZeroUnits::NoRow] {
        let world = World::assuming(Assumptions {
            zero_units,
            ..Assumptions::default()
        })
        .await;
        let before = additions(&world, BILLED).await.remove(0);
        let known = target(BILLED, DESKTOP, Some(&before.id));
        let end = async |on: &str| {
            world
                .connector
                .end_addition(&known, day(on), &key())
                .await
                .expect("ended")
        };
        let ended = end("2026-03-05").await;
        assert_eq!(
            (ended.change, ended.after.cancelled_date, ended.after.quantity),
            (AdditionChange::Ended, Some(day("2026-03-05")), Decimal::ZERO),
            "{zero_units:?}"
        );
        assert_eq!(
            end("2026-03-20").await.change,
            AdditionChange::Unchanged,
            "{zero_units:?}"
        );
        let set = async |target: &AdditionTarget, quantity: &str| {
            world
                .connector
                .set_addition(target, &units(quantity), day("2026-04-01"), &key())
                .await
        };
        let refused = set(&known, "2").await.expect_err("it has ended");
        assert_eq!(refused_fields(&refused), ["addition"]);
        assert_eq!(
            set(&known, "0").await.expect("it is so").change,
            AdditionChange::Unchanged
        );
        let again = set(&target(BILLED, DESKTOP, None), "2").await.expect("set");
        assert_eq!(
            (again.change, again.after.quantity, again.after.cancelled_date),
            (AdditionChange::Created, Decimal::from(2), None),
            "{zero_units:?}"
        );
    }
}

#[tokio::test]
async fn what_a_service_cannot_be_is_refused_before_anything_is_written() {
    let world = World::small().await;
    for (agreement, product, quantity, from, field) in [
        (EMPTY, SERVER, "1.5", "2026-03-01", "quantity"),
        (EMPTY, SERVER, "-1", "2026-03-01", "quantity"),
        (EMPTY, SERVER, "0", "2026-03-01", "quantity"),
        (EMPTY, SERVER, "1", "2025-12-31", "effective_date"),
        (EMPTY, SERVER, "1", "2027-01-01", "effective_date"),
        (EMPTY, GOODS, "1.00001", "2026-03-01", "quantity"),
        (EMPTY, GOODS, "1", "2025-12-31", "effective_date"),
        (EMPTY, "12", "1", "2026-03-01", "product"),
        // A contract of time and materials.
        ("29684115", SERVER, "1", "2026-03-01", "agreement"),
    ] {
        let target = target(agreement, product, None);
        let set = world
            .connector
            .set_addition(&target, &units(quantity), day(from), &key())
            .await;
        let error = set.expect_err(field);
        assert_eq!(refused_fields(&error), [field], "{product} {quantity} {from}");
    }
    assert_eq!(world.writes(), []);
}

#[tokio::test]
async fn a_product_is_billed_by_a_charge_for_each_month() {
    let world = World::small().await;
    let set = async |quantity: &str, from: &str| {
        let target = target(EMPTY, GOODS, None);
        world
            .connector
            .set_addition(&target, &units(quantity), day(from), &key())
            .await
    };
    let march = set("12.3456", "2026-03-01").await.expect("set");
    assert_eq!(march.change, AdditionChange::Created);
    let after = &march.after;
    assert_eq!(
        (after.quantity.to_string(), after.unit_price),
        ("12.3456".to_owned(), Some(Decimal::new(59, 1)))
    );
    assert_eq!(
        (after.effective_date, after.cancelled_date),
        (Some(day("2026-03-01")), Some(day("2026-04-01")))
    );
    assert_eq!(
        set("12.3456", "2026-03-01").await.expect("set").change,
        AdditionChange::Unchanged
    );
    let more = set("20", "2026-03-01").await.expect("set");
    assert_eq!((more.change, &more.after.id), (AdditionChange::Updated, &after.id));
    let april = set("1", "2026-04-01").await.expect("set");
    assert_eq!(april.change, AdditionChange::Created);
    assert_eq!(additions(&world, EMPTY).await.len(), 2);
    let charges = world.psa.records("ContractCharges");
    assert_eq!(charges[0]["internalPurchaseOrderNumber"], "PB:line-1");
    assert_eq!(charges[0]["billableAmount"].as_f64(), Some(118.0), "20 at 5.90");

    world.psa.post_periods(day("2026-03-31"), None);
    let closed = set("21", "2026-03-01").await.expect_err("it is billed");
    assert_eq!(closed.kind(), &ErrorKind::PeriodClosed);
    assert_eq!(
        set("20", "2026-03-01").await.expect("it is so").change,
        AdditionChange::Unchanged
    );
    let target = target(EMPTY, GOODS, Some(&april.after.id));
    let end = async |on: &str| {
        world
            .connector
            .end_addition(&target, day(on), &key())
            .await
            .expect("ended")
    };
    assert_eq!(
        end("2026-05-01").await.change,
        AdditionChange::Unchanged,
        "it ends by itself"
    );
    let ended = end("2026-04-01").await;
    assert_eq!(
        (ended.change, ended.after.quantity),
        (AdditionChange::Ended, Decimal::ZERO)
    );
}

#[tokio::test]
async fn charges_of_people_are_left_alone() {
    let world = World::small().await;
    let charge = json!({
        "contractID": 29_684_101, "productID": 29_682_905, "name": "By hand", "chargeType": 1, "unitQuantity": 100,
        "datePurchased": "2026-03-02T02:00:00Z", "isBilled": false, "internalPurchaseOrderNumber": "pb:mine",
    });
    let known = world.put("ContractCharges", charge);
    let set = async |addition: Option<&AdditionId>| {
        let target = target(EMPTY, GOODS, addition);
        world
            .connector
            .set_addition(&target, &units("2"), day("2026-03-01"), &key())
            .await
    };
    let id = AdditionId::new(format!("charge:{}", known["id"]));
    assert_eq!(set(Some(&id)).await.expect_err("not ours").kind(), &ErrorKind::NotFound);
    assert_eq!(set(None).await.expect("one of our own").change, AdditionChange::Created);
    assert_eq!(additions(&world, EMPTY).await.len(), 1);
}

#[tokio::test]
async fn many_contracts_take_few_requests() {
    let world = World::small().await;
    let ids: Vec<_> = (29_684_100..29_684_115)
        .map(|id| AgreementId::new(id.to_string()))
        .collect();
    let found = world.connector.additions_of(&ids).await.expect("additions");
    assert_eq!(found.len(), 15);
    let queries = world
        .psa
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .count();
    assert_eq!(queries, 4, "contracts, services, units, charges");
    // Without the right to see charges there are none of ours.
    world.revoke("ContractCharges");
    assert_eq!(world.connector.additions_of(&ids).await.expect("additions"), found);
}
