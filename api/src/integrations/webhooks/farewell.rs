//! Taking back what a PSA was told: when an integration is deleted, when its keys lead to another site, when this server
//! has no address any more. It is tried, and nothing waits for its success.

use std::{sync::Arc, time::Duration};

use psa_connectors::{
    PsaConnector,
    record::{SubscriptionChange, WebhookEndpoint},
};
use psa_entities::{ProviderScope, integration, webhook};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{Opened, address};
use crate::{
    app::App,
    failure::{Failure, Outcome},
};

/// How long a PSA may take to be told.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Farewell {
    /// There was nothing to take back.
    Nothing,
    /// The PSA announces there no more.
    Removed,
    /// It could not be told: it goes on until it gives up, or a person removes it there.
    Left,
}

/// Takes the integration's endpoint back, from the PSA and from here.
///
/// # Errors
/// Only of the database.
pub async fn withdraw(app: &App, scope: ProviderScope, integration: &integration::Model) -> Outcome<Farewell> {
    let Some(row) = super::find(app, integration.id).await? else {
        return Ok(Farewell::Nothing);
    };
    let farewell = match reach(app, scope, integration, &row).await? {
        Some((connector, endpoint)) => take_away(connector.as_ref(), &endpoint).await,
        None => Farewell::Left,
    };
    if farewell == Farewell::Left {
        tracing::warn!(integration.id = %integration.id, "the PSA may go on announcing changes to where nobody listens");
    }
    scope
        .delete_many::<webhook::Entity>()
        .filter(webhook::Column::IntegrationId.eq(integration.id))
        .exec(app.db.write())
        .await?;
    Ok(farewell)
}

/// Takes the endpoint back at the site that the keys led to, when new ones are about to lead to another.
///
/// A site at which the endpoint had to be registered is another one.
///
/// # Errors
/// Only of the database.
pub async fn leave_former_site(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
    new: &dyn PsaConnector,
) -> Outcome<Farewell> {
    let Some(row) = super::find(app, integration.id).await? else {
        return Ok(Farewell::Nothing);
    };
    if address::of_server(&app.config.server).is_none() {
        return Ok(Farewell::Nothing);
    }
    let Some((former, endpoint)) = reach(app, scope, integration, &row).await? else {
        return Ok(Farewell::Left);
    };
    let registered = tokio::time::timeout(PATIENCE, new.ensure_webhook(&endpoint)).await;
    let is_known_there = match registered {
        Ok(Ok(subscriptions)) => !subscriptions
            .iter()
            .any(|subscription| subscription.change == SubscriptionChange::Registered),
        // Where nothing can be registered nothing can be compared; the daily look says what is wrong.
        Ok(Err(_)) | Err(_) => return Ok(Farewell::Nothing),
    };
    if is_known_there {
        return Ok(Farewell::Nothing);
    }
    let farewell = take_away(former.as_ref(), &endpoint).await;
    if farewell == Farewell::Left {
        tracing::warn!(integration.id = %integration.id, "the former site of the PSA may go on announcing changes");
    }
    Ok(farewell)
}

/// Takes an endpoint back from a PSA, if that can be done without much ado.
pub async fn take_away(connector: &dyn PsaConnector, endpoint: &WebhookEndpoint) -> Farewell {
    match tokio::time::timeout(PATIENCE, connector.remove_webhook(endpoint)).await {
        Ok(Ok(())) => Farewell::Removed,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the PSA could not be told to announce nothing more");
            Farewell::Left
        }
        Err(_) => Farewell::Left,
    }
}

/// The PSA as it is reached now, and the endpoint; `None` when the keys or the vault's key are gone.
async fn reach(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
    row: &webhook::Model,
) -> Outcome<Option<(Arc<dyn PsaConnector>, WebhookEndpoint)>> {
    let connector = match app.connections.get(app, scope, integration).await {
        Ok(connector) => connector,
        Err(Failure::Refused(_)) => return Ok(None),
        Err(failure) => {
            tracing::warn!(?failure, "the PSA cannot be reached to take the endpoint back");
            return Ok(None);
        }
    };
    match super::open(app, row) {
        Ok(Opened { endpoint, .. }) => Ok(Some((connector, endpoint))),
        Err(fault) => {
            tracing::warn!(%fault, "the endpoint cannot be opened to be taken back");
            Ok(None)
        }
    }
}
