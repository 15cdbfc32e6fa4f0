//! API tokens.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use psa_entities::api_token;

use crate::{
    auth::{
        Permission,
        api_token::{ApiTokenState, permissions, state},
    },
    graphql::{ids::NodeKind, request::Request},
};

/// An API token.
#[derive(Debug, Clone)]
pub struct ApiToken(pub api_token::Model);

/// A token by which a script calls this API in place of a person. Its secret was shown when it was made and is kept
/// nowhere. Seen only with the permission `psa:manage`.
#[Object]
impl ApiToken {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeKind::ApiToken.id(self.0.id)
    }

    /// The name that people know it by, and under which the script acts.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The first characters of its secret, by which it is recognised where it is used.
    async fn hint(&self) -> &str {
        &self.0.hint
    }

    /// What it allows.
    async fn permissions(&self) -> Vec<Permission> {
        permissions(&self.0).iter().collect()
    }

    /// Whether it is accepted.
    async fn state(&self, ctx: &Context<'_>) -> Result<ApiTokenState> {
        Ok(state::state(&self.0, ctx.app()?.now()))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Who made it.
    async fn created_by(&self) -> &str {
        &self.0.created_by
    }

    /// From when on it is not accepted; null when it does not expire.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// When it was revoked; null when nobody has.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// Who revoked it; null when nobody has.
    async fn revoked_by(&self) -> Option<&str> {
        self.0.revoked_by.as_deref()
    }

    /// When it was last used, or up to a minute earlier: not every use is noted. Null before its first use.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }
}
