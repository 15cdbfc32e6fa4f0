//! Narrowing lists down.

use std::collections::BTreeSet;

use psa_connectors::{
    ErrorKind, Filter, ReadQuery,
    record::{Agreement, ChoiceId, Company, CompanyId, FilterValue},
};

use crate::{
    case::{Case, case},
    world::{World, refused_fields, walk},
};

pub(super) const CASES: &[Case] = &[
    case!("R-LIST-05", [Contacts], contacts_of_a_company),
    case!("R-LIST-06", [Agreements], agreements_of_a_company),
    case!("R-LIST-07", [Companies], companies_are_narrowed_down),
    case!("R-LIST-08", [Agreements], agreements_are_narrowed_down),
    case!("R-LIST-09", [Companies], filters_know_their_list),
    case!("R-LIST-16", [Companies], one_company),
];

async fn contacts_of_a_company(world: &World) {
    let company = &world.facts().company;
    let mut all = walk(&ReadQuery::all(), async |query| world.psa.contacts(&query).await).await;
    let query = ReadQuery::all().of_company(company.clone());
    let own = walk(&query, async |query| world.psa.contacts(&query).await).await;
    let before = all.len();
    all.retain(|contact| contact.company.as_ref() == Some(company));
    assert!(!own.is_empty() && own.len() < before);
    assert_eq!(own, all);
}

async fn agreements_of_a_company(world: &World) {
    let company = &world.facts().company;
    let mut all = walk(&ReadQuery::all(), async |query| world.psa.agreements(&query).await).await;
    let query = ReadQuery::all().of_company(company.clone());
    let own = walk(&query, async |query| world.psa.agreements(&query).await).await;
    let before = all.len();
    all.retain(|agreement| agreement.company == *company);
    assert!(!own.is_empty() && own.len() < before);
    assert_eq!(own, all);
}

async fn companies(world: &World, query: &ReadQuery) -> Vec<Company> {
    walk(query, async |query| world.psa.companies(&query).await).await
}

/// Whether a company has one of the values of a filter.
fn has(company: &Company, filter: Filter, values: &[ChoiceId]) -> bool {
    let is_one = |id: &str| values.iter().any(|value| value.as_str() == id);
    match filter {
        Filter::CompanyType => company.types.iter().any(|kind| is_one(&kind.id)),
        Filter::CompanyStatus => company.status.as_ref().is_some_and(|status| is_one(&status.id)),
        Filter::AgreementType => false,
    }
}

async fn companies_are_narrowed_down(world: &World) {
    let all = companies(world, &ReadQuery::all()).await;
    let mut narrowed = ReadQuery::all();
    let mut expected = all.clone();
    for filter in [Filter::CompanyType, Filter::CompanyStatus] {
        let Some(values) = values_of(world, filter).await else {
            continue;
        };
        let known: BTreeSet<&ChoiceId> = values.iter().map(|value| &value.id).collect();
        assert!(
            known.len() == values.len() && values.len() > 1,
            "{filter:?}: {values:?}"
        );
        for value in &values {
            let one = [value.id.clone()];
            let query = ReadQuery::all().only(filter, one.clone());
            let wanted: Vec<_> = all
                .iter()
                .filter(|company| has(company, filter, &one))
                .cloned()
                .collect();
            assert_eq!(companies(world, &query).await, wanted, "{filter:?} {value:?}");
        }
        let several: Vec<_> = values.iter().take(2).map(|value| value.id.clone()).collect();
        narrowed = narrowed.only(filter, several.clone());
        expected.retain(|company| has(company, filter, &several));
    }
    assert_eq!(companies(world, &narrowed).await, expected);
}

async fn agreements_are_narrowed_down(world: &World) {
    let Some(values) = values_of(world, Filter::AgreementType).await else {
        return;
    };
    let agreements = async |query: ReadQuery| walk(&query, async |query| world.psa.agreements(&query).await).await;
    let all = agreements(ReadQuery::all()).await;
    let mut seen = 0;
    for value in &values {
        let found = agreements(ReadQuery::all().only(Filter::AgreementType, [value.id.clone()])).await;
        let is_of = |agreement: &&Agreement| agreement.kind.as_deref() == Some(value.name.as_str());
        let wanted: Vec<_> = all.iter().filter(is_of).cloned().collect();
        assert_eq!(found, wanted, "{value:?}");
        seen += found.len();
    }
    assert_eq!(seen, all.len(), "every agreement has one of the types");
}

/// The values of a filter, when it is declared; otherwise it is refused.
async fn values_of(world: &World, filter: Filter) -> Option<Vec<FilterValue>> {
    let values = world.psa.filter_values(filter).await;
    if world.descriptor().filters.contains(&filter) {
        let values = values.expect("values");
        assert!(values.iter().all(|value| !value.name.trim().is_empty()), "{values:?}");
        return Some(values);
    }
    assert_eq!(values.expect_err("it is not declared").kind(), &ErrorKind::Unsupported);
    let query = ReadQuery::all().only(filter, [ChoiceId::new("1")]);
    let error = match filter {
        Filter::CompanyType | Filter::CompanyStatus => world.psa.companies(&query).await.map(drop),
        Filter::AgreementType => world.psa.agreements(&query).await.map(drop),
    };
    assert_eq!(error.expect_err("it is not declared").kind(), &ErrorKind::Unsupported);
    None
}

async fn filters_know_their_list(world: &World) {
    let foreign = ReadQuery::all().only(Filter::AgreementType, [ChoiceId::new("1")]);
    let error = world.psa.companies(&foreign).await.expect_err("a filter of agreements");
    if world.descriptor().filters.contains(&Filter::AgreementType) {
        assert_eq!(refused_fields(&error), ["only"]);
    } else {
        assert_eq!(error.kind(), &ErrorKind::Unsupported);
    }
    let all = companies(world, &ReadQuery::all()).await;
    for filter in world.descriptor().filters {
        let none = ReadQuery::all().only(*filter, []);
        assert_eq!(companies(world, &none).await, all, "{filter:?}");
    }
}

async fn one_company(world: &World) {
    let facts = world.facts();
    let mut all = companies(world, &ReadQuery::all()).await;
    let of = |id: &str| ReadQuery::all().of_company(CompanyId::new(id));
    all.retain(|company| company.id == facts.company);
    assert_eq!(
        (all.len(), companies(world, &of(facts.company.as_str())).await),
        (1, all)
    );
    for odd in [&facts.unknown, "", " ", "-1", "1/../2", "1 or 1=1", "1&id=2", "☃"] {
        match world.psa.companies(&of(odd)).await {
            Ok(page) => assert_eq!((page.records, page.next), (Vec::new(), None), "`{odd}`"),
            Err(error) => assert!(
                matches!(error.kind(), ErrorKind::Invalid { .. } | ErrorKind::NotFound) && !error.is_temporary(),
                "`{odd}`: {error:?}"
            ),
        }
    }
}
