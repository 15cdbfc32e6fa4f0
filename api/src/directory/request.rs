//! Asking for imports: one job per resource, and never two of one resource at a time.

use psa_entities::{
    audit_entry::AuditAction,
    ids::{IntegrationId, JobId},
    import_state::ImportResource,
};
use sea_orm::ActiveEnum;
use serde_json::{Value, json};

use super::import::{Import, Mode};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
    jobs::{self, NewJob},
};

/// What to import.
#[derive(Debug)]
pub struct ImportRequest {
    /// The integration.
    pub integration: IntegrationId,
    /// The resources; none means all of them.
    pub resources: Vec<ImportResource>,
    /// Everything, or what changed since the last time.
    pub mode: Mode,
    /// Whether records may be marked as gone even when they are an unusually large share.
    pub confirm_removals: bool,
}

/// Every resource, those with the longest chains of requests first: only some jobs run at the same time, and the last to
/// start decides when all is done.
const ALL: [ImportResource; 5] = [
    ImportResource::Boards,
    ImportResource::Contacts,
    ImportResource::Companies,
    ImportResource::Agreements,
    ImportResource::Products,
];

/// Queues the imports. A resource whose import is queued or running already answers with that job.
///
/// # Errors
/// `NOT_FOUND`; `WRONG_STATE` while the integration cannot talk to the PSA.
pub async fn request(app: &App, stamp: Stamp<'_>, request: ImportRequest) -> Outcome<Vec<JobId>> {
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, stamp.scope, request.integration).await?;
    if let Some(problem) = &integration.problem {
        let error = UserError::new(
            ErrorCode::WrongState,
            format!("The PSA cannot be read: {}", problem.message),
        );
        return Err(Failure::refused(
            error.at("integrationId").with_remedy(problem.remedy.clone()),
        ));
    }
    let resources = if request.resources.is_empty() {
        ALL.to_vec()
    } else {
        request.resources
    };
    let mut ids = Vec::with_capacity(resources.len());
    for resource in &resources {
        let resource = *resource;
        let import = Import {
            resource,
            mode: request.mode,
            confirm_removals: request.confirm_removals,
        };
        let new = NewJob::new(stamp.scope, &import, &stamp.by.name, stamp.at)?
            .of_integration(integration.id)
            .once(&format!("import:{}:{}", integration.id, resource.to_value()));
        ids.push(jobs::enqueue(&transaction, new).await?);
    }
    let asked = json!({ "resources": resources, "mode": request.mode, "confirmRemovals": request.confirm_removals });
    let entry = Entry::about(AuditAction::ImportRequested, &integration).changing(&Value::Null, &asked);
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    Ok(ids)
}
