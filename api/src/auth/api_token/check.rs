//! From the token of a request to the viewer.

use chrono::{DateTime, Utc};
use psa_entities::{
    ProviderScope,
    api_token::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    secret::Secret,
    state::{ApiTokenState, USE_RESOLUTION, is_worth_noting, state},
};
use crate::{
    app::App,
    auth::{Actor, AuthError, Viewer},
};

/// Why an API token is not accepted. That one was revoked or has expired is told only to somebody who has all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiTokenError {
    /// It has not the form of one.
    #[error("the API token is not complete")]
    Malformed,
    /// There is none like it.
    #[error("the API token is not valid")]
    Unknown,
    /// Its time is over.
    #[error("the API token has expired")]
    Expired,
    /// Somebody revoked it.
    #[error("the API token was revoked")]
    Revoked,
}

/// The viewer that an API token stands for. Its use is noted, at most once in [`USE_RESOLUTION`].
///
/// # Errors
/// The token is not accepted, or the database cannot be read.
pub async fn authenticate(app: &App, text: &str) -> Result<Viewer, AuthError> {
    let secret = Secret::parse(text).ok_or(ApiTokenError::Malformed)?;
    let found = Entity::find()
        .filter(Column::SecretHash.eq(secret.hash()))
        .one(app.db.read())
        .await?;
    let token = found.ok_or(ApiTokenError::Unknown)?;
    let now = app.now();
    match state(&token, now) {
        ApiTokenState::Active => {}
        ApiTokenState::Expired => return Err(ApiTokenError::Expired.into()),
        ApiTokenState::Revoked => return Err(ApiTokenError::Revoked.into()),
    }
    if is_worth_noting(token.last_used_at, now)
        && let Err(error) = note_use(app, &token, now).await
    {
        // Whoever may read is not turned away because a note about it cannot be written.
        tracing::warn!(%error, token.id = %token.id, "the use of an API token cannot be noted");
    }
    Ok(Viewer {
        actor: Actor::api_token(token.name.clone()),
        provider: ProviderScope::new(token.provider_id),
        permissions: super::permissions(&token),
    })
}

/// Of many requests at once, one writes: the others find the note of the first.
async fn note_use(app: &App, token: &Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    let earlier = Condition::any()
        .add(Column::LastUsedAt.is_null())
        .add(Column::LastUsedAt.lte(now - USE_RESOLUTION));
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(token.id))
        .filter(earlier)
        .exec(app.db.write())
        .await?;
    Ok(())
}
