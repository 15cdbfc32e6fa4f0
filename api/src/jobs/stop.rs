//! Stopping a job because a person asked for it.

use psa_entities::{
    JobId,
    audit_entry::{AuditAction, AuditSubject},
    job,
};
use serde_json::json;

use super::{Job, queue};
use crate::{
    app::App,
    audit::{Entry, Stamp, Subject},
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations::deletion::Deletion,
    live,
};

/// Asks a job to stop and gives it back as it is then. One that waits stops at once, one that runs at its next step;
/// one that has ended stays as it is.
///
/// # Errors
/// `NOT_FOUND` at `jobId`; `WRONG_STATE` for a deletion: what it has begun cannot be taken back.
pub async fn stop(app: &App, stamp: Stamp<'_>, id: JobId) -> Outcome<job::Model> {
    let transaction = app.db.begin().await?;
    let find = || stamp.scope.find_by_id::<job::Entity>(id);
    let before = find().one(&transaction).await?;
    let before = before.ok_or_else(|| Failure::refused(UserError::not_found("jobId", "job")))?;
    refuse_deletion(&before)?;
    let stopped = queue::cancel(&transaction, stamp.scope, id, stamp.at).await?;
    if stopped && !before.cancel_requested {
        let subject = Subject::new(AuditSubject::Job, &id, before.kind.as_str());
        let entry = Entry::new(AuditAction::JobCancelled, subject);
        let entry = match before.integration_id {
            Some(integration) => entry.within(integration),
            None => entry,
        };
        let entry = entry.changing(
            &json!({ "state": before.state }),
            &json!({ "state": job::JobState::Cancelled }),
        );
        stamp.record(&transaction, vec![entry]).await?;
    }
    let after = find().one(&transaction).await?.unwrap_or(before);
    transaction.commit().await?;
    app.changes.tell(live::Subject::Job(id));
    Ok(after)
}

fn refuse_deletion(job: &job::Model) -> Outcome<()> {
    if job.kind != Deletion::KIND {
        return Ok(());
    }
    let error = UserError::new(ErrorCode::WrongState, "A deletion cannot be stopped.").at("jobId");
    Err(Failure::refused(
        error.with_remedy("Connect the PSA again when it is done."),
    ))
}
