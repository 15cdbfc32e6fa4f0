//! Which contact of a PSA company a console contact probably is.
//!
//! The same e-mail address is certain, the same name is nearly so. Where several have the address, the one that has the same name too is meant.

use psa_entities::ids::PsaContactId;

use crate::{console::email, mapping::names};

/// The confidence in the same e-mail address.
pub(super) const SAME_EMAIL: u8 = 100;
/// In an address that several have, of whom another has the same name too.
const SHARED_EMAIL: u8 = 95;
/// In the same name.
pub(super) const SAME_NAME: u8 = 90;

/// The most suggestions for one contact.
pub const MAX_SUGGESTIONS: usize = 5;

/// A PSA contact as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PsaPerson {
    /// Its id.
    pub id: PsaContactId,
    /// Its name.
    pub name: String,
    /// All its e-mail addresses.
    pub emails: Vec<String>,
}

/// A probable counterpart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactSuggestion {
    /// The PSA contact.
    pub psa_contact: PsaContactId,
    /// How sure it is, in percent.
    pub confidence: u8,
    /// Why.
    pub reason: ContactSuggestionReason,
    /// Whether another PSA contact is exactly as probable, so that only a person can tell.
    pub ambiguous: bool,
}

/// Why two contacts are probably one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContactSuggestionReason {
    /// They have an e-mail address in common.
    Email,
    /// Their names are the same.
    Name,
}

/// The counterparts of a person of this name and address among the contacts of one PSA company, the most probable first,
/// at most [`MAX_SUGGESTIONS`].
pub fn suggest(name: &str, address: Option<&str>, among: &[PsaPerson]) -> Vec<ContactSuggestion> {
    let name = names::of_person(name);
    let address = address.map(email::folded);
    let same_name = |person: &PsaPerson| !name.is_empty() && names::of_person(&person.name) == name;
    let same_address = |person: &PsaPerson| {
        let address = address.as_deref();
        address.is_some_and(|address| person.emails.iter().any(|other| email::folded(other) == address))
    };
    let is_both = |person: &PsaPerson| same_address(person) && same_name(person);
    let named = among.iter().any(is_both);
    let mut found: Vec<_> = among
        .iter()
        .filter_map(|person| {
            let (confidence, reason) = match (same_address(person), same_name(person)) {
                (true, false) if named => (SHARED_EMAIL, ContactSuggestionReason::Email),
                (true, _) => (SAME_EMAIL, ContactSuggestionReason::Email),
                (false, true) => (SAME_NAME, ContactSuggestionReason::Name),
                (false, false) => return None,
            };
            Some(ContactSuggestion {
                psa_contact: person.id,
                confidence,
                reason,
                ambiguous: false,
            })
        })
        .collect();
    found.sort_by_key(|suggestion| (u8::MAX - suggestion.confidence, suggestion.psa_contact));
    let best = found.first().map(|suggestion| suggestion.confidence);
    let is_best = |suggestion: &ContactSuggestion| Some(suggestion.confidence) == best;
    let tied = found.iter().filter(|suggestion| is_best(suggestion)).count() > 1;
    found.truncate(MAX_SUGGESTIONS);
    for suggestion in &mut found {
        suggestion.ambiguous = tied && Some(suggestion.confidence) == best;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ContactSuggestionReason::{Email, Name};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn id(number: usize) -> PsaContactId {
        PsaContactId::from_uuid(Uuid::from_u128(u128::try_from(number).unwrap()))
    }

    fn people(people: &[(&str, &[&str])]) -> Vec<PsaPerson> {
        let numbered = people.iter().enumerate();
        numbered
            .map(|(number, (name, emails))| PsaPerson {
                id: id(number),
                name: (*name).to_owned(),
                emails: emails.iter().map(|email| (*email).to_owned()).collect(),
            })
            .collect()
    }

    #[test]
    fn the_address_leads_and_the_name_follows() {
        let among = people(&[
            ("Amelia Hart", &["amelia@contoso.example", "a.hart@contoso.example"]),
            ("Jonas Reed", &["info@contoso.example"]),
            ("Mia Ortiz", &["info@contoso.example"]),
            ("Zoë Brandt", &[]),
            ("Kim Lee", &["kim@contoso.example"]),
            ("Kim Lee", &["lee@contoso.example"]),
        ]);
        for (name, address, expected) in [
            ("Amy H.", Some("A.Hart@Contoso.example"), vec![(0, 100, Email, false)]),
            (
                "Jonas Reed",
                Some("info@contoso.example"),
                vec![(1, 100, Email, false), (2, 95, Email, false)],
            ),
            (
                "Front Desk",
                Some("info@contoso.example"),
                vec![(1, 100, Email, true), (2, 100, Email, true)],
            ),
            ("BRANDT, Zoe", Some("zoe@elsewhere.example"), vec![(3, 90, Name, false)]),
            ("Kim Lee", None, vec![(4, 90, Name, true), (5, 90, Name, true)]),
            (
                "Kim Lee",
                Some("amelia@contoso.example"),
                vec![(0, 100, Email, false), (4, 90, Name, false), (5, 90, Name, false)],
            ),
            ("Nobody", Some("nobody@contoso.example"), vec![]),
            ("", None, vec![]),
        ] {
            let found: Vec<_> = suggest(name, address, &among)
                .into_iter()
                .map(|found| (found.psa_contact, found.confidence, found.reason, found.ambiguous))
                .collect();
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(number, confidence, reason, ambiguous)| (id(number), confidence, reason, ambiguous))
                .collect();
            assert_eq!(found, expected, "{name} {address:?}");
        }
    }

    proptest! {
        #[test]
        fn one_suggestion_at_most_leaves_no_doubt(
            name in "[ab]{1,2}",
            address in proptest::option::of("[ab]@c\\.de"),
            among in prop::collection::vec(("[ab]{1,2}", prop::collection::vec("[AB]@c\\.de", 0..3)), 0..9),
        ) {
            let among: Vec<_> = among
                .into_iter()
                .enumerate()
                .map(|(number, (name, emails))| PsaPerson { id: id(number), name, emails })
                .collect();
            let found = suggest(&name, address.as_deref(), &among);
            prop_assert!(found.len() <= MAX_SUGGESTIONS);
            prop_assert!(found.is_sorted_by_key(|found| u8::MAX - found.confidence));
            let best = found.first().map(|found| found.confidence);
            let tied = found.iter().filter(|found| Some(found.confidence) == best).count() > 1;
            for suggestion in &found {
                prop_assert_eq!(suggestion.ambiguous, tied && Some(suggestion.confidence) == best);
            }
            let turned: Vec<_> = among.into_iter().rev().collect();
            prop_assert_eq!(suggest(&name, address.as_deref(), &turned), found);
        }
    }
}
