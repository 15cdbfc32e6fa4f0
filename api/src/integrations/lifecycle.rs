//! Activating and pausing. Before activation nothing is sent; a paused integration holds its tickets.

use psa_entities::{
    ProviderScope,
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use super::{checklist::StepState, setup};
use crate::{
    app::App,
    failure::{ErrorCode, Failure, Outcome, UserError},
};

/// Lets the integration work. Asking for it again changes nothing.
///
/// # Errors
/// `SETUP_INCOMPLETE`, once for each mandatory step that is not done; `WRONG_STATE` when it is broken or being deleted.
pub async fn activate(app: &App, scope: ProviderScope, id: IntegrationId) -> Outcome<integration::Model> {
    let found = super::find(app.db.read(), scope, id).await?;
    match found.status {
        IntegrationStatus::Active => return Ok(found),
        IntegrationStatus::Broken | IntegrationStatus::Deleting => {
            let problem = found
                .problem
                .as_ref()
                .map_or_else(|| "it is being deleted".to_owned(), |problem| problem.message.clone());
            let error = UserError::new(
                ErrorCode::WrongState,
                format!("The integration cannot be activated: {problem}"),
            );
            return Err(Failure::refused(
                error.with_remedy("Replace the keys with updateCredentials first."),
            ));
        }
        _ => {}
    }
    let missing: Vec<_> = setup::checklist(app, scope, &found)
        .await?
        .into_iter()
        .filter(|item| item.mandatory && item.state != StepState::Done)
        .flat_map(|item| item.problems)
        .map(|problem| {
            UserError::new(ErrorCode::SetupIncomplete, problem.message)
                .at("integrationId")
                .with_remedy(problem.remedy)
        })
        .collect();
    if !missing.is_empty() {
        return Err(Failure::Refused(missing));
    }
    let now = app.now();
    let mut change: integration::ActiveModel = found.clone().into();
    change.status = Set(IntegrationStatus::Active);
    change.activated_at = Set(found.activated_at.or(Some(now)));
    change.updated_at = Set(now);
    let changed = change.update(app.db.write()).await?;
    app.wake.deliveries.notify_one();
    Ok(changed)
}

/// Stops the integration from sending. Tickets that it owes are held until it is active again.
///
/// # Errors
/// `WRONG_STATE` when it is not active.
pub async fn pause(app: &App, scope: ProviderScope, id: IntegrationId) -> Outcome<integration::Model> {
    let found = super::find(app.db.read(), scope, id).await?;
    match found.status {
        IntegrationStatus::Paused => Ok(found),
        IntegrationStatus::Active => {
            let mut change: integration::ActiveModel = found.into();
            change.status = Set(IntegrationStatus::Paused);
            change.updated_at = Set(app.now());
            Ok(change.update(app.db.write()).await?)
        }
        _ => {
            let error = UserError::new(ErrorCode::WrongState, "Only an active integration can be paused.");
            Err(Failure::refused(
                error
                    .at("integrationId")
                    .with_remedy("Nothing is sent before it is activated."),
            ))
        }
    }
}

/// The status that a broken integration returns to when it gets good keys.
pub fn status_when_mended(integration: &integration::Model) -> IntegrationStatus {
    if integration.activated_at.is_some() {
        IntegrationStatus::Active
    } else {
        IntegrationStatus::Connected
    }
}
