//! The life of a connection between one provider and one PSA: connect, check, activate, pause, break and mend.

pub mod checklist;
pub mod connect;
pub mod connections;
pub mod health;
pub mod lifecycle;
pub mod permissions;
pub mod setup;

use psa_entities::{ProviderScope, ids::IntegrationId, integration};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use crate::failure::{Failure, Outcome, UserError};

/// Finds one of the provider's integrations.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`.
pub async fn find(db: &impl ConnectionTrait, scope: ProviderScope, id: IntegrationId) -> Outcome<integration::Model> {
    scope
        .find::<integration::Entity>()
        .filter(integration::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or_else(|| Failure::refused(UserError::not_found("integrationId", "integration")))
}
