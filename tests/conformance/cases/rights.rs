//! The permission check.

use psa_connectors::descriptor::{RightFinding, RightState};

use crate::{
    case::{Case, case},
    world::World,
};

pub(super) const CASES: &[Case] = &[
    case!("R-RIGHTS-01", [], one_finding_for_each_right),
    case!("R-RIGHTS-02", [], a_missing_right_is_found),
    case!("R-RIGHTS-03", [], optional_credentials_only_add),
];

async fn one_finding_for_each_right(world: &World) {
    let rights = world.descriptor().rights;
    let findings = world.psa.check_rights().await.expect("findings");
    let found: Vec<_> = findings.iter().map(|finding| finding.right).collect();
    let described: Vec<_> = rights.iter().map(|right| right.id).collect();
    assert_eq!(found, described);
    for (finding, right) in findings.iter().zip(rights) {
        let asked = [right.add, right.edit, right.inquire];
        let not_needed = levels(finding).map(|state| state == RightState::NotNeeded);
        assert_eq!(not_needed, asked.map(|asked| !asked), "{finding:?}");
    }
    assert_eq!(world.writes(), 0);
}

async fn a_missing_right_is_found(world: &World) {
    let mut before = world.psa.check_rights().await.expect("findings");
    let granted: Vec<_> = before
        .iter()
        .filter(|finding| finding.inquire == RightState::Granted)
        .copied()
        .collect();
    assert!(!granted.is_empty(), "no right was found granted: {before:?}");
    // From the last to the first: what a PSA needs to look at all comes first in its screen.
    for right in granted.iter().rev().map(|finding| finding.right) {
        world.bench.revoke(right);
        let after = world.psa.check_rights().await.expect("findings");
        for (was, is) in before.iter().zip(&after) {
            if was.right == right {
                assert_eq!(is.inquire, RightState::Missing, "{right} was taken away");
            } else {
                assert_eq!(is, was, "{right} was taken away");
            }
        }
        before = after;
    }
}

async fn optional_credentials_only_add(world: &World) {
    let without = world.psa.check_rights().await.expect("findings");
    let optional = world.bench.optional_credentials();
    let connection = world.with(&optional).expect("complete");
    let with = connection.check_rights().await.expect("findings");
    for (without, with) in without.iter().zip(&with) {
        assert_eq!(without.right, with.right);
        for (without, with) in levels(without).into_iter().zip(levels(with)) {
            assert!(
                without == RightState::Unknown || without == with,
                "{without:?} became {with:?}"
            );
        }
    }
}

fn levels(finding: &RightFinding) -> [RightState; 3] {
    [finding.add, finding.edit, finding.inquire]
}
