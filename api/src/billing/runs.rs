//! Billing runs: asking for one, finding it, cancelling it, and noting why its work stopped.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use psa_entities::{
    Problem, ProviderScope, YearMonth,
    audit_entry::{AuditAction, AuditSubject},
    billing_run::{Column, Entity, Model, RunState, RunTrigger},
    console_company,
    ids::{BillingRunId, ConsoleCompanyId, IntegrationId, JobId},
    integration,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use serde_json::{Value, json};

use super::{calendar, planning::Planning, settings};
use crate::{
    app::App,
    audit::{self, Entry, Stamp},
    failure::{ErrorCode, Failure, Outcome, UserError},
    integrations,
    jobs::{self, JobContext, JobError, NewJob, retry_delay},
    live::Subject,
};

/// The most companies that a run can be limited to.
const MOST_COMPANIES: usize = 1_000;

/// The states in which a run has written nothing and waits for something.
const UNAPPROVED: [RunState; 3] = [RunState::Planning, RunState::Planned, RunState::WaitingForApproval];

/// A run to be.
#[derive(Debug)]
pub struct NewRun {
    /// The integration.
    pub integration: IntegrationId,
    /// The month that is billed.
    pub month: YearMonth,
    /// The companies whose lines it has; `None` means all of them.
    pub companies: Option<Vec<ConsoleCompanyId>>,
    /// What started it.
    pub trigger: RunTrigger,
    /// Whether the month may still be going on.
    pub allow_open_month: bool,
    /// The moment as of which licences are counted, in place of the settings'.
    pub licenses_at: Option<DateTime<Utc>>,
}

/// Finds one of the provider's runs.
///
/// # Errors
/// `NOT_FOUND` at `runId`.
pub async fn find(db: &impl ConnectionTrait, scope: ProviderScope, id: BillingRunId) -> Outcome<Model> {
    let found = scope.find::<Entity>().filter(Column::Id.eq(id)).one(db).await?;
    found.ok_or_else(|| Failure::refused(UserError::not_found("runId", "billing run")))
}

/// Begins a run: its plan is made by a job. A run of the same month that nobody has approved yet is cancelled, because
/// only the newest plan says what is so.
///
/// # Errors
/// `INVALID` when the month is not over or has not begun; `WRONG_STATE` while the integration cannot talk to the PSA.
pub async fn plan(app: &App, stamp: Stamp<'_>, new: NewRun) -> Outcome<(Model, JobId)> {
    let scope = stamp.scope;
    let today = calendar::today(&calendar::provider(app.db.read(), scope).await?, stamp.at)?;
    let mut errors: Vec<UserError> = month_error(new.month, today, new.allow_open_month)
        .into_iter()
        .collect();
    errors.extend(moment_error(new.licenses_at, stamp.at));
    errors.extend(company_errors(app, scope, new.companies.as_deref()).await?);
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let transaction = app.db.begin().await?;
    let integration = integrations::hold(&transaction, scope, new.integration).await?;
    check_connection(&integration)?;
    let begun = begin(&transaction, stamp, new).await?;
    transaction.commit().await?;
    app.wake.jobs.notify_one();
    Ok(begun)
}

/// Begins a run within a transaction that holds the integration.
pub(super) async fn begin(transaction: &DatabaseTransaction, stamp: Stamp<'_>, new: NewRun) -> Outcome<(Model, JobId)> {
    let (scope, now) = (stamp.scope, stamp.at);
    supersede(transaction, scope, &new, now).await?;
    let run = Model {
        id: BillingRunId::at(now),
        provider_id: scope.provider_id(),
        integration_id: new.integration,
        month: new.month,
        state: RunState::Planning,
        trigger: new.trigger,
        created_by: stamp.by.name.to_string(),
        created_at: now,
        planned_at: None,
        licenses_at: None,
        approved_by: None,
        approved_at: None,
        finished_at: None,
        totals: None,
        guard: None,
        problem: None,
        version: 1,
    };
    let run = run.into_active_model().reset_all().insert(transaction).await?;
    let plan = Planning {
        run: run.id,
        companies: new.companies,
        licenses_at: new.licenses_at,
    };
    let job = NewJob::new(scope, &plan, &stamp.by.name, now)?
        .of_integration(new.integration)
        .once(&format!("billing.plan:{}", run.id));
    let job = jobs::enqueue(transaction, job).await?;
    let asked = json!({ "companies": plan.companies.as_ref().map(Vec::len), "trigger": run.trigger });
    let entry = entry(AuditAction::BillingRunPlanned, &run).changing(&Value::Null, &asked);
    stamp.record(transaction, vec![entry]).await?;
    Ok((run, job))
}

/// Cancels a run that has written nothing.
///
/// # Errors
/// `NOT_FOUND`; `CONFLICT`; `WRONG_STATE` when it was approved or has ended otherwise.
pub async fn cancel(app: &App, stamp: Stamp<'_>, id: BillingRunId, expected_version: Option<i32>) -> Outcome<Model> {
    let transaction = app.db.begin().await?;
    let run = hold(&transaction, stamp.scope, id).await?;
    if run.state == RunState::Cancelled {
        return Ok(run);
    }
    settings::check_version(expected_version, run.version, "billing run")?;
    if !UNAPPROVED.contains(&run.state) {
        let error = UserError::new(
            ErrorCode::WrongState,
            "Only a run that was not approved yet can be cancelled.",
        )
        .at("runId");
        return Err(Failure::refused(error.with_remedy(
            "What is written stays in the PSA: plan the month again to correct it.",
        )));
    }
    let (version, state) = (run.version + 1, run.state);
    let mut change = run.into_active_model();
    change.state = Set(RunState::Cancelled);
    change.finished_at = Set(Some(stamp.at));
    change.version = Set(version);
    let cancelled = change.update(&transaction).await?;
    let entry = entry(AuditAction::BillingRunCancelled, &cancelled);
    let entry = entry.changing(&json!({ "state": state }), &json!({ "state": cancelled.state }));
    stamp.record(&transaction, vec![entry]).await?;
    transaction.commit().await?;
    app.changes.tell(Subject::BillingRun(id));
    Ok(cancelled)
}

/// What the audit log says was done to a run; people call it by its month.
pub(super) fn entry(action: AuditAction, run: &Model) -> Entry {
    let subject = audit::Subject::new(AuditSubject::BillingRun, &run.id, run.month.to_string());
    Entry::new(action, subject).within(run.integration_id)
}

/// Finds a run and holds it until the transaction ends.
pub(super) async fn hold(transaction: &DatabaseTransaction, scope: ProviderScope, id: BillingRunId) -> Outcome<Model> {
    let select = scope
        .find::<Entity>()
        .filter(Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate);
    let found = select.one(transaction).await?;
    found.ok_or_else(|| Failure::refused(UserError::not_found("runId", "billing run")))
}

/// Refuses while the PSA does not answer this integration.
pub(super) fn check_connection(integration: &integration::Model) -> Outcome<()> {
    let Some(problem) = &integration.problem else {
        return Ok(());
    };
    let error = UserError::new(
        ErrorCode::WrongState,
        format!("The PSA cannot be reached: {}", problem.message),
    );
    Err(Failure::refused(
        error.at("integrationId").with_remedy(problem.remedy.clone()),
    ))
}

/// Notes on a run in state `at_work` why its job did not come through, and hands the error on. When the job is not tried
/// again the run goes to `given_up`.
pub(super) async fn note(
    cx: &JobContext,
    run: BillingRunId,
    at_work: RunState,
    given_up: RunState,
    error: JobError,
) -> JobError {
    let (problem, last) = match &error {
        JobError::Cancelled => return error,
        JobError::Retry { problem, .. } => (problem, retry_delay(cx.attempt).is_none()),
        JobError::Fail(problem) => (problem, true),
    };
    let problem = Problem {
        since: cx.now(),
        ..problem.clone()
    };
    let update = cx
        .scope
        .update_many::<Entity>()
        .filter(Column::Id.eq(run))
        .filter(Column::State.eq(at_work))
        .col_expr(Column::Problem, Expr::value(Some(problem)));
    let update = match last {
        false => update,
        true => update
            .col_expr(Column::State, Expr::value(given_up))
            .col_expr(Column::FinishedAt, Expr::value(Some(cx.now())))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1)),
    };
    match update.exec(cx.app.db.write()).await {
        Ok(_) => error,
        // The job is tried again, so that the run does not stay at work for ever.
        Err(database) => JobError::from(database),
    }
}

async fn supersede(
    db: &DatabaseTransaction,
    scope: ProviderScope,
    new: &NewRun,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let problem = Problem {
        code: "SUPERSEDED".to_owned(),
        message: "The month was planned again before this run was approved.".to_owned(),
        remedy: "Look at the newest run of the month.".to_owned(),
        detail: None,
        since: now,
    };
    scope
        .update_many::<Entity>()
        .filter(Column::IntegrationId.eq(new.integration))
        .filter(Column::Month.eq(new.month))
        .filter(Column::State.is_in(UNAPPROVED))
        .col_expr(Column::State, Expr::value(RunState::Cancelled))
        .col_expr(Column::Problem, Expr::value(Some(problem)))
        .col_expr(Column::FinishedAt, Expr::value(Some(now)))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .exec(db)
        .await?;
    Ok(())
}

fn month_error(month: YearMonth, today: chrono::NaiveDate, allow_open: bool) -> Option<UserError> {
    if calendar::has_ended(month, today) {
        return None;
    }
    if month.first_day() > today {
        let error = UserError::new(ErrorCode::Invalid, format!("The month {month} has not begun.")).at("month");
        return Some(error.with_remedy("Choose a month that is over."));
    }
    if allow_open {
        return None;
    }
    let error = UserError::new(
        ErrorCode::Invalid,
        format!("The month {month} is not over: its usage is not complete."),
    )
    .at("month");
    Some(error.with_remedy("Wait for the month to end, or set allowOpenMonth to bill what was used so far."))
}

fn moment_error(licenses_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<UserError> {
    let moment = licenses_at.filter(|moment| *moment > now)?;
    let message = format!("Nobody knows yet what licences are in use at {moment}.");
    let error = UserError::new(ErrorCode::Invalid, message).at("licensesAt");
    Some(error.with_remedy("Choose a moment that is past, or leave it out."))
}

async fn company_errors(
    app: &App,
    scope: ProviderScope,
    companies: Option<&[ConsoleCompanyId]>,
) -> Outcome<Vec<UserError>> {
    let Some(companies) = companies else {
        return Ok(Vec::new());
    };
    if companies.is_empty() || companies.len() > MOST_COMPANIES {
        let message = format!("A run is limited to between 1 and {MOST_COMPANIES} companies.");
        let error = UserError::new(ErrorCode::Invalid, message).at("companyIds");
        return Ok(vec![error.with_remedy("Leave companyIds out to plan all of them.")]);
    }
    let known: Vec<ConsoleCompanyId> = scope
        .find::<console_company::Entity>()
        .filter(console_company::Column::Id.is_in(companies.iter().copied()))
        .select_only()
        .column(console_company::Column::Id)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let known: BTreeSet<ConsoleCompanyId> = known.into_iter().collect();
    let unknown = companies.iter().enumerate().filter(|(_, id)| !known.contains(id));
    Ok(unknown
        .map(|(index, _)| UserError::not_found(&format!("companyIds.{index}"), "company"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_months_that_are_over_are_billed_unless_asked_for() {
        let today = "2026-11-30".parse().unwrap();
        for (month, allow_open, accepted) in [
            ("2026-10", false, true),
            ("2026-11", false, false),
            ("2026-11", true, true),
            ("2026-12", false, false),
            ("2026-12", true, false),
        ] {
            let error = month_error(month.parse().unwrap(), today, allow_open);
            assert_eq!(error.is_none(), accepted, "{month} {allow_open}");
            assert!(error.is_none_or(|error| error.field == ["month"] && error.remedy.is_some()));
        }
    }
}
