//! Quantities and prices of additions, digit by digit.

use psa_connectors::{
    ReadQuery,
    descriptor::QuantityKind,
    record::{AdditionChange, AdditionTarget, DesiredAddition},
};
use rust_decimal::Decimal;

use super::additions::{set, target, try_set, units};
use crate::{
    case::{Case, case},
    world::{World, refused_fields, walk},
};

pub(super) const CASES: &[Case] = &[
    case!("R-ADDITION-07", [Agreements, UsageAbsolute], numbers_are_exact),
    case!("R-ADDITION-17", [Agreements, UsageDelta], whole_numbers_are_exact),
    case!("R-ADDITION-18", [Agreements], prices_are_exact),
    case!("R-ADDITION-19", [Agreements, Products], products_counted_otherwise),
];

async fn numbers_are_exact(world: &World) {
    let facts = world.facts();
    let new = target(&facts.billing().agreement, &facts.products().product, None);
    let exact = |text: &str| text.parse::<Decimal>().expect("a number");
    let mut id = None;
    for (quantity, price) in [
        ("0.1", "0.05"),
        ("12.3456", "1234567.89"),
        ("98765432.1", "0.0001"),
        ("0", "0.1"),
    ] {
        let desired = DesiredAddition {
            unit_price: Some(exact(price)),
            ..units(exact(quantity))
        };
        let target = AdditionTarget {
            addition: id,
            ..new.clone()
        };
        let after = set(world, &target, &desired).await.after;
        assert_eq!(
            (after.quantity, after.unit_price),
            (exact(quantity), Some(exact(price)))
        );
        id = Some(after.id);
    }
    let target = AdditionTarget { addition: id, ..new };
    let padded = set(world, &target, &units(exact("0.0000"))).await;
    assert_eq!(padded.change, AdditionChange::Unchanged);
    let writes = world.writes();
    let fine = try_set(world, &target, &units(exact("1.0000000001")))
        .await
        .expect_err("too fine");
    assert_eq!(refused_fields(&fine), ["quantity"]);
    assert_eq!(world.writes(), writes);
    assert_eq!(
        world
            .bench
            .additions(&facts.billing().agreement, &facts.products().product),
        1
    );
}

async fn whole_numbers_are_exact(world: &World) {
    let facts = world.facts();
    let new = target(&facts.billing().agreement, &facts.products().product, None);
    let exact = |text: &str| text.parse::<Decimal>().expect("a number");
    let mut id = None;
    for quantity in ["7", "123456", "1", "90.000"] {
        let target = AdditionTarget {
            addition: id,
            ..new.clone()
        };
        let after = set(world, &target, &units(exact(quantity))).await.after;
        assert_eq!(after.quantity, exact(quantity));
        id = Some(after.id);
    }
    let target = AdditionTarget { addition: id, ..new };
    let padded = set(world, &target, &units(exact("90.0"))).await;
    assert_eq!(padded.change, AdditionChange::Unchanged);
    let writes = world.writes();
    for fraction in ["90.5", "0.0001"] {
        let error = try_set(world, &target, &units(exact(fraction)))
            .await
            .expect_err("a fraction");
        assert_eq!(refused_fields(&error), ["quantity"], "{fraction}");
    }
    assert_eq!(world.writes(), writes);
    assert_eq!(
        world
            .bench
            .additions(&facts.billing().agreement, &facts.products().product),
        1
    );
}

async fn prices_are_exact(world: &World) {
    let facts = world.facts();
    let exact = |text: &str| text.parse::<Decimal>().expect("a number");
    let target = target(&facts.billing().agreement, &facts.products().product, None);
    for (price, cost) in [("0.05", "0.01"), ("1234567.89", "1000000.01"), ("0.0001", "0.00")] {
        let desired = DesiredAddition {
            unit_price: Some(exact(price)),
            unit_cost: Some(exact(cost)),
            ..units(3)
        };
        let after = set(world, &target, &desired).await.after;
        assert_eq!(
            (after.unit_price, after.unit_cost),
            (Some(exact(price)), Some(exact(cost)))
        );
        assert_eq!(
            set(world, &target, &desired).await.change,
            AdditionChange::Unchanged,
            "{price}"
        );
    }
    assert_eq!(
        world
            .bench
            .additions(&facts.billing().agreement, &facts.products().product),
        1
    );
}

async fn products_counted_otherwise(world: &World) {
    let facts = world.facts();
    let products = walk(&ReadQuery::all(), async |query| world.psa.products(&query).await).await;
    let usual = world.descriptor().quantity;
    let otherwise: Vec<_> = products
        .iter()
        .filter(|product| product.quantity.is_some())
        .map(|product| (&product.id, product.quantity))
        .collect();
    let Some(product) = &facts.products().otherwise_counted else {
        assert_eq!(otherwise, []);
        return;
    };
    let (_, Some(kind)) = otherwise
        .iter()
        .find(|(id, _)| *id == product)
        .expect("the product says how it is counted")
    else {
        panic!("the product is counted in the usual way");
    };
    assert_ne!(*kind, usual);
    let quantity: Decimal = match kind {
        QuantityKind::AbsoluteDecimal { scale } => Decimal::new(12_345, *scale),
        QuantityKind::SignedIntegerDelta => Decimal::from(12_345),
    };
    let target = target(&facts.billing().agreement, product, None);
    let created = set(world, &target, &units(quantity)).await;
    world.assert_did(created.change, AdditionChange::Created, AdditionChange::Unchanged);
    assert_eq!(created.after.quantity, quantity);
    let again = set(world, &target, &units(quantity)).await;
    assert_eq!(
        (again.change, &again.after),
        (AdditionChange::Unchanged, &created.after)
    );
    let less = set(world, &target, &units(quantity - Decimal::ONE)).await;
    assert_eq!(
        (&less.after.id, less.after.quantity),
        (&created.after.id, quantity - Decimal::ONE)
    );
    let listed = world
        .psa
        .additions(&facts.billing().agreement)
        .await
        .expect("additions");
    assert_eq!(listed, [less.after]);
    assert_eq!(world.bench.additions(&facts.billing().agreement, product), 1);
}
