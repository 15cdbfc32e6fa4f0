//! What was imported from the PSA, and when.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::import_state;

/// The last finished import of one resource.
#[derive(Debug, Clone, SimpleObject)]
pub struct ImportState {
    /// What was imported.
    pub resource: ImportResource,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// Records that were not known before.
    pub added: i32,
    /// Records that had changed.
    pub changed: i32,
    /// Records that the PSA no longer has.
    pub gone: i32,
    /// Records that were read.
    pub total: i32,
}

impl From<import_state::Model> for ImportState {
    fn from(state: import_state::Model) -> Self {
        Self {
            resource: state.resource.into(),
            finished_at: state.finished_at,
            added: state.added,
            changed: state.changed,
            gone: state.gone,
            total: state.total,
        }
    }
}

/// What can be imported from a PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "import_state::ImportResource")]
pub enum ImportResource {
    /// Companies.
    Companies,
    /// Contacts.
    Contacts,
    /// Catalogue products.
    Products,
    /// Agreements.
    Agreements,
    /// Boards with their statuses and routing values.
    Boards,
}
