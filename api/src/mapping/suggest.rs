//! Which PSA company a console company probably is.
//!
//! Suggestions only: a person accepts them, and one that is ambiguous is never accepted for them.

mod index;

use psa_entities::ids::{ConsoleCompanyId, PsaCompanyId};

pub use index::PsaIndex;

/// A console company that looks for its counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleName {
    /// Its id.
    pub id: ConsoleCompanyId,
    /// Its name.
    pub name: String,
}

/// A PSA company that may be the counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PsaName {
    /// Its id.
    pub id: PsaCompanyId,
    /// Its name.
    pub name: String,
    /// Its short name in the PSA.
    pub identifier: Option<String>,
}

/// A probable pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    /// The console company.
    pub company: ConsoleCompanyId,
    /// The PSA company.
    pub psa_company: PsaCompanyId,
    /// How sure it is, in percent.
    pub confidence: u8,
    /// Why.
    pub reason: SuggestionReason,
    /// Whether another PSA company is exactly as probable, so that only a person can tell.
    pub ambiguous: bool,
}

/// Why two companies are probably one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SuggestionReason {
    /// The names are the same.
    ExactName,
    /// The names are the same without case, accents, punctuation and legal form.
    NormalisedName,
    /// The name is the identifier of the PSA company.
    Identifier,
    /// The names have a rare word in common and are written much alike.
    Similar,
}

/// The most suggestions for one console company.
pub const MAX_SUGGESTIONS: usize = 5;

/// The suggestions for every company of `console`, in its order, the most probable first, at most [`MAX_SUGGESTIONS`] each.
///
/// Similar names are suggested only where no equal one is found. The work grows with the number of names on both sides,
/// not with their product.
pub fn suggest(console: &[ConsoleName], psa: &PsaIndex) -> Vec<Suggestion> {
    console.iter().flat_map(|company| suggest_one(company, psa)).collect()
}

fn suggest_one(company: &ConsoleName, psa: &PsaIndex) -> Vec<Suggestion> {
    let mut found: Vec<_> = psa.matches(&company.name).into_iter().collect();
    found.sort_by_key(|(id, (confidence, _))| (u8::MAX - confidence, *id));
    let best = found.first().map(|(_, (confidence, _))| *confidence);
    let tied = found
        .iter()
        .filter(|(_, (confidence, _))| Some(*confidence) == best)
        .count()
        > 1;
    found
        .into_iter()
        .take(MAX_SUGGESTIONS)
        .map(|(psa_company, (confidence, reason))| Suggestion {
            company: company.id,
            psa_company,
            confidence,
            reason,
            ambiguous: tied && Some(confidence) == best,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::index::{COMMON_WORD, EXACT, LEAST_SIMILAR, NORMALISED};
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
                vec![(6, 83, SuggestionReason::Similar, false)],
            ),
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

    proptest! {
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
            let mut turned: Vec<PsaName> = (1_u128..).zip(&right).map(|(id, name)| PsaName { id: psa_id(id), name: name.clone(), identifier: None }).collect();
            turned.reverse();
            prop_assert_eq!(suggest(&left, &PsaIndex::new(&turned)), found);
        }
    }
}
