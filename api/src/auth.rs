//! Who asks, and what they may do.
//!
//! A request carries a signed token of the console, which [`token`] checks and whose tenant [`providers`] finds, or an API
//! token, which [`api_token`] finds. The result is a [`Viewer`]: the only thing that the rest of the server knows about
//! the caller.

pub mod actor;
pub mod api_token;
pub mod guard;
pub mod mint;
pub mod permission;
pub mod providers;
pub mod token;

use chrono::{DateTime, Utc};
use psa_entities::ProviderScope;
use sea_orm::DbErr;

pub use actor::Actor;
pub use api_token::check::ApiTokenError;
pub use guard::Requires;
pub use permission::{Permission, PermissionSet};
pub use providers::Providers;
pub use token::{Claims, TokenError, TokenVerifier};

use crate::{app::App, audit::Stamp};

/// Somebody with a valid token.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who it is: a person as the issuer names them, or a script by the name of its API token.
    pub actor: Actor,
    /// The tenant they act for: where every query starts.
    pub provider: ProviderScope,
    /// What they may do.
    pub permissions: PermissionSet,
}

impl Viewer {
    /// Who changes something, for which tenant, at this time.
    pub fn stamp(&self, at: DateTime<Utc>) -> Stamp<'_> {
        Stamp {
            scope: self.provider,
            by: &self.actor,
            at,
        }
    }
}

/// Why nobody could be made out.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The console's token is not accepted.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The API token is not accepted.
    #[error(transparent)]
    ApiToken(#[from] ApiTokenError),
    /// The tenant cannot be read or made.
    #[error("database: {0}")]
    Database(#[from] DbErr),
}

/// The viewer that a token stands for: one of the console, or an API token. The first valid token of the console that
/// names a provider makes it.
///
/// # Errors
/// The token is not accepted, or the database fails.
pub async fn authenticate(app: &App, token: &str) -> Result<Viewer, AuthError> {
    if api_token::secret::Secret::is_meant_by(token) {
        return api_token::check::authenticate(app, token).await;
    }
    let now = app.now();
    let claims = app.tokens.accept(token, now).await?;
    let provider = app.providers.find_or_create(&app.db, &claims, now).await?;
    Ok(Viewer {
        actor: Actor::user(claims.subject),
        provider,
        permissions: claims.permissions,
    })
}
