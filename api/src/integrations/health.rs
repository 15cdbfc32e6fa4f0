//! What happens when the PSA refuses us, and when it stops doing so.

use psa_connectors::{Error, ErrorKind};
use psa_entities::{
    Problem, ProviderScope,
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
};

use super::lifecycle;
use crate::{
    app::App,
    audit::Stamp,
    auth::actor::SYSTEM,
    failure::{Outcome, UserError},
    jobs::JobError,
    live::Subject,
};

/// What a failed operation means.
#[derive(Debug)]
pub struct Report {
    /// The problem, for the record that failed.
    pub problem: Problem,
    /// Whether trying again may help.
    pub passing: bool,
}

/// Notes that an operation failed: an integration whose keys the PSA does not accept is broken until it gets new ones.
///
/// Keys may have been replaced while the operation was under way. Therefore the keys that are stored now are tried before
/// the integration is called broken; when the PSA accepts them, the failure passes.
///
/// # Errors
/// Only of the database.
pub async fn report(app: &App, scope: ProviderScope, id: IntegrationId, error: &Error) -> Outcome<Report> {
    let mut problem = UserError::from(error).to_problem(app.now());
    problem.detail = Some(error.to_string());
    if !matches!(error.kind(), ErrorKind::Unauthorized) {
        let passing = error.is_temporary();
        return Ok(Report { problem, passing });
    }
    let found = super::find(app.db.read(), scope, id).await?;
    if accepted_now(app, scope, &found).await? {
        return Ok(Report { problem, passing: true });
    }
    let transaction = app.db.begin().await?;
    let found = super::hold(&transaction, scope, id).await?;
    if can_break(&found) {
        let stamp = Stamp {
            scope,
            by: &SYSTEM,
            at: app.now(),
        };
        lifecycle::break_down(&transaction, stamp, found, problem.clone()).await?;
        transaction.commit().await?;
        app.changes.tell(Subject::Integration(id));
        tracing::warn!(integration.id = %id, "the PSA does not accept the keys: the integration is broken");
    }
    let passing = false;
    Ok(Report { problem, passing })
}

/// What a failed read of the PSA means for a job: a passing trouble is tried again, anything else is for a person.
pub async fn job_error(app: &App, scope: ProviderScope, id: IntegrationId, error: &Error) -> JobError {
    match report(app, scope, id, error).await {
        Ok(Report { problem, passing: true }) => JobError::Retry {
            problem,
            after: error.retry_after(),
        },
        Ok(Report { problem, .. }) => JobError::Fail(problem),
        Err(failure) => JobError::from(failure),
    }
}

/// Whether the PSA accepts the keys that are stored now.
async fn accepted_now(app: &App, scope: ProviderScope, integration: &integration::Model) -> Outcome<bool> {
    let connector = app.connections.get(app, scope, integration).await?;
    // What is not a clear no is not proof that the keys are wrong.
    Ok(!matches!(
        connector.verify().await.map_err(|error| error.kind().clone()),
        Err(ErrorKind::Unauthorized)
    ))
}

fn can_break(found: &integration::Model) -> bool {
    let broken = found.status == IntegrationStatus::Broken || found.problem.is_some();
    !broken && !matches!(found.status, IntegrationStatus::Draft | IntegrationStatus::Deleting)
}
