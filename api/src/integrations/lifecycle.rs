//! Activating, pausing, breaking and mending. Before activation nothing is sent; a paused or broken integration holds
//! its tickets.

use psa_entities::{
    Problem, ProviderScope,
    audit_entry::AuditAction,
    ids::IntegrationId,
    integration::{self, IntegrationStatus},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, DbErr};
use serde_json::json;

use super::{checklist::StepState, setup, webhooks::ensure};
use crate::{
    app::App,
    audit::{Entry, Stamp},
    failure::{ErrorCode, Failure, Outcome, UserError},
    live::Subject,
};

/// Lets the integration work. Asking for it again changes nothing.
///
/// # Errors
/// `SETUP_INCOMPLETE`, once for each mandatory step that is not done; `WRONG_STATE` when it is broken or being deleted.
pub async fn activate(app: &App, stamp: Stamp<'_>, id: IntegrationId) -> Outcome<integration::Model> {
    let found = super::find(app.db.read(), stamp.scope, id).await?;
    if found.status == IntegrationStatus::Active {
        return Ok(found);
    }
    refuse_broken(&found)?;
    let missing = missing_steps(app, stamp.scope, &found).await?;
    if !missing.is_empty() {
        return Err(Failure::Refused(missing));
    }
    let transaction = app.db.begin().await?;
    // The checklist was computed outside: whatever broke the integration meanwhile wins.
    let found = super::hold(&transaction, stamp.scope, id).await?;
    refuse_broken(&found)?;
    let changed = change(&transaction, stamp, AuditAction::IntegrationActivated, found, |row| {
        row.status = IntegrationStatus::Active;
        row.activated_at = row.activated_at.or(Some(stamp.at));
    })
    .await?;
    ensure::enqueue(&transaction, app, stamp, &changed).await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    app.wake.deliveries.notify_one();
    app.changes.tell(Subject::Integration(id));
    Ok(changed)
}

/// Stops the integration from sending. Tickets that it owes are held until it is active again.
///
/// # Errors
/// `WRONG_STATE` when it is not active.
pub async fn pause(app: &App, stamp: Stamp<'_>, id: IntegrationId) -> Outcome<integration::Model> {
    let transaction = app.db.begin().await?;
    let found = super::hold(&transaction, stamp.scope, id).await?;
    match found.status {
        IntegrationStatus::Paused => return Ok(found),
        IntegrationStatus::Active => {}
        _ => {
            let error = UserError::new(ErrorCode::WrongState, "Only an active integration can be paused.");
            return Err(Failure::refused(
                error
                    .at("integrationId")
                    .with_remedy("Nothing is sent before it is activated."),
            ));
        }
    }
    let pause = |row: &mut integration::Model| row.status = IntegrationStatus::Paused;
    let changed = change(&transaction, stamp, AuditAction::IntegrationPaused, found, pause).await?;
    transaction.commit().await?;
    app.changes.tell(Subject::Integration(id));
    Ok(changed)
}

/// Gives the integration another name, which its deletion will ask for.
///
/// # Errors
/// `INVALID` at `name`; `ALREADY_EXISTS` when another one has the name.
pub async fn rename(app: &App, stamp: Stamp<'_>, id: IntegrationId, name: &str) -> Outcome<integration::Model> {
    let name = super::name::check(name)?;
    let transaction = app.db.begin().await?;
    let found = super::hold(&transaction, stamp.scope, id).await?;
    if found.name == name {
        return Ok(found);
    }
    super::name::refuse_taken(&transaction, stamp.scope, &name).await?;
    let rename = |row: &mut integration::Model| row.name.clone_from(&name);
    let changed = change(&transaction, stamp, AuditAction::IntegrationRenamed, found, rename).await;
    let changed = changed.map_err(|error| super::name::taken_meanwhile(error, &name))?;
    transaction.commit().await?;
    app.changes.tell(Subject::Integration(id));
    Ok(changed)
}

/// Notes that the PSA does not accept the keys. One that was paused stays paused, with its problem shown.
pub(super) async fn break_down(
    transaction: &DatabaseTransaction,
    stamp: Stamp<'_>,
    found: integration::Model,
    problem: Problem,
) -> Result<integration::Model, DbErr> {
    change(transaction, stamp, AuditAction::IntegrationBroke, found, |row| {
        if row.status != IntegrationStatus::Paused {
            row.status = IntegrationStatus::Broken;
        }
        row.problem = Some(problem);
    })
    .await
}

/// Notes that the PSA accepts the keys again: a broken integration returns to where it was.
pub(super) async fn mend(
    transaction: &DatabaseTransaction,
    stamp: Stamp<'_>,
    found: integration::Model,
) -> Result<integration::Model, DbErr> {
    if found.problem.is_none() && found.status != IntegrationStatus::Broken {
        return Ok(found);
    }
    change(transaction, stamp, AuditAction::IntegrationMended, found, |row| {
        if row.status == IntegrationStatus::Broken {
            row.status = match row.activated_at {
                Some(_) => IntegrationStatus::Active,
                None => IntegrationStatus::Connected,
            };
        }
        row.problem = None;
    })
    .await
}

/// Changes the row that the transaction holds, and says so in the log.
pub(super) async fn change(
    transaction: &DatabaseTransaction,
    stamp: Stamp<'_>,
    action: AuditAction,
    before: integration::Model,
    set: impl FnOnce(&mut integration::Model),
) -> Result<integration::Model, DbErr> {
    let mut after = before.clone();
    set(&mut after);
    let view = |row: &integration::Model| {
        let problem = row.problem.as_ref().map(|problem| &problem.message);
        json!({ "name": row.name, "status": row.status, "problem": problem })
    };
    let entry = Entry::about(action, &before).changing(&view(&before), &view(&after));
    stamp.record(transaction, vec![entry]).await?;
    let row = integration::ActiveModel {
        id: Set(after.id),
        name: Set(after.name),
        status: Set(after.status),
        problem: Set(after.problem),
        activated_at: Set(after.activated_at),
        updated_at: Set(stamp.at),
        ..Default::default()
    };
    row.update(transaction).await
}

fn refuse_broken(found: &integration::Model) -> Outcome<()> {
    if found.status != IntegrationStatus::Broken {
        return Ok(());
    }
    let problem = found.problem.as_ref().map_or("", |problem| problem.message.as_str());
    let error = UserError::new(
        ErrorCode::WrongState,
        format!("The integration cannot be activated: {problem}"),
    );
    Err(Failure::refused(
        error
            .at("integrationId")
            .with_remedy("Replace the keys with updateCredentials first."),
    ))
}

/// What the checklist lacks, an error for each problem of a mandatory step.
async fn missing_steps(app: &App, scope: ProviderScope, found: &integration::Model) -> Outcome<Vec<UserError>> {
    let items = setup::checklist(app, scope, found).await?;
    let open = items
        .into_iter()
        .filter(|item| item.mandatory && item.state != StepState::Done);
    let error = |problem: super::checklist::StepProblem| {
        UserError::new(ErrorCode::SetupIncomplete, problem.message)
            .at("integrationId")
            .with_remedy(problem.remedy)
    };
    Ok(open.flat_map(|item| item.problems).map(error).collect())
}
