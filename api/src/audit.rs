//! Who changed what: an entry for every change that a person, a script or the server itself makes.
//!
//! An entry is written in the transaction of its change, so there is neither a change without an entry nor an entry
//! without a change. Entries are never changed, and they outlive the integration that they are about.

pub mod changes;
pub mod entry;

use chrono::{DateTime, Utc};
use psa_entities::{ProviderScope, audit_entry, ids::AuditEntryId};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};

use crate::auth::Actor;

pub use entry::{Entry, Subject};

/// Rows of one statement: well below the parameters that SQLite and PostgreSQL allow.
const ROWS_PER_STATEMENT: usize = 400;

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
        let mut rows = entries
            .into_iter()
            .map(|entry| self.row(entry).into_active_model().reset_all())
            .peekable();
        while rows.peek().is_some() {
            audit_entry::Entity::insert_many(rows.by_ref().take(ROWS_PER_STATEMENT).collect::<Vec<_>>())
                .exec_without_returning(transaction)
                .await?;
        }
        Ok(())
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
