//! The search behind suggestions: by equal names first, by e-mail domains and rare words else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use psa_entities::ids::PsaCompanyId;

use super::{PsaName, SuggestionReason};
use crate::mapping::names::{compact, forms_agree, split};

pub(super) const EXACT: u8 = 100;
pub(super) const NORMALISED: u8 = 95;
/// From here on a bulk accept may take a suggestion unseen, so nothing but equality may reach it.
pub(super) const IDENTIFIER: u8 = 90;
/// Equal but for something that may tell two companies apart: a doubtful legal form, or words that only the PSA's name
/// has.
const NEARLY_EQUAL: u8 = 89;
/// The same e-mail domain and a similar name: two hints that do not depend on each other.
const DOMAIN_AND_SIMILAR: u8 = 88;
/// The same e-mail domain says more than any likeness of names.
const DOMAIN: u8 = 85;
/// Names that are written alike stay below every kind of equality, and below this they are not suggested.
const MOST_SIMILAR: usize = 84;
pub(super) const LEAST_SIMILAR: u8 = 62;

/// A word that more companies have in their names says nothing about which one is meant, and would make the search
/// quadratic.
pub(super) const COMMON_WORD: usize = 128;

/// A domain that more companies have belongs to people who work for all of them, such as the provider's own technicians.
pub(super) const COMMON_DOMAIN: usize = 5;

/// The PSA's companies by everything they are found by. Built once, asked for every console company.
#[derive(Debug, Clone, Default)]
pub struct PsaIndex {
    companies: Vec<Indexed>,
    by_normalised: HashMap<String, Vec<usize>>,
    by_identifier: HashMap<String, Vec<usize>>,
    by_word: HashMap<String, Vec<usize>>,
    by_domain: HashMap<String, Vec<usize>>,
}

#[derive(Debug, Clone)]
struct Indexed {
    id: PsaCompanyId,
    name: String,
    normalised: String,
    form: String,
    identifier: String,
    pairs: Vec<(char, char)>,
}

impl Indexed {
    /// Whether the name begins with all of these words and goes on.
    fn says_more_than(&self, normalised: &str) -> bool {
        self.normalised
            .strip_prefix(normalised)
            .is_some_and(|rest| rest.starts_with(' '))
    }
}

impl PsaIndex {
    /// Indexes `companies`.
    pub fn new(companies: &[PsaName]) -> Self {
        let mut index = Self::default();
        for (number, company) in companies.iter().enumerate() {
            let (normalised, form) = split(&company.name);
            for word in normalised
                .split(' ')
                .filter(|word| !word.is_empty())
                .collect::<BTreeSet<_>>()
            {
                index.by_word.entry(word.to_owned()).or_default().push(number);
            }
            if let Some(identifier) = company.identifier.as_deref().map(compact).filter(|id| !id.is_empty()) {
                index.by_identifier.entry(identifier).or_default().push(number);
            }
            for domain in &company.domains {
                index.by_domain.entry(domain.clone()).or_default().push(number);
            }
            let pairs = pairs(&normalised);
            if !normalised.is_empty() {
                index.by_normalised.entry(normalised.clone()).or_default().push(number);
            }
            index.companies.push(Indexed {
                id: company.id,
                name: company.name.trim().to_owned(),
                normalised,
                form,
                identifier: company.identifier.as_deref().unwrap_or_default().trim().to_lowercase(),
                pairs,
            });
        }
        index
    }

    /// The probable counterparts of a company with their confidence, unordered.
    pub(super) fn matches(
        &self,
        name: &str,
        domains: &BTreeSet<String>,
    ) -> BTreeMap<PsaCompanyId, (u8, SuggestionReason)> {
        let (normalised, form) = split(name);
        let mut found = BTreeMap::new();
        let mut keep = |company: &Indexed, confidence: u8, reason: SuggestionReason| {
            let kept = found.entry(company.id).or_insert((confidence, reason));
            if kept.0 < confidence {
                *kept = (confidence, reason);
            }
        };
        for company in self.listed(&self.by_identifier, &normalised.replace(' ', "")) {
            let is_typed = company.identifier == name.trim().to_lowercase();
            let says_the_same = forms_agree(&form, "") && !company.says_more_than(&normalised);
            let confidence = match is_typed || says_the_same {
                true => IDENTIFIER,
                false => NEARLY_EQUAL,
            };
            keep(company, confidence, SuggestionReason::Identifier);
        }
        for company in self.listed(&self.by_normalised, &normalised) {
            if company.name == name.trim() {
                keep(company, EXACT, SuggestionReason::ExactName);
            } else if forms_agree(&form, &company.form) {
                keep(company, NORMALISED, SuggestionReason::NormalisedName);
            } else {
                keep(company, NEARLY_EQUAL, SuggestionReason::NormalisedName);
            }
        }
        if found.is_empty() {
            let pairs = pairs(&normalised);
            let similar = self
                .sharing_a_rare_word(&normalised)
                .into_iter()
                .filter_map(|number| self.companies.get(number));
            for company in similar {
                let confidence = likeness(&pairs, &company.pairs);
                if confidence >= LEAST_SIMILAR {
                    found.insert(company.id, (confidence, SuggestionReason::Similar));
                }
            }
        }
        for company in self.sharing_a_domain(domains) {
            let by_domain = match found.get(&company.id) {
                None => DOMAIN,
                Some((_, SuggestionReason::Similar)) => DOMAIN_AND_SIMILAR,
                Some(_) => continue,
            };
            found.insert(company.id, (by_domain, SuggestionReason::EmailDomain));
        }
        found
    }

    fn listed<'a>(&'a self, by: &'a HashMap<String, Vec<usize>>, key: &str) -> impl Iterator<Item = &'a Indexed> {
        by.get(key)
            .into_iter()
            .flatten()
            .filter_map(|number| self.companies.get(*number))
    }

    fn sharing_a_domain(&self, domains: &BTreeSet<String>) -> impl Iterator<Item = &Indexed> {
        let lists = domains.iter().filter_map(|domain| self.by_domain.get(domain));
        let numbers: BTreeSet<usize> = lists
            .filter(|list| list.len() <= COMMON_DOMAIN)
            .flatten()
            .copied()
            .collect();
        numbers.into_iter().filter_map(|number| self.companies.get(number))
    }

    fn sharing_a_rare_word(&self, normalised: &str) -> BTreeSet<usize> {
        let lists = normalised.split(' ').filter_map(|word| self.by_word.get(word));
        lists
            .filter(|list| list.len() <= COMMON_WORD)
            .flatten()
            .copied()
            .collect()
    }
}

/// The neighbouring letters of `text`, sorted.
fn pairs(text: &str) -> Vec<(char, char)> {
    let mut pairs: Vec<_> = text.chars().zip(text.chars().skip(1)).collect();
    pairs.sort_unstable();
    pairs
}

/// Dice's coefficient of two sorted lists, from 0 to [`MOST_SIMILAR`].
fn likeness(one: &[(char, char)], other: &[(char, char)]) -> u8 {
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut common = 0_usize;
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                common += 1;
                left.next();
                right.next();
            }
        }
    }
    let all = one.len() + other.len();
    (2 * common * MOST_SIMILAR)
        .checked_div(all)
        .and_then(|share| u8::try_from(share).ok())
        .unwrap_or(0)
}
