//! Who asks, and what they may do.
//!
//! A request carries a signed token of the console. [`token`] checks it, [`providers`] finds the tenant that it names,
//! and the result is a [`Viewer`]: the only thing that the rest of the server knows about the caller.

pub mod actor;
pub mod guard;
pub mod mint;
pub mod permission;
pub mod providers;
pub mod token;

use psa_entities::ProviderScope;
use sea_orm::DbErr;

pub use actor::Actor;
pub use guard::Requires;
pub use permission::{Permission, PermissionSet};
pub use providers::Providers;
pub use token::{Claims, TokenError, TokenVerifier};

use crate::app::App;

/// Somebody with a valid token.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who it is.
    pub actor: Actor,
    /// The tenant they act for: where every query starts.
    pub provider: ProviderScope,
    /// What they may do.
    pub permissions: PermissionSet,
}

/// Why nobody could be made out.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The token is not accepted.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The tenant cannot be read or made.
    #[error("database: {0}")]
    Database(#[from] DbErr),
}

/// The viewer that a token stands for. The first valid token that names a provider makes it.
///
/// # Errors
/// The token is not accepted, or the database fails.
pub async fn authenticate(app: &App, token: &str) -> Result<Viewer, AuthError> {
    let now = app.now();
    let claims = app.tokens.verify(token, now)?;
    let provider = app.providers.find_or_create(&app.db, &claims, now).await?;
    Ok(Viewer {
        actor: Actor::user(claims.subject),
        provider,
        permissions: claims.permissions,
    })
}
