//! Proving the credentials.

use std::collections::BTreeMap;

use psa_connectors::ErrorKind;

use crate::{
    case::{Case, case},
    world::{World, refused_fields},
};

pub(super) const CASES: &[Case] = &[
    case!("R-VERIFY-01", [], the_account_is_shown),
    case!("R-VERIFY-02", [], wrong_keys_are_told),
    case!("R-VERIFY-03", [], a_wrong_account_is_told),
    case!("R-VERIFY-04", [], an_absent_psa_is_told),
];

async fn the_account_is_shown(world: &World) {
    let account = world.psa.verify().await.expect("verified");
    assert!(!account.name.trim().is_empty());
    assert_eq!(world.writes(), 0);
}

async fn wrong_keys_are_told(world: &World) {
    let secrets = world.descriptor().credential_fields.iter().filter(|field| field.secret);
    for field in secrets {
        let wrong = BTreeMap::from([(field.name, "a guess".to_owned())]);
        let error = world.with(&wrong).expect("complete").verify().await.expect_err("wrong");
        assert_eq!(error.kind(), &ErrorKind::Unauthorized, "{error:?}");
        assert!(!error.is_temporary());
    }
}

async fn a_wrong_account_is_told(world: &World) {
    let (field, value) = world.bench.wrong_account();
    let wrong = BTreeMap::from([(field, value)]);
    let error = world.with(&wrong).expect("complete").verify().await.expect_err("wrong");
    assert_eq!(refused_fields(&error), [field], "{error:?}");
}

async fn an_absent_psa_is_told(world: &World) {
    world.bench.stop().await;
    let error = world.psa.verify().await.expect_err("nobody is there");
    assert_eq!(error.kind(), &ErrorKind::Unavailable, "{error:?}");
    assert!(error.is_temporary());
}
