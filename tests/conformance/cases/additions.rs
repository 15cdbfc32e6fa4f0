//! Additions: where usage becomes money.

use psa_connectors::{
    ErrorKind, ReadQuery, Result,
    record::{
        Addition, AdditionChange, AdditionId, AdditionReceipt, AdditionTarget, AgreementId, DesiredAddition, ProductId,
        WriteKey,
    },
};
use rust_decimal::Decimal;

use crate::{
    bench::{Deed, On, Trouble},
    case::{Case, case},
    world::{World, again, refused_fields, walk},
};

pub(super) const CASES: &[Case] = &[
    case!("R-ADDITION-01", [Agreements], created_with_a_receipt),
    case!("R-ADDITION-02", [Agreements], calm twice_is_once),
    case!("R-ADDITION-03", [Agreements], changed_with_a_receipt),
    case!("R-ADDITION-04", [Agreements], what_is_there_is_taken),
    case!("R-ADDITION-05", [Agreements], two_are_for_a_person_to_decide),
    case!("R-ADDITION-06", [Agreements], a_billed_period_is_closed),
    case!("R-ADDITION-08", [Agreements], ended_on_a_day),
    case!("R-ADDITION-09", [Agreements], nothing_to_end),
    case!("R-ADDITION-10", [Agreements], another_products_addition),
    case!("R-ADDITION-11", [Agreements], too_early),
    case!("R-ADDITION-12", [Agreements], calm a_lost_answer),
    case!("R-ADDITION-13", [Agreements], long_descriptions_are_shortened),
    case!(
        "R-ADDITION-14",
        [Agreements, Products],
        what_is_not_wished_for_is_left_alone
    ),
    case!("R-ADDITION-15", [Agreements], an_unknown_addition),
];

pub(super) fn key() -> WriteKey {
    WriteKey::new("PB:conformance")
}

pub(super) fn target(agreement: &AgreementId, product: &ProductId, addition: Option<&AdditionId>) -> AdditionTarget {
    AdditionTarget {
        agreement: agreement.clone(),
        product: product.clone(),
        addition: addition.cloned(),
        seen: None,
    }
}

pub(super) fn units(quantity: impl Into<Decimal>) -> DesiredAddition {
    DesiredAddition {
        quantity: quantity.into(),
        unit_price: None,
        unit_cost: None,
        description: None,
    }
}

/// Sets an addition for the current month as every caller must: on an unknown outcome again.
pub(super) async fn set(world: &World, target: &AdditionTarget, desired: &DesiredAddition) -> AdditionReceipt {
    again(async || try_set(world, target, desired).await).await
}

/// Sets an addition where the answer must be a refusal.
pub(super) async fn try_set(
    world: &World,
    target: &AdditionTarget,
    desired: &DesiredAddition,
) -> Result<AdditionReceipt> {
    let effective = world.facts().billing().this_month;
    world.psa.set_addition(target, desired, effective, &key()).await
}

async fn created_with_a_receipt(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let desired = DesiredAddition {
        quantity: Decimal::from(12),
        unit_price: Some(Decimal::from(3)),
        unit_cost: Some(Decimal::from(1)),
        description: Some("Backup\nof March".to_owned()),
    };
    let receipt = set(world, &target(&billing.agreement, &products.product, None), &desired).await;
    // Where quantity and text take a write each, a call that was repeated may find one of them done.
    let already = match receipt.change {
        AdditionChange::Updated => AdditionChange::Updated,
        _ => AdditionChange::Unchanged,
    };
    world.assert_did(receipt.change, AdditionChange::Created, already);
    if receipt.change == AdditionChange::Created {
        assert_eq!(receipt.before, None);
    }
    let after = receipt.after;
    assert!(desired.is_met_by(&after), "{after:?}");
    assert_eq!(
        (&after.agreement, &after.product),
        (&billing.agreement, &products.product)
    );
    assert_eq!(
        (after.effective_date, after.cancelled_date),
        (Some(billing.this_month), None)
    );
    let listed = world.psa.additions(&billing.agreement).await.expect("additions");
    assert_eq!(listed, [after]);
    assert_eq!(world.bench.additions(&billing.agreement, &products.product), 1);
}

async fn twice_is_once(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let (target, desired) = (target(&billing.agreement, &products.product, None), units(4));
    let first = set(world, &target, &desired).await;
    let writes = world.writes();
    assert_eq!(writes, 1);
    let second = set(world, &target, &desired).await;
    assert_eq!(second.change, AdditionChange::Unchanged);
    assert_eq!(
        (second.before.as_ref(), &second.after),
        (Some(&first.after), &first.after)
    );
    assert_eq!(world.writes(), writes);
    assert_eq!(world.bench.additions(&billing.agreement, &products.product), 1);
}

async fn changed_with_a_receipt(world: &World) {
    let billing = world.facts().billing();
    let before = first(world).await;
    let target = target(&billing.billed, &billing.billed_product, Some(&before.id));
    let quantity = before.quantity + Decimal::from(5);
    let receipt = set(world, &target, &units(quantity)).await;
    world.assert_did(receipt.change, AdditionChange::Updated, AdditionChange::Unchanged);
    if receipt.change == AdditionChange::Updated {
        assert_eq!(receipt.before.as_ref(), Some(&before));
    }
    let expected = Addition { quantity, ..before };
    assert_eq!(receipt.after, expected);
    assert_eq!(first(world).await, expected);
}

/// The addition that is there from the start.
pub(super) async fn first(world: &World) -> Addition {
    let mut additions = world
        .psa
        .additions(&world.facts().billing().billed)
        .await
        .expect("additions");
    assert_eq!(additions.len(), 1, "{additions:?}");
    additions.remove(0)
}

async fn what_is_there_is_taken(world: &World) {
    let billing = world.facts().billing();
    let before = first(world).await;
    let quantity = before.quantity + Decimal::ONE;
    let receipt = set(
        world,
        &target(&billing.billed, &billing.billed_product, None),
        &units(quantity),
    )
    .await;
    world.assert_did(receipt.change, AdditionChange::Updated, AdditionChange::Unchanged);
    assert_eq!((receipt.after.id, receipt.after.quantity), (before.id, quantity));
    assert_eq!(world.bench.additions(&billing.billed, &billing.billed_product), 1);
}

async fn two_are_for_a_person_to_decide(world: &World) {
    let billing = world.facts().billing();
    world
        .bench
        .act(Deed::DoubleAddition(&billing.billed, &billing.billed_product));
    let before = world.psa.additions(&billing.billed).await.expect("additions");
    assert_eq!(before.len(), 2);
    let refused = try_set(
        world,
        &target(&billing.billed, &billing.billed_product, None),
        &units(7),
    )
    .await;
    let error = refused.expect_err("which one?");
    assert_eq!(refused_fields(&error), ["addition"]);
    assert_eq!(world.psa.additions(&billing.billed).await.expect("additions"), before);
    assert_eq!(world.writes(), 0);
}

async fn a_billed_period_is_closed(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let (target, desired) = (target(&billing.invoiced, &products.product, None), units(1));
    // With faults a refusal may come late, but nothing else may come.
    let error = loop {
        let error = try_set(world, &target, &desired)
            .await
            .expect_err("the month was invoiced");
        if !error.is_temporary() {
            break error;
        }
    };
    assert_eq!(error.kind(), &ErrorKind::PeriodClosed, "{error:?}");
    assert_eq!(world.bench.additions(&billing.invoiced, &products.product), 0);
    let next = again(async || {
        world
            .psa
            .set_addition(&target, &desired, billing.next_month, &key())
            .await
    })
    .await;
    assert_eq!(next.after.effective_date, Some(billing.next_month));
    assert_eq!(world.bench.additions(&billing.invoiced, &products.product), 1);
}

async fn ended_on_a_day(world: &World) {
    let billing = world.facts().billing();
    let before = first(world).await;
    let target = target(&billing.billed, &billing.billed_product, Some(&before.id));
    let end = async |on| again(async || world.psa.end_addition(&target, on, &key()).await).await;
    let ended = end(billing.month_end).await;
    world.assert_did(ended.change, AdditionChange::Ended, AdditionChange::Unchanged);
    let expected = Addition {
        cancelled_date: Some(billing.month_end),
        ..before
    };
    assert_eq!(ended.after, expected);
    let later = end(billing.next_month).await;
    assert_eq!((later.change, &later.after), (AdditionChange::Unchanged, &expected));
    assert_eq!(first(world).await, expected);
}

async fn nothing_to_end(world: &World) {
    let billing = world.facts().billing();
    let target = target(&billing.billed, &billing.billed_product, None);
    let error = world
        .psa
        .end_addition(&target, billing.month_end, &key())
        .await
        .expect_err("which one?");
    assert_eq!(refused_fields(&error), ["addition"]);
    assert_eq!((world.writes(), first(world).await.cancelled_date), (0, None));
}

async fn another_products_addition(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let before = first(world).await;
    let target = target(&billing.billed, &products.product, Some(&before.id));
    let set = try_set(world, &target, &units(7))
        .await
        .expect_err("it bills another product");
    let end = world.psa.end_addition(&target, billing.month_end, &key()).await;
    for error in [set, end.expect_err("it bills another product")] {
        assert_eq!(refused_fields(&error), ["product"]);
    }
    assert_eq!((world.writes(), first(world).await), (0, before));
}

async fn too_early(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let target = target(&billing.agreement, &products.product, None);
    let error = loop {
        let set = world
            .psa
            .set_addition(&target, &units(1), billing.too_early, &key())
            .await;
        let error = set.expect_err("billing starts later");
        if !error.is_temporary() {
            break error;
        }
    };
    assert_eq!(refused_fields(&error), ["effective_date"]);
    assert_eq!(world.bench.additions(&billing.agreement, &products.product), 0);
}

async fn a_lost_answer(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let new = (target(&billing.agreement, &products.product, None), units(4));
    let id = first(world).await.id;
    let known = (target(&billing.billed, &billing.billed_product, Some(&id)), units(9));
    for (target, desired) in [new, known] {
        let before = world.writes();
        world.bench.arm(Trouble::ResetAfter, On::Write, 1);
        let error = try_set(world, &target, &desired).await.expect_err("the answer is lost");
        world.bench.calm();
        assert_eq!(error.kind(), &ErrorKind::Ambiguous, "{error:?}");
        assert!(error.is_temporary());
        assert_eq!(world.writes(), before + 1);
        let found = try_set(world, &target, &desired).await.expect("it is there");
        assert_eq!(
            (found.change, found.after.quantity),
            (AdditionChange::Unchanged, desired.quantity)
        );
        assert_eq!(world.writes(), before + 1);
        assert_eq!(world.bench.additions(&target.agreement, &target.product), 1);
    }
}

async fn long_descriptions_are_shortened(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let limit = world.descriptor().limits.description_chars;
    let text = "Sicherung der Server 💾 ".repeat(limit / 10);
    let desired = DesiredAddition {
        description: Some(text.clone()),
        ..units(1)
    };
    let target = target(&billing.agreement, &products.product, None);
    let receipt = set(world, &target, &desired).await;
    let kept = receipt.after.description.expect("a description");
    assert!(kept.chars().count() <= limit, "{} characters", kept.chars().count());
    let start = kept.strip_suffix('…').expect("a mark");
    assert!(start.chars().count() > limit / 2 && text.starts_with(start));
    assert_eq!(set(world, &target, &desired).await.change, AdditionChange::Unchanged);
    assert_eq!(world.bench.additions(&billing.agreement, &products.product), 1);
}

async fn what_is_not_wished_for_is_left_alone(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let catalogue = walk(&ReadQuery::all(), async |query| world.psa.products(&query).await).await;
    let product = catalogue
        .into_iter()
        .find(|product| product.id == products.product)
        .expect("the product");
    let target = target(&billing.agreement, &products.product, None);
    let created = set(world, &target, &units(1)).await.after;
    assert_eq!((created.unit_price, created.unit_cost), (product.price, product.cost));
    assert!(created.unit_price.is_some(), "the product has no price");
    let priced = DesiredAddition {
        unit_price: Some(Decimal::from(77)),
        description: Some("By agreement".to_owned()),
        ..units(1)
    };
    set(world, &target, &priced).await;
    let changed = set(world, &target, &units(2)).await.after;
    assert_eq!(changed.quantity, Decimal::from(2));
    assert_eq!(changed.unit_price, priced.unit_price);
    assert_eq!(
        (changed.unit_cost, changed.description),
        (created.unit_cost, priced.description)
    );
}

async fn an_unknown_addition(world: &World) {
    let (billing, products) = (world.facts().billing(), world.facts().products());
    let target = target(&billing.agreement, &products.product, Some(&billing.unknown_addition));
    let set = try_set(world, &target, &units(1)).await.expect_err("there is none");
    assert_eq!(set.kind(), &ErrorKind::NotFound, "{set:?}");
    let end = world
        .psa
        .end_addition(&target, billing.month_end, &key())
        .await
        .expect_err("there is none");
    assert_eq!(end.kind(), &ErrorKind::NotFound, "{end:?}");
    assert_eq!(
        (
            world.writes(),
            world.bench.additions(&billing.agreement, &products.product)
        ),
        (0, 0)
    );
}
