//! Which PSA contact a console contact is: suggested, bound and watched, always within the PSA company that its company
//! is bound to.

pub mod bind;
pub mod decide;
pub mod page;
pub mod suggest;
pub mod suggestions;

use std::sync::Arc;

use async_graphql::Enum;
use psa_entities::{console_contact, contact_mapping, ids::IntegrationId, psa_company, psa_contact};

use super::{
    MappedCompany, MappingState,
    health::{self, MappingHealth},
};

/// Whether a console contact is bound in an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ContactMappingState {
    /// It is bound to nothing.
    Unmapped,
    /// It is bound to a PSA contact.
    Mapped,
}

/// A console contact with what it is bound to in one integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedContact {
    /// The integration.
    pub integration: IntegrationId,
    /// The console contact.
    pub contact: console_contact::Model,
    /// Its company with what that is bound to.
    pub company: Arc<MappedCompany>,
    /// The binding; `None` when there is none.
    pub mapping: Option<contact_mapping::Model>,
    /// The PSA contact it is bound to, as the last import saw it.
    pub psa: Option<psa_contact::Model>,
}

impl MappedContact {
    /// Whether it is bound.
    pub fn state(&self) -> ContactMappingState {
        match &self.mapping {
            None => ContactMappingState::Unmapped,
            Some(_) => ContactMappingState::Mapped,
        }
    }

    /// The PSA company that its company is bound to.
    pub fn psa_company(&self) -> Option<&psa_company::Model> {
        let bound = self.company.state() == MappingState::Mapped;
        self.company.psa.as_ref().filter(|_| bound)
    }

    /// Whether the PSA contact is still what it was bound to. A contact that is not bound has nothing that could be
    /// wrong.
    pub fn health(&self) -> MappingHealth {
        match &self.mapping {
            Some(mapping) => health::of_contact(mapping, self.psa.as_ref(), self.psa_company()),
            None => MappingHealth::Ok,
        }
    }
}
