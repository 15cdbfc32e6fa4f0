//! Names and domains, and what is made of them.

use super::index::{COMMON_DOMAIN, COMMON_WORD, EXACT, IDENTIFIER, LEAST_SIMILAR, NORMALISED};
use super::*;
use crate::mapping::names::normalise;
use proptest::prelude::*;
use uuid::Uuid;

fn console(names: &[&str]) -> Vec<ConsoleName> {
    let named = (1_u128..).zip(names);
    named
        .map(|(id, name)| ConsoleName {
            id: ConsoleCompanyId::from_uuid(Uuid::from_u128(id)),
            name: (*name).to_owned(),
            domains: BTreeSet::new(),
        })
        .collect()
}

fn psa_id(number: u128) -> PsaCompanyId {
    PsaCompanyId::from_uuid(Uuid::from_u128(number))
}

fn psa(names: &[(&str, &str)]) -> PsaIndex {
    let named = (1_u128..).zip(names);
    let companies: Vec<PsaName> = named
        .map(|(id, (name, identifier))| PsaName {
            id: psa_id(id),
            name: (*name).to_owned(),
            identifier: (!identifier.is_empty()).then(|| (*identifier).to_owned()),
            domains: BTreeSet::new(),
        })
        .collect();
    PsaIndex::new(&companies)
}

#[test]
fn names_are_found_for_the_best_reason() {
    let index = psa(&[
        ("Acme, Inc.", "Acme"),
        ("Müller & Söhne GmbH", "MuellerSoehne"),
        ("Northwind Traders", "NWT"),
        ("Contoso", "ContosoPharma"),
        ("Contoso Limited", ""),
        ("Fabrikam Software Services", ""),
        ("Aspen Dental Group & Sons", "AspenDentalGroup"),
    ]);
    for (name, expected) in [
        ("Acme, Inc.", vec![(1, 100, SuggestionReason::ExactName, false)]),
        ("ACME LLC", vec![(1, 95, SuggestionReason::NormalisedName, false)]),
        (
            "muller and sohne",
            vec![(2, 95, SuggestionReason::NormalisedName, false)],
        ),
        ("nwt", vec![(3, 90, SuggestionReason::Identifier, false)]),
        ("Contoso Pharma", vec![(4, 90, SuggestionReason::Identifier, false)]),
        (
            "Contoso",
            vec![
                (4, 100, SuggestionReason::ExactName, false),
                (5, 95, SuggestionReason::NormalisedName, false),
            ],
        ),
        (
            "contoso inc",
            vec![
                (4, 95, SuggestionReason::NormalisedName, true),
                (5, 95, SuggestionReason::NormalisedName, true),
            ],
        ),
        (
            "Fabrikam Sofware Services",
            vec![(6, 78, SuggestionReason::Similar, false)],
        ),
        // What may be a region, and what the other name says besides, is for a person to judge.
        ("Acme SE", vec![(1, 89, SuggestionReason::Identifier, false)]),
        (
            "Aspen Dental Group, LLC",
            vec![(7, 89, SuggestionReason::Identifier, false)],
        ),
        ("aspendentalgroup", vec![(7, 90, SuggestionReason::Identifier, false)]),
        ("Woodgrove Bank", vec![]),
        ("", vec![]),
        ("!?", vec![]),
    ] {
        let found = suggest(&console(&[name]), &index);
        let found: Vec<_> = found
            .iter()
            .map(|found| (found.psa_company, found.confidence, found.reason, found.ambiguous))
            .collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(id, percent, reason, tie)| (psa_id(id), percent, reason, tie))
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn similar_names_that_tie_are_ambiguous() {
    let index = psa(&[("Tailspin Toys East", ""), ("Tailspin Toys West", "")]);
    let found = suggest(&console(&["Tailspin Toys"]), &index);
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|found| found.ambiguous && found.reason == SuggestionReason::Similar)
    );
}

#[test]
fn a_word_that_everybody_has_suggests_nothing() {
    let named = |count: usize| -> Vec<String> { (0..count).map(|number| format!("Dental {number}")).collect() };
    let index = |names: &[String]| psa(&names.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>());
    let (common, rare) = (index(&named(COMMON_WORD + 1)), index(&named(COMMON_WORD)));
    assert!(suggest(&console(&["Dental X"]), &common).is_empty());
    assert_eq!(suggest(&console(&["dental 7"]), &common).len(), 1);
    assert_eq!(suggest(&console(&["Dental X"]), &rare).len(), MAX_SUGGESTIONS);
}

fn domains(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// PSA companies of these names and domains, without identifiers.
fn with_domains(companies: &[(&str, &[&str])]) -> PsaIndex {
    let numbered = (1_u128..).zip(companies);
    let companies: Vec<_> = numbered
        .map(|(id, (name, of))| PsaName {
            id: psa_id(id),
            name: (*name).to_owned(),
            identifier: None,
            domains: domains(of),
        })
        .collect();
    PsaIndex::new(&companies)
}

#[test]
fn a_common_domain_ranks_below_equal_names_and_above_similar_ones() {
    let index = with_domains(&[
        ("Contoso Dental Group", &["contoso.example"]),
        ("Fabrikam Logistics", &["fabrikam.example", "shared.example"]),
        ("Northwind Traders", &["shared.example"]),
        ("Tailspin Toys East", &["tailspin.example"]),
        ("Tailspin Toys West", &[]),
    ]);
    let mut console = console(&[
        "The Molar Company",
        "Anybody",
        "Tailspin Toys",
        "Northwind Traders",
        "Two Houses",
        "Nobody",
    ]);
    let of: [&[&str]; 6] = [
        &["contoso.example"],
        &["shared.example"],
        &["tailspin.example"],
        &["contoso.example"],
        &["contoso.example", "tailspin.example"],
        &["nobody.example"],
    ];
    for (company, of) in console.iter_mut().zip(of) {
        company.domains = domains(of);
    }
    let expected = [
        (1, 1, 85, SuggestionReason::EmailDomain, false),
        (2, 2, 85, SuggestionReason::EmailDomain, true),
        (2, 3, 85, SuggestionReason::EmailDomain, true),
        (3, 4, 88, SuggestionReason::EmailDomain, false),
        (3, 5, 69, SuggestionReason::Similar, false),
        (4, 3, 100, SuggestionReason::ExactName, false),
        (4, 1, 85, SuggestionReason::EmailDomain, false),
        (5, 1, 85, SuggestionReason::EmailDomain, true),
        (5, 4, 85, SuggestionReason::EmailDomain, true),
    ];
    let found: Vec<_> = suggest(&console, &index)
        .into_iter()
        .map(|found| {
            (
                found.company.uuid().as_u128(),
                found.psa_company.uuid().as_u128(),
                found.confidence,
                found.reason,
                found.ambiguous,
            )
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_domain_that_many_companies_have_says_nothing() {
    let named: Vec<_> = (0..=COMMON_DOMAIN).map(|number| format!("Company{number}")).collect();
    for (count, expected) in [(COMMON_DOMAIN, COMMON_DOMAIN), (COMMON_DOMAIN + 1, 0)] {
        let of: &[&str] = &["technicians.example"];
        let companies: Vec<_> = named.iter().take(count).map(|name| (name.as_str(), of)).collect();
        let mut console = console(&["Somebody"]);
        console[0].domains = domains(of);
        assert_eq!(suggest(&console, &with_domains(&companies)).len(), expected);
    }
}

#[test]
fn look_alikes_are_never_certain() {
    for (one, other) in [
        ("Acme North", "Acme South"),
        ("Smith Dental", "Smith Dental Group"),
        ("Clinic 1", "Clinic 11"),
        ("Clinic 1.1", "Clinic 11"),
        ("Clinic 11", "Clinic 1 1"),
        ("Praxis Dr. Meier", "Praxis Dr. Meyer"),
        ("Harbor Law Partners LLC", "Harbor Law Partner LLC"),
        ("Northwind Traders Holding", "Northwind Traders"),
    ] {
        for (left, right) in [(one, other), (other, one)] {
            for of in [&[][..], &["same.example"][..]] {
                let mut console = console(&[left]);
                console[0].domains = domains(of);
                let found = suggest(&console, &with_domains(&[(right, of)]));
                assert!(
                    found.iter().all(|found| found.confidence < IDENTIFIER),
                    "{left} / {right}: {found:?}"
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn only_equal_names_are_certain(
        left in prop::collection::vec(("[a-c]{1,3}( [a-d1.]{1,3})?( inc)?", prop::collection::btree_set("[x-z]\\.de", 0..3)), 0..9),
        right in prop::collection::vec(("[A-C]{1,3}( [a-d1.]{1,3})?( LLC)?", prop::collection::btree_set("[x-z]\\.de", 0..3)), 0..9),
    ) {
        let console: Vec<_> = (1_u128..).zip(&left).map(|(id, (name, domains))| ConsoleName {
            id: ConsoleCompanyId::from_uuid(Uuid::from_u128(id)), name: name.clone(), domains: domains.clone(),
        }).collect();
        let psa: Vec<_> = (1_u128..).zip(&right).map(|(id, (name, domains))| PsaName {
            id: psa_id(id), name: name.clone(), identifier: None, domains: domains.clone(),
        }).collect();
        for found in suggest(&console, &PsaIndex::new(&psa)) {
            let of = console.iter().find(|company| company.id == found.company).unwrap();
            let to = psa.iter().find(|company| company.id == found.psa_company).unwrap();
            let equal = normalise(&of.name) == normalise(&to.name);
            prop_assert_eq!(found.confidence >= IDENTIFIER, equal);
            if found.reason == SuggestionReason::EmailDomain {
                prop_assert!(!of.domains.is_disjoint(&to.domains));
            }
        }
    }

    #[test]
    fn suggestions_keep_their_promises(
        left in prop::collection::vec("[a-d]{1,3}( [a-d]{1,2})?( inc)?", 0..12),
        right in prop::collection::vec("[A-D]{1,3}( [a-d]{1,2})?( LLC)?", 0..12),
    ) {
        let left = console(&left.iter().map(String::as_str).collect::<Vec<_>>());
        let named: Vec<(&str, &str)> = right.iter().map(|name| (name.as_str(), "")).collect();
        let found = suggest(&left, &psa(&named));
        for company in &left {
            let own: Vec<_> = found.iter().filter(|found| found.company == company.id).collect();
            prop_assert!(own.len() <= MAX_SUGGESTIONS && own.is_sorted_by_key(|found| u8::MAX - found.confidence));
            let best = own.first().map(|found| found.confidence);
            let ties = own.iter().filter(|found| Some(found.confidence) == best).count();
            for found in own {
                prop_assert!((LEAST_SIMILAR..=EXACT).contains(&found.confidence));
                prop_assert_eq!(found.ambiguous, ties > 1 && Some(found.confidence) == best);
            }
            let same = right.iter().any(|name| normalise(name) == normalise(&company.name));
            prop_assert_eq!(same, best.is_some_and(|best| best >= NORMALISED));
        }
        let mut turned: Vec<PsaName> = (1_u128..).zip(&right).map(|(id, name)| PsaName { id: psa_id(id), name: name.clone(), identifier: None, domains: BTreeSet::new() }).collect();
        turned.reverse();
        prop_assert_eq!(suggest(&left, &PsaIndex::new(&turned)), found);
    }
}
