//! Which suggestions a machine may accept, as pure functions: certain enough, the only one of its certainty, and wanted
//! by nobody else.

use std::collections::{HashMap, HashSet};

use async_graphql::Enum;
use psa_entities::ids::{ConsoleCompanyId, PsaCompanyId};

use crate::mapping::suggest::{Suggestion, SuggestionReason};

/// Why a company or contact was left to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum LeftReason {
    /// Several in the PSA fit equally well.
    Ambiguous,
    /// Another company of the console is bound to the best suggestion, or has it as its own. It is accepted only for a
    /// company of exactly that name.
    Contested,
    /// The best suggestion is less certain than was asked for.
    BelowConfidence,
    /// Nothing in the PSA resembles it.
    NoSuggestion,
    /// Somebody has decided about it already.
    AlreadyDecided,
    /// It is a contact whose company is not bound: bind the company first.
    CompanyNotMapped,
}

/// The best suggestion of a list that is certain enough, or why there is none.
///
/// # Errors
/// The reason.
pub(super) fn certain(suggestions: &[Suggestion], least: u8) -> Result<Suggestion, LeftReason> {
    match suggestions.iter().max_by_key(|suggestion| suggestion.confidence) {
        None => Err(LeftReason::NoSuggestion),
        Some(best) if best.confidence < least => Err(LeftReason::BelowConfidence),
        Some(best) if best.ambiguous => Err(LeftReason::Ambiguous),
        Some(best) => Ok(*best),
    }
}

/// The suggestions among `certain`, one for each console company, that another company wants as well: one of them, or one
/// that is bound to it already. A company of exactly the PSA company's name is no contender but the owner, unless there
/// are two.
pub(super) fn contested(certain: &[Suggestion], bound: &HashSet<PsaCompanyId>) -> HashSet<ConsoleCompanyId> {
    let mut by_psa: HashMap<PsaCompanyId, Vec<&Suggestion>> = HashMap::new();
    for suggestion in certain {
        by_psa.entry(suggestion.psa_company).or_default().push(suggestion);
    }
    let contested = by_psa.into_iter().flat_map(|(psa, contenders)| {
        let alone = contenders.len() == 1 && !bound.contains(&psa);
        let is_exact = |suggestion: &&&Suggestion| suggestion.reason == SuggestionReason::ExactName;
        let one_exact = contenders.iter().filter(is_exact).count() == 1;
        let owns = move |suggestion: &&Suggestion| one_exact && suggestion.reason == SuggestionReason::ExactName;
        contenders
            .into_iter()
            .filter(move |suggestion| !(alone || owns(suggestion)))
    });
    contested.map(|suggestion| suggestion.company).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use SuggestionReason::{ExactName, NormalisedName, Similar};
    use uuid::Uuid;

    fn psa(number: u128) -> PsaCompanyId {
        PsaCompanyId::from_uuid(Uuid::from_u128(number))
    }

    fn suggestion(company: u128, of: u128, confidence: u8, reason: SuggestionReason) -> Suggestion {
        Suggestion {
            company: ConsoleCompanyId::from_uuid(Uuid::from_u128(company)),
            psa_company: psa(of),
            confidence,
            reason,
            ambiguous: false,
        }
    }

    #[test]
    fn only_the_best_counts_and_only_without_doubt() {
        let best = suggestion(1, 1, 95, NormalisedName);
        let tied = Suggestion {
            ambiguous: true,
            ..best
        };
        let worse = suggestion(1, 2, 70, Similar);
        assert_eq!(certain(&[worse, best], 90), Ok(best));
        assert_eq!(certain(&[tied, worse], 90), Err(LeftReason::Ambiguous));
        assert_eq!(certain(&[best], 96), Err(LeftReason::BelowConfidence));
        assert_eq!(certain(&[], 1), Err(LeftReason::NoSuggestion));
    }

    #[test]
    fn two_that_want_the_same_are_left_unless_one_has_its_name() {
        let none = HashSet::new();
        let taken = HashSet::from([psa(1)]);
        let (a, b) = (
            suggestion(1, 1, 95, NormalisedName),
            suggestion(2, 1, 95, NormalisedName),
        );
        let (exact, twin) = (suggestion(3, 1, 100, ExactName), suggestion(4, 1, 100, ExactName));
        let other = suggestion(5, 2, 95, NormalisedName);
        for (suggestions, bound, expected) in [
            (vec![a, other], &none, vec![]),
            (vec![a, b, other], &none, vec![1, 2]),
            (vec![a, b, exact], &none, vec![1, 2]),
            (vec![a, exact, twin], &none, vec![1, 3, 4]),
            (vec![a, other], &taken, vec![1]),
            (vec![exact, other], &taken, vec![]),
        ] {
            let mut found: Vec<_> = contested(&suggestions, bound)
                .into_iter()
                .map(|company| company.uuid().as_u128())
                .collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{suggestions:?}");
        }
    }
}
