//! Approval: nothing is written to the PSA before somebody, or a quiet guard, said so.

use std::collections::HashMap;

use psa_entities::{
    Problem, ProviderScope,
    audit_entry::AuditAction,
    billing_line::{self, LineState},
    billing_run::{Column, Entity, Model, RunState},
    ids::{BillingLineId, BillingRunId, JobId},
    integration::{self, IntegrationStatus},
    job,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, sea_query::Expr,
};
use serde_json::{Value, json};

use super::{apply::Apply, runs, settings};
use crate::{
    app::App,
    audit::Stamp,
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
    jobs::{self, Job, NewJob},
};

/// The most lines that one call may retry.
const MOST_LINES: usize = 1_000;

/// The states of a line that can be tried again.
const RETRIABLE: [LineState; 2] = [LineState::Failed, LineState::Drifted];

/// The states of a line that the apply job still has to bring to an end.
pub(super) const UNFINISHED: [LineState; 3] = [LineState::Planned, LineState::Applying, LineState::Applied];

/// Approves a plan: its lines are written to the PSA by a job.
///
/// # Errors
/// `NOT_FOUND`; `CONFLICT` when the run is not the one that was looked at; `WRONG_STATE` when it does not wait for
/// approval, the integration is not active, or another run is being applied.
pub async fn approve(app: &App, stamp: Stamp<'_>, id: BillingRunId, expected_version: i32) -> Outcome<(Model, JobId)> {
    let scope = stamp.scope;
    let transaction = app.db.begin().await?;
    let (integration, run) = hold_both(&transaction, scope, id).await?;
    settings::check_version(Some(expected_version), run.version, "billing run")?;
    if !matches!(run.state, RunState::WaitingForApproval | RunState::Planned) {
        let error = UserError::new(ErrorCode::WrongState, "The run does not wait for approval.").at("runId");
        return Err(Failure::refused(
            error.with_remedy("Plan the month again to get a run that can be approved."),
        ));
    }
    check_ready(&transaction, scope, &integration, &run).await?;
    let run = Model {
        approved_by: Some(stamp.by.name.to_string()),
        approved_at: Some(stamp.at),
        ..run
    };
    let state = run.state;
    let begun = begin(&transaction, app, scope, &stamp.by.name, run).await?;
    let entry = runs::entry(AuditAction::BillingRunApproved, &begun.0);
    let entry = entry.changing(
        &json!({ "state": state }),
        &json!({ "state": begun.0.state, "totals": begun.0.totals }),
    );
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    Ok(begun)
}

/// Tries lines again that failed or whose agreement had drifted: all of them, or those that are named. A run whose work
/// was cut short goes on with what is left.
///
/// # Errors
/// `NOT_FOUND`; `WRONG_STATE` when the run was never approved, is being applied right now, or has nothing left to do.
pub async fn retry_lines(
    app: &App,
    stamp: Stamp<'_>,
    id: BillingRunId,
    lines: Option<Vec<BillingLineId>>,
) -> Outcome<(Model, JobId)> {
    let scope = stamp.scope;
    let transaction = app.db.begin().await?;
    let (integration, run) = hold_both(&transaction, scope, id).await?;
    let refuse = |message: &str, remedy: &str| {
        Err(Failure::refused(
            UserError::new(ErrorCode::WrongState, message)
                .at("runId")
                .with_remedy(remedy),
        ))
    };
    if !matches!(run.state, RunState::Applying | RunState::PartlyApplied) {
        return refuse(
            "The run has no lines that could be tried again.",
            "Plan the month again.",
        );
    }
    if at_work(&transaction, scope, &run).await? {
        return refuse(
            "The run is being applied right now.",
            "Wait for its job to end, then look at the lines.",
        );
    }
    check_ready(&transaction, scope, &integration, &run).await?;
    let reset = reset(&transaction, app, scope, &run, lines).await?;
    let left = unfinished(&transaction, scope, run.id).await?;
    if reset == 0 && left == 0 {
        return refuse(
            "The run has no lines that could be tried again.",
            "Plan the month again to correct blocked lines.",
        );
    }
    let begun = begin(&transaction, app, scope, &stamp.by.name, run).await?;
    let entry = runs::entry(AuditAction::BillingLinesRetried, &begun.0);
    stamp
        .record(
            &transaction,
            vec![entry.changing(&Value::Null, &json!({ "lines": reset }))],
        )
        .await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    Ok(begun)
}

/// Whether nothing stands in the way of applying `run`: the integration is active and no other run is being applied.
/// Runs are applied one after the other, because two could write to one addition.
///
/// # Errors
/// `WRONG_STATE`.
pub(super) async fn check_ready(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    integration: &integration::Model,
    run: &Model,
) -> Outcome<()> {
    if integration.status != IntegrationStatus::Active {
        let error = UserError::new(
            ErrorCode::WrongState,
            "The integration is not active: nothing is sent to the PSA.",
        );
        return Err(Failure::refused(
            error.with_remedy("Activate it with activateIntegration first."),
        ));
    }
    let other = scope
        .find::<Entity>()
        .filter(Column::IntegrationId.eq(run.integration_id))
        .filter(Column::State.eq(RunState::Applying))
        .filter(Column::Id.ne(run.id))
        .one(db)
        .await?;
    match other {
        None => Ok(()),
        Some(other) => {
            let message = format!("The run of {} is being applied.", other.month);
            let error = UserError::new(ErrorCode::WrongState, message).at("runId");
            Err(Failure::refused(error.with_remedy(
                "Wait for it to end; if its job was stopped, continue it with retryBillingLines.",
            )))
        }
    }
}

/// Puts a run to work, in the caller's transaction.
pub(super) async fn begin(
    transaction: &DatabaseTransaction,
    app: &App,
    scope: ProviderScope,
    by: &str,
    run: Model,
) -> Outcome<(Model, JobId)> {
    let run = Model {
        state: RunState::Applying,
        finished_at: None,
        problem: None,
        version: run.version + 1,
        ..run
    };
    let job = NewJob::new(scope, &Apply { run: run.id }, by, app.now())?
        .of_integration(run.integration_id)
        // With the version: a job that has ended its work but not itself must not stand for the next one.
        .once(&format!("billing.apply:{}:{}", run.id, run.version));
    let job = jobs::enqueue(transaction, job).await?;
    let run = run.into_active_model().reset_all().update(transaction).await?;
    Ok((run, job))
}

/// How many lines of a run are not brought to an end.
pub(super) async fn unfinished(
    db: &impl ConnectionTrait,
    scope: ProviderScope,
    run: BillingRunId,
) -> Result<u64, DbErr> {
    let lines = scope
        .find::<billing_line::Entity>()
        .filter(billing_line::Column::RunId.eq(run));
    lines
        .filter(billing_line::Column::State.is_in(UNFINISHED))
        .count(db)
        .await
}

/// Holds the integration first and the run then, as everybody does who holds both.
async fn hold_both(
    transaction: &DatabaseTransaction,
    scope: ProviderScope,
    id: BillingRunId,
) -> Outcome<(integration::Model, Model)> {
    let found = runs::find(transaction, scope, id).await?;
    let integration = integrations::hold(transaction, scope, found.integration_id).await?;
    Ok((integration, runs::hold(transaction, scope, id).await?))
}

/// Whether a job is on the run, or will be.
async fn at_work(db: &impl ConnectionTrait, scope: ProviderScope, run: &Model) -> Outcome<bool> {
    let unfinished = [job::JobState::Queued, job::JobState::Running, job::JobState::Retrying];
    let payloads: Vec<serde_json::Value> = scope
        .find::<job::Entity>()
        .filter(job::Column::IntegrationId.eq(run.integration_id))
        .filter(job::Column::Kind.eq(Apply::KIND))
        .filter(job::Column::State.is_in(unfinished))
        .select_only()
        .column(job::Column::Payload)
        .into_tuple()
        .all(db)
        .await?;
    for payload in payloads {
        if serde_json::from_value::<Apply>(payload)?.run == run.id && run.state == RunState::Applying {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn reset(
    transaction: &DatabaseTransaction,
    app: &App,
    scope: ProviderScope,
    run: &Model,
    lines: Option<Vec<BillingLineId>>,
) -> Outcome<u64> {
    let of_run = || billing_line::Column::RunId.eq(run.id);
    let mut update = scope.update_many::<billing_line::Entity>().filter(of_run());
    if let Some(lines) = lines {
        if lines.len() > MOST_LINES {
            let message = format!("A call retries at most {MOST_LINES} lines, not {}.", lines.len());
            let error = UserError::new(ErrorCode::Invalid, message).at("lineIds");
            return Err(Failure::refused(
                error.with_remedy("Leave lineIds out to retry all of them."),
            ));
        }
        let named = billing_line::Column::Id.is_in(lines.iter().copied());
        let select = scope
            .find::<billing_line::Entity>()
            .filter(of_run())
            .filter(named.clone());
        let columns = select
            .select_only()
            .column(billing_line::Column::Id)
            .column(billing_line::Column::State);
        let states: HashMap<BillingLineId, LineState> = columns
            .into_tuple::<(BillingLineId, LineState)>()
            .all(transaction)
            .await?
            .into_iter()
            .collect();
        let errors: Vec<UserError> = lines
            .iter()
            .enumerate()
            .filter_map(|(index, id)| line_error(index, states.get(id)))
            .collect();
        if !errors.is_empty() {
            return Err(Failure::Refused(errors));
        }
        update = update.filter(named);
    }
    let changed = update
        .filter(billing_line::Column::State.is_in(RETRIABLE))
        .col_expr(billing_line::Column::State, Expr::value(LineState::Planned))
        .col_expr(billing_line::Column::Problem, Expr::value(Option::<Problem>::None))
        .col_expr(billing_line::Column::UpdatedAt, Expr::value(app.now()))
        .exec(transaction)
        .await?;
    Ok(changed.rows_affected)
}

fn line_error(index: usize, state: Option<&LineState>) -> Option<UserError> {
    let field = format!("lineIds.{index}");
    match state {
        None => Some(UserError::not_found(&field, "billing line")),
        Some(state) if RETRIABLE.contains(state) || UNFINISHED.contains(state) => None,
        Some(_) => {
            let error = UserError::new(ErrorCode::WrongState, "The line neither failed nor drifted.").at(&field);
            Some(error.with_remedy("Retry only lines in the states FAILED and DRIFTED."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_went_wrong_are_tried_again() {
        for (state, code) in [
            (None, Some(ErrorCode::NotFound)),
            (Some(LineState::Failed), None),
            (Some(LineState::Drifted), None),
            (Some(LineState::Planned), None),
            (Some(LineState::Verified), Some(ErrorCode::WrongState)),
            (Some(LineState::Skipped), Some(ErrorCode::WrongState)),
        ] {
            let error = line_error(2, state.as_ref());
            assert_eq!(error.as_ref().map(|error| error.code), code, "{state:?}");
            assert!(error.is_none_or(|error| error.field == ["lineIds", "2"]));
        }
    }
}
