//! The life of a connection between one provider and one PSA: connect, check, activate, pause, break and mend.

pub mod checklist;
pub mod connect;
pub mod connections;
pub mod deletion;
pub mod features;
pub mod follow;
pub mod health;
pub mod lifecycle;
pub mod name;
pub mod permissions;
pub mod setup;
pub mod upkeep;
pub mod webhooks;

pub use follow::follow;
use psa_connectors::Descriptor;
use psa_entities::{
    ProviderScope,
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter, QuerySelect, sea_query::LockType};

use crate::{
    app::App,
    failure::{ErrorCode, Failure, Fault, Outcome, UserError},
};

/// What the integration's connector is.
///
/// # Errors
/// This server has no such connector, which connecting rules out.
pub fn descriptor(app: &App, integration: &integration::Model) -> Result<&'static Descriptor, Fault> {
    app.registry
        .descriptor(&integration.connector_kind)
        .map_err(|unknown| Fault::Inconsistent(unknown.to_string()))
}

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

/// Finds one of the provider's integrations and holds it until the transaction ends, so that changes to it and its
/// settings follow one another. SQLite has one writer and needs no lock.
///
/// # Errors
/// `NOT_FOUND` at `integrationId`; `WRONG_STATE` when it is being deleted.
pub async fn hold(
    transaction: &DatabaseTransaction,
    scope: ProviderScope,
    id: IntegrationId,
) -> Outcome<integration::Model> {
    let found = hold_any(transaction, scope, id).await?;
    refuse_deleted(&found)?;
    Ok(found)
}

/// As [`hold`], also when it is being deleted.
async fn hold_any(
    transaction: &DatabaseTransaction,
    scope: ProviderScope,
    id: IntegrationId,
) -> Outcome<integration::Model> {
    let select = scope
        .find::<integration::Entity>()
        .filter(integration::Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate);
    let found = select.one(transaction).await?;
    found.ok_or_else(|| Failure::refused(UserError::not_found("integrationId", "integration")))
}

/// Refuses while the integration is being deleted.
///
/// # Errors
/// `WRONG_STATE` at `integrationId`.
pub fn refuse_deleted(found: &integration::Model) -> Outcome<()> {
    if found.status != IntegrationStatus::Deleting {
        return Ok(());
    }
    let error = UserError::new(ErrorCode::WrongState, "The integration is being deleted.").at("integrationId");
    Err(Failure::refused(
        error.with_remedy("Connect the PSA again when it is gone."),
    ))
}
