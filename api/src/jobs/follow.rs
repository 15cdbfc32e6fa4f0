//! Following a job.

use std::sync::Arc;

use futures_util::Stream;
use psa_entities::{JobId, ProviderScope, job};

use crate::{
    app::App,
    failure::{Failure, Outcome, UserError},
    live::Subject,
};

/// A job as it is now, and again whenever what a reader sees of it has changed; ends after its final state.
///
/// # Errors
/// `NOT_FOUND` at `id`.
pub async fn follow(
    app: &Arc<App>,
    scope: ProviderScope,
    id: JobId,
) -> Outcome<impl Stream<Item = Outcome<job::Model>> + Send + use<>> {
    let source = Arc::clone(app);
    let read = move || find(Arc::clone(&source), scope, id);
    let is_last = |job: &job::Model| job.state.is_final();
    app.changes.follow(Subject::Job(id), read, is_last).await
}

async fn find(app: Arc<App>, scope: ProviderScope, id: JobId) -> Outcome<job::Model> {
    let found = scope.find_by_id::<job::Entity>(id).one(app.db.read()).await?;
    let job = found.ok_or_else(|| Failure::refused(UserError::not_found("id", "job")))?;
    Ok(visible(job))
}

/// The job without what only its runner looks at, which changes while nothing happens.
fn visible(job: job::Model) -> job::Model {
    job::Model {
        lease_owner: None,
        lease_until: None,
        checkpoint: None,
        ..job
    }
}
