//! What happens when the PSA refuses us, and when it stops doing so.

use psa_connectors::{Error, ErrorKind};
use psa_entities::{
    Problem, ProviderScope,
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::{
    app::App,
    failure::{Outcome, UserError},
};

/// Notes that an operation failed: an integration whose keys the PSA does not accept is broken until it gets new ones.
/// Gives the problem back for the record that failed.
///
/// # Errors
/// Only of the database.
pub async fn report(app: &App, scope: ProviderScope, id: IntegrationId, error: &Error) -> Outcome<Problem> {
    let mut problem = UserError::from(error).to_problem(app.now());
    problem.detail = Some(error.to_string());
    if matches!(error.kind(), ErrorKind::Unauthorized) {
        let found = super::find(app.db.read(), scope, id).await?;
        if matches!(
            found.status,
            IntegrationStatus::Connected | IntegrationStatus::Ready | IntegrationStatus::Active
        ) {
            let mut change: integration::ActiveModel = found.into();
            change.status = Set(IntegrationStatus::Broken);
            change.problem = Set(Some(problem.clone()));
            change.updated_at = Set(app.now());
            change.update(app.db.write()).await?;
            tracing::warn!(integration.id = %id, "the PSA does not accept the keys: the integration is broken");
        }
    }
    Ok(problem)
}
