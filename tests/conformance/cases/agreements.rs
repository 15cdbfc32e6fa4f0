//! Agreements and the additions that are on them.

use std::collections::BTreeMap;

use psa_connectors::{
    ErrorKind, ReadQuery,
    record::{AgreementId, AgreementStatus},
};

use crate::{
    case::{Case, case},
    cases::additions::{key, target},
    world::{World, again, walk},
};

pub(super) const CASES: &[Case] = &[
    case!("R-AGREEMENT-01", [Agreements], states_are_told_apart),
    case!("R-AGREEMENT-02", [Agreements], an_unknown_agreement_is_not_an_empty_one),
    case!("R-AGREEMENT-03", [Agreements], many_at_once),
    case!("R-AGREEMENT-04", [Agreements], ended_additions_stay_visible),
];

async fn states_are_told_apart(world: &World) {
    let facts = world.facts();
    let agreements = walk(&ReadQuery::all(), async |query| world.psa.agreements(&query).await).await;
    let found = |id: &AgreementId| agreements.iter().find(|agreement| agreement.id == *id);
    for id in [
        &facts.billing().agreement,
        &facts.billing().billed,
        &facts.billing().invoiced,
    ] {
        assert_eq!(
            found(id).map(|agreement| agreement.status),
            Some(AgreementStatus::Active),
            "{id}"
        );
    }
    let cancelled = found(&facts.billing().cancelled).map(|agreement| agreement.status);
    assert_eq!(cancelled, Some(AgreementStatus::Cancelled));
    let invoiced = found(&facts.billing().invoiced).and_then(|agreement| agreement.next_invoice_date);
    assert_eq!(invoiced, facts.billing().next_invoice);
}

async fn an_unknown_agreement_is_not_an_empty_one(world: &World) {
    let facts = world.facts();
    let unknown = world.psa.additions(&AgreementId::new(facts.unknown.as_str())).await;
    let error = unknown.expect_err("no such agreement");
    assert_eq!(error.kind(), &ErrorKind::NotFound, "{error:?}");
    assert_eq!(
        world
            .psa
            .additions(&facts.billing().agreement)
            .await
            .expect("an empty list"),
        []
    );
    let billed = world.psa.additions(&facts.billing().billed).await.expect("a list");
    let products: Vec<_> = billed.iter().map(|addition| &addition.product).collect();
    assert_eq!(products, [&facts.billing().billed_product]);
}

async fn many_at_once(world: &World) {
    let facts = world.facts();
    let known = [
        &facts.billing().agreement,
        &facts.billing().billed,
        &facts.billing().invoiced,
        &facts.billing().cancelled,
    ];
    let mut asked: Vec<_> = known.into_iter().cloned().collect();
    asked.push(AgreementId::new(facts.unknown.as_str()));
    // One that is asked for twice is one all the same.
    asked.push(facts.billing().billed.clone());
    let together = world.psa.additions_of(&asked).await.expect("additions");
    let mut one_by_one = BTreeMap::new();
    for id in known {
        one_by_one.insert(id.clone(), world.psa.additions(id).await.expect("additions"));
    }
    assert_eq!(together, one_by_one);
    assert_eq!(world.psa.additions_of(&[]).await.expect("nothing"), BTreeMap::new());
}

async fn ended_additions_stay_visible(world: &World) {
    let facts = world.facts();
    let addition = world
        .psa
        .additions(&facts.billing().billed)
        .await
        .expect("additions")
        .remove(0)
        .id;
    let target = target(
        &facts.billing().billed,
        &facts.billing().billed_product,
        Some(&addition),
    );
    again(async || world.psa.end_addition(&target, facts.billing().month_end, &key()).await).await;
    let additions = world.psa.additions(&facts.billing().billed).await.expect("additions");
    let seen: Vec<_> = additions
        .iter()
        .map(|known| (&known.id, known.cancelled_date))
        .collect();
    assert_eq!(seen, [(&addition, Some(facts.billing().month_end))]);
}
