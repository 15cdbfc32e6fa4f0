//! Asking for imports: one job per resource, and never two of one resource at a time.

use psa_entities::{
    audit_entry::AuditAction,
    ids::{IntegrationId, JobId},
    import_state::ImportResource,
    integration,
};
use sea_orm::{ActiveEnum, DatabaseTransaction};
use serde_json::{Value, json};

use super::{
    filter::CompanyFilter,
    import::{Import, Mode},
    settings,
};
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
    /// How they are read.
    pub reading: Reading,
}

/// How resources are read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
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
    let ids = enqueue(&transaction, stamp, &integration, &resources, request.reading).await?;
    let asked = json!({ "resources": resources, "mode": request.reading.mode, "confirmRemovals": request.reading.confirm_removals });
    let entry = Entry::about(AuditAction::ImportRequested, &integration).changing(&Value::Null, &asked);
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    Ok(ids)
}

/// Queues the imports of some resources in the caller's transaction, as the settings want them.
pub(crate) async fn enqueue(
    transaction: &DatabaseTransaction,
    stamp: Stamp<'_>,
    integration: &integration::Model,
    resources: &[ImportResource],
    reading: Reading,
) -> Outcome<Vec<JobId>> {
    let settings = settings::load(transaction, stamp.scope, integration).await?;
    let mut ids = Vec::with_capacity(resources.len());
    for resource in resources {
        let import = Import {
            resource: *resource,
            mode: reading.mode,
            confirm_removals: reading.confirm_removals,
            companies: CompanyFilter::of(&settings),
        };
        let new = NewJob::new(stamp.scope, &import, &stamp.by.name, stamp.at)?
            .of_integration(integration.id)
            .once(&format!("import:{}:{}", integration.id, resource.to_value()));
        ids.push(jobs::enqueue(transaction, new).await?);
    }
    Ok(ids)
}
