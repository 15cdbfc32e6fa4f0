//! Which PSA company a console company probably is.
//!
//! Suggestions only: a person accepts them, and one that is ambiguous is never accepted for them.

pub mod domains;
mod index;

use std::collections::BTreeSet;

use psa_entities::ids::{ConsoleCompanyId, PsaCompanyId};

pub use index::PsaIndex;

/// A console company that looks for its counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleName {
    /// Its id.
    pub id: ConsoleCompanyId,
    /// Its name.
    pub name: String,
    /// The companies' own e-mail domains of its contacts.
    pub domains: BTreeSet<String>,
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
    /// The companies' own e-mail domains of its contacts.
    pub domains: BTreeSet<String>,
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
    /// Their contacts have an e-mail domain in common that few other PSA companies have. It is the more certain where the
    /// names are similar as well.
    EmailDomain,
}

/// The most suggestions for one console company.
pub const MAX_SUGGESTIONS: usize = 5;

/// The suggestions for every company of `console`, in its order, the most probable first, at most [`MAX_SUGGESTIONS`] each.
///
/// Equal names and identifiers lead, a common e-mail domain follows, similar names come last and only where no equal one
/// is found. Nothing but an equal name or identifier is certain enough to be accepted unseen. The work grows with the number of names on both sides,
/// not with their product.
pub fn suggest(console: &[ConsoleName], psa: &PsaIndex) -> Vec<Suggestion> {
    console.iter().flat_map(|company| suggest_one(company, psa)).collect()
}

fn suggest_one(company: &ConsoleName, psa: &PsaIndex) -> Vec<Suggestion> {
    let mut found: Vec<_> = psa.matches(&company.name, &company.domains).into_iter().collect();
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
mod tests;
