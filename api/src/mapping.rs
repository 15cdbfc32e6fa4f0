//! What in the console is what in the PSA: companies, contacts and billable products, suggested, bound, excluded and
//! watched.

pub mod blocks;
pub mod companies;
pub mod contacts;
pub mod counts;
pub mod decide;
pub mod entries;
pub mod health;
pub mod names;
pub mod page;
pub mod place;
pub mod product_bindings;
pub mod products;
pub mod search;
pub mod suggest;
pub mod suggestions;
pub mod usage;

use async_graphql::Enum;
use psa_entities::{company_mapping, console_company, ids::IntegrationId, psa_company};

/// What was decided about a console company in an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum MappingState {
    /// Nobody has decided. Its tickets are held and its usage is not billed.
    Unmapped,
    /// It is bound to a PSA company.
    Mapped,
    /// Somebody left it out of billing and tickets on purpose.
    Excluded,
}

impl MappingState {
    /// What a row says; `None` is no row.
    pub fn of(decided: Option<company_mapping::MappingState>) -> Self {
        match decided {
            None => Self::Unmapped,
            Some(company_mapping::MappingState::Mapped) => Self::Mapped,
            Some(company_mapping::MappingState::Excluded) => Self::Excluded,
        }
    }
}

/// A console company with what it is bound to in one integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedCompany {
    /// The integration.
    pub integration: IntegrationId,
    /// The console company.
    pub company: console_company::Model,
    /// What was decided; `None` when nothing was.
    pub mapping: Option<company_mapping::Model>,
    /// The PSA company it is bound to, as the last import saw it.
    pub psa: Option<psa_company::Model>,
}

impl MappedCompany {
    /// What was decided.
    pub fn state(&self) -> MappingState {
        MappingState::of(self.mapping.as_ref().map(|mapping| mapping.state))
    }
}
