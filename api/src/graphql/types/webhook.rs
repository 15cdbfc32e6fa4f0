//! Whether a PSA announces changes by itself.

use async_graphql::{Context, Enum, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{integration, webhook};

use super::job::Problem;
use crate::{
    graphql::request::{Request, internal},
    integrations::webhooks::{self, address, state},
};

/// Whether the PSA announces by itself what happens to tickets. Where it does not, changes are found by polling, within
/// minutes instead of moments.
#[derive(Debug, Clone, SimpleObject)]
pub struct WebhookState {
    /// Whether it does.
    pub status: WebhookStatus,
    /// When the PSA last confirmed it; null before. It is asked daily.
    pub ensured_at: Option<DateTime<Utc>>,
    /// When a genuine announcement last arrived, to the minute; null before the first.
    pub last_delivery_at: Option<DateTime<Utc>>,
    /// Why the PSA does not, and what mends it; null when nothing is wrong.
    pub problem: Option<Problem>,
}

/// Whether a PSA announces by itself what happens to tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "state::WebhookStatus")]
pub enum WebhookStatus {
    /// This PSA cannot.
    Unsupported,
    /// The operator has not said under which https address PSAs reach this server (`PSA_SERVER_PUBLIC_URL`).
    OffNoPublicUrl,
    /// It was not told yet: it is when the integration is activated.
    Pending,
    /// It does.
    Registered,
    /// It was told and does not; `problem` says why.
    Failing,
}

/// The state of an integration's webhook.
pub(super) async fn webhook_state(ctx: &Context<'_>, integration: &integration::Model) -> Result<WebhookState> {
    let app = ctx.app()?;
    let row = ctx
        .scope()?
        .find_by_id::<webhook::Entity>(integration.id)
        .one(app.db.read())
        .await
        .map_err(internal)?;
    let is_offered = webhooks::is_offered(app, &integration.connector_kind);
    let has_address = address::of_server(&app.config.server).is_some();
    Ok(WebhookState {
        status: state::status(is_offered, has_address, row.as_ref()).into(),
        ensured_at: row.as_ref().and_then(|row| row.ensured_at),
        last_delivery_at: row.as_ref().and_then(|row| row.last_delivery_at),
        problem: row.and_then(|row| row.problem).map(Problem::from),
    })
}
