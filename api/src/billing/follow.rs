//! Following a billing run.

use std::sync::Arc;

use futures_util::Stream;
use psa_entities::{
    ProviderScope,
    billing_line::{Column, Entity, LineState},
    billing_run::{Model, RunState},
    ids::BillingRunId,
};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use super::runs;
use crate::{app::App, failure::Outcome, live::Subject};

/// A run with how many of its lines have come to an end.
pub type Progress = (Model, u64);

/// A run as it is now, and again whenever it, or how many of its lines have ended, has changed; ends after its final
/// state.
///
/// # Errors
/// `NOT_FOUND` at `runId`.
pub async fn follow(
    app: &Arc<App>,
    scope: ProviderScope,
    id: BillingRunId,
) -> Outcome<impl Stream<Item = Outcome<Progress>> + Send + use<>> {
    let source = Arc::clone(app);
    let read = move || find(Arc::clone(&source), scope, id);
    let is_last = |(run, _): &Progress| matches!(run.state, RunState::Applied | RunState::Cancelled | RunState::Failed);
    app.changes.follow(Subject::BillingRun(id), read, is_last).await
}

async fn find(app: Arc<App>, scope: ProviderScope, id: BillingRunId) -> Outcome<Progress> {
    let db = app.db.read();
    let run = runs::find(db, scope, id).await?;
    let at_work = [LineState::Planned, LineState::Applying, LineState::Applied];
    let ended = scope
        .find::<Entity>()
        .filter(Column::RunId.eq(id))
        .filter(Column::State.is_not_in(at_work));
    Ok((run, ended.count(db).await?))
}
