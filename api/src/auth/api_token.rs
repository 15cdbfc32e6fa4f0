//! API tokens: how scripts say who they are.
//!
//! An administrator makes one ([`issue`]), its secret is shown once and kept nowhere, a script sends it with every
//! request ([`check`]), and somebody takes it back ([`revoke`]) or it expires. The row is read for every request, so a
//! token that was revoked is refused from the next request on, in every replica.

pub mod check;
pub mod issue;
pub mod revoke;
mod rules;
pub mod secret;
pub mod state;

use psa_entities::{
    api_token::{Model, TokenPermissions},
    audit_entry::AuditSubject,
};

use super::{Permission, PermissionSet};
use crate::audit::Subject;
pub use state::ApiTokenState;

/// What a token allows. A permission that only another version of this server knows allows nothing here.
pub fn permissions(token: &Model) -> PermissionSet {
    let names = token.permissions.0.iter();
    names.filter_map(|name| name.parse::<Permission>().ok()).collect()
}

/// What the audit log calls a token.
fn subject(token: &Model) -> Subject {
    Subject::new(AuditSubject::ApiToken, &token.id, token.name.as_str())
}

/// A set of permissions as it is stored.
fn stored(permissions: PermissionSet) -> TokenPermissions {
    let names = permissions.iter().map(|permission| permission.name().to_owned());
    TokenPermissions(names.collect())
}

#[cfg(test)]
mod tests;
