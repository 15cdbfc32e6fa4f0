//! Following an integration.

use std::sync::Arc;

use futures_util::Stream;
use psa_entities::{
    ProviderScope,
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
};

use super::setup;
use crate::{
    app::App,
    failure::{Failure, Outcome, UserError},
    live::Subject,
};

/// An integration with where it is in its life.
pub type Standing = (integration::Model, IntegrationStatus);

/// An integration as it is now, and again whenever it has changed, or where it is in its life.
///
/// # Errors
/// `NOT_FOUND` at `id`; the stream ends with it when the integration is deleted.
pub async fn follow(
    app: &Arc<App>,
    scope: ProviderScope,
    id: IntegrationId,
) -> Outcome<impl Stream<Item = Outcome<Standing>> + Send + use<>> {
    let source = Arc::clone(app);
    let read = move || find(Arc::clone(&source), scope, id);
    app.changes.follow(Subject::Integration(id), read, |_| false).await
}

async fn find(app: Arc<App>, scope: ProviderScope, id: IntegrationId) -> Outcome<Standing> {
    let found = scope.find_by_id::<integration::Entity>(id).one(app.db.read()).await?;
    let integration = found.ok_or_else(|| Failure::refused(UserError::not_found("id", "integration")))?;
    let status = setup::status(&app, scope, &integration).await?;
    Ok((integration, status))
}
