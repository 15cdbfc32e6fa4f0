//! One entry of the log, before it is written.

use psa_entities::{
    audit_entry::{AuditAction, AuditSubject, FieldChange},
    ids::IntegrationId,
    integration,
};
use serde_json::Value;

use super::changes;

/// An entry to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub(super) action: AuditAction,
    pub(super) integration: Option<IntegrationId>,
    pub(super) subject: Subject,
    pub(super) changes: Vec<FieldChange>,
}

/// What a change was made to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What kind of thing it is.
    pub kind: AuditSubject,
    /// Its key; `None` when it is no single record.
    pub key: Option<String>,
    /// What people call it.
    pub name: String,
}

impl Subject {
    /// A thing with a key and a name.
    pub fn new(kind: AuditSubject, key: &impl ToString, name: impl Into<String>) -> Self {
        Self {
            kind,
            key: Some(key.to_string()),
            name: name.into(),
        }
    }

    /// An integration.
    pub fn integration(integration: &integration::Model) -> Self {
        Self::new(AuditSubject::Integration, &integration.id, integration.name.as_str())
    }
}

impl Entry {
    /// Says that `action` was done to `subject`.
    pub fn new(action: AuditAction, subject: Subject) -> Self {
        Self {
            action,
            integration: None,
            subject,
            changes: Vec::new(),
        }
    }

    /// Says that `action` was done to an integration itself.
    pub fn about(action: AuditAction, integration: &integration::Model) -> Self {
        Self::new(action, Subject::integration(integration)).within(integration.id)
    }

    /// Names the integration that it was done in.
    #[must_use]
    pub fn within(self, integration: IntegrationId) -> Self {
        Self {
            integration: Some(integration),
            ..self
        }
    }

    /// Says what was different: the fields in which the two objects are not the same. Secrets must not be among them.
    #[must_use]
    pub fn changing(self, before: &Value, after: &Value) -> Self {
        Self {
            changes: changes::between(before, after),
            ..self
        }
    }
}
