//! Who changed what: an entry for every change that a person, a script or the server itself makes.
//!
//! An entry is written in the transaction of its change, so there is neither a change without an entry nor an entry
//! without a change. Entries are never changed, and they outlive the integration that they are about.

pub mod changes;
pub mod entry;

use chrono::{DateTime, Utc};
use psa_entities::{ProviderScope, audit_entry, ids::AuditEntryId};
use sea_orm::{ConnectionTrait, DbErr};

use crate::{auth::Actor, database::rows::insert_all};

pub use entry::{Entry, Subject};

/// Who does something, for which tenant, and when.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The tenant.
    pub scope: ProviderScope,
    /// Who.
    pub by: &'a Actor,
    /// When.
    pub at: DateTime<Utc>,
}

impl Stamp<'_> {
    /// Writes entries into the log, in the transaction of the changes that they are about.
    ///
    /// # Errors
    /// Only of the database.
    pub async fn record(&self, transaction: &impl ConnectionTrait, entries: Vec<Entry>) -> Result<(), DbErr> {
        let rows = entries.into_iter().map(|entry| self.row(entry)).collect();
        insert_all::<audit_entry::Entity>(transaction, rows).await
    }

    fn row(&self, entry: Entry) -> audit_entry::Model {
        audit_entry::Model {
            id: AuditEntryId::at(self.at),
            provider_id: self.scope.provider_id(),
            at: self.at,
            actor_kind: self.by.kind,
            actor: self.by.name.to_string(),
            action: entry.action,
            integration_id: entry.integration,
            subject_kind: entry.subject.kind,
            subject_key: entry.subject.key,
            subject_name: entry.subject.name,
            changes: audit_entry::FieldChanges(entry.changes),
        }
    }
}
