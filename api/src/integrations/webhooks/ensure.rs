//! Telling the PSA where to announce, and telling it again every day: some switch off what failed for some days.

use async_trait::async_trait;
use psa_connectors::{PsaConnector, record::WebhookEndpoint};
use psa_entities::{
    Problem, ProviderScope,
    integration::{self, IntegrationStatus},
    webhook,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{Opened, farewell};
use crate::{
    app::App,
    audit::Stamp,
    failure::{Failure, Fault, UserError},
    integrations::{self, health},
    jobs::{self, Job, JobContext, JobError, NewJob},
};

/// Makes an integration's PSA announce, or stop announcing, as the configuration says now.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ensure {}

/// Queues it, in the caller's transaction, when the PSA shall announce. Call `wake.jobs.notify_one()` after the commit.
///
/// # Errors
/// Only of the database.
pub async fn enqueue(
    db: &impl ConnectionTrait,
    app: &App,
    stamp: Stamp<'_>,
    integration: &integration::Model,
) -> Result<(), Failure> {
    if super::wanted(app, integration).is_some() {
        let job = NewJob::new(stamp.scope, &Ensure {}, &stamp.by.name, stamp.at)?;
        jobs::enqueue(db, job.of_integration(integration.id)).await?;
    }
    Ok(())
}

#[async_trait]
impl Job for Ensure {
    const KIND: &'static str = "integrations.webhook";

    async fn run(&self, cx: &JobContext) -> Result<serde_json::Value, JobError> {
        let id = cx
            .integration
            .ok_or_else(|| Fault::Inconsistent("a webhook without an integration".to_owned()))?;
        cx.progress("registering", 0, None).await?;
        let integration = integrations::find(cx.app.db.read(), cx.scope, id).await?;
        match super::wanted(&cx.app, &integration) {
            Some(base) => register(cx, &integration, base).await,
            // One that broke since it was asked for is left as it is until it is mended.
            None if !super::works(&integration) => Ok(json!({ "registered": null })),
            None => {
                farewell::withdraw(&cx.app, cx.scope, &integration).await?;
                Ok(json!({ "registered": false }))
            }
        }
    }
}

async fn register(
    cx: &JobContext,
    integration: &integration::Model,
    base: &Url,
) -> Result<serde_json::Value, JobError> {
    let app = &cx.app;
    let row = super::find_or_make(app, integration, base).await?;
    let connector = app.connections.get(app, cx.scope, integration).await?;
    let row = renew(app, row, base, connector.as_ref()).await?;
    let Opened { endpoint, .. } = super::open(app, &row)?;
    let ensured = connector.ensure_webhook(&endpoint).await;
    let subscriptions = match ensured {
        Ok(subscriptions) => subscriptions,
        Err(error) => {
            let problem = UserError::from(&error).to_problem(app.now());
            keep_outcome(app, integration, Some(problem)).await?;
            return Err(health::job_error(app, cx.scope, integration.id, &error).await);
        }
    };
    keep_outcome(app, integration, None).await?;
    undo_when_deleted(app, cx.scope, integration, connector.as_ref(), &endpoint).await?;
    for subscription in &subscriptions {
        tracing::info!(
            integration.id = %integration.id, topic = ?subscription.topic, change = ?subscription.change,
            "the PSA announces changes"
        );
    }
    Ok(json!({ "registered": true }))
}

/// Follows what the operator has changed since: another address of the server, another key of the vault.
async fn renew(
    app: &App,
    row: webhook::Model,
    base: &Url,
    connector: &dyn PsaConnector,
) -> Result<webhook::Model, Failure> {
    let has_moved = row.public_url != base.as_str();
    if !has_moved && row.key_id == app.vault.current_key_id() {
        return Ok(row);
    }
    let Opened { token, endpoint } = super::open(app, &row)?;
    if has_moved {
        // What stays behind fails, and is switched off by the PSA in the end.
        farewell::take_away(connector, &endpoint).await;
    }
    let moved = webhook::Model {
        public_url: base.to_string(),
        ..row
    };
    let renewed = super::sealed(app, moved, &token, &endpoint.secret)?;
    let change = webhook::ActiveModel {
        integration_id: Set(renewed.integration_id),
        public_url: Set(renewed.public_url),
        key_id: Set(renewed.key_id),
        token: Set(renewed.token),
        secret: Set(renewed.secret),
        ..Default::default()
    };
    Ok(change.update(app.db.write()).await?)
}

/// A deletion that was asked for meanwhile may have looked before there was something to take away.
async fn undo_when_deleted(
    app: &App,
    scope: ProviderScope,
    integration: &integration::Model,
    connector: &dyn PsaConnector,
    endpoint: &WebhookEndpoint,
) -> Result<(), DbErr> {
    let now = scope
        .find_by_id::<integration::Entity>(integration.id)
        .one(app.db.read())
        .await?;
    if now.is_none_or(|now| now.status == IntegrationStatus::Deleting) {
        farewell::take_away(connector, endpoint).await;
    }
    Ok(())
}

async fn keep_outcome(app: &App, integration: &integration::Model, problem: Option<Problem>) -> Result<(), DbErr> {
    let mut change = webhook::ActiveModel {
        problem: Set(problem.clone()),
        ..Default::default()
    };
    if problem.is_none() {
        change.ensured_at = Set(Some(app.now()));
    }
    webhook::Entity::update_many()
        .set(change)
        .filter(webhook::Column::IntegrationId.eq(integration.id))
        .exec(app.db.write())
        .await?;
    Ok(())
}
