//! Additions that somebody changes between being read and being written.

use psa_connectors::{
    ErrorKind, Result,
    record::{Addition, AdditionId, AdditionTarget, Seen},
};
use rust_decimal::Decimal;

use super::additions::{first, key, set, target, try_set, units};
use crate::{
    case::{Case, case},
    world::World,
};

pub(super) const CASES: &[Case] = &[case!(
    "R-ADDITION-16",
    [Agreements],
    what_has_changed_since_is_not_written_over
)];

async fn what_has_changed_since_is_not_written_over(world: &World) {
    let facts = world.facts();
    let before = first(world).await;
    let other = Addition {
        quantity: before.quantity + Decimal::ONE,
        ..before.clone()
    };
    let seen = |addition: Option<&AdditionId>, seen| AdditionTarget {
        seen: Some(seen),
        ..target(&facts.billing().billed, &facts.billing().billed_product, addition)
    };
    let desired = units(before.quantity + Decimal::TEN);
    let wrong = [
        seen(Some(&before.id), Seen::Addition(other.clone())),
        seen(None, Seen::Nothing),
    ];
    for target in &wrong {
        let error = refusal(async || try_set(world, target, &desired).await).await;
        assert_eq!(error.kind(), &ErrorKind::Changed, "{error:?}");
    }
    let ending = async || {
        world
            .psa
            .end_addition(&wrong[0], facts.billing().month_end, &key())
            .await
    };
    assert_eq!(refusal(ending).await.kind(), &ErrorKind::Changed);
    assert_eq!((world.writes(), first(world).await), (0, before.clone()));
    let right = seen(Some(&before.id), Seen::Addition(before.clone()));
    assert_eq!(set(world, &right, &desired).await.after.quantity, desired.quantity);
}

/// The refusal of a call: with faults it may come late, but nothing else may come.
async fn refusal<T: std::fmt::Debug>(call: impl AsyncFn() -> Result<T>) -> psa_connectors::Error {
    loop {
        let error = call().await.expect_err("it is refused");
        if !error.is_temporary() {
            return error;
        }
    }
}
