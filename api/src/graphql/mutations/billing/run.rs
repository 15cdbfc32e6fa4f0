//! Billing runs: planned, approved, cancelled, continued.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::{JobId, billing_run, billing_run::RunTrigger};

use super::each;
use crate::{
    auth::{Permission, guard::Requires},
    billing::{
        approval,
        runs::{self, NewRun},
    },
    failure::{Failure, UserError},
    graphql::{
        ids::NodeKind,
        payload::{Answer, settle},
        request::Request,
        scalars::YearMonth,
        types::{
            billing::BillingRun,
            job::{self, Job},
        },
    },
};

/// Mutations of billing runs.
#[derive(Debug, Default)]
pub struct RunMutations;

/// The month to plan.
#[derive(Debug, InputObject)]
pub struct PlanBillingInput {
    /// The integration.
    pub integration_id: ID,
    /// The month, which must be over.
    pub month: YearMonth,
    /// The companies whose lines the run has, at most 1,000; left out, all of them. A line on which several companies
    /// meet is planned whole.
    pub company_ids: Option<Vec<ID>>,
    /// Whether the month may still be going on.
    #[graphql(default)]
    pub allow_open_month: bool,
    /// The moment as of which licences are counted; left out, the schedule's `licenseMoment`.
    pub licenses_at: Option<DateTime<Utc>>,
}

/// What `planBilling` started.
#[derive(Debug, SimpleObject)]
pub struct PlanBillingPayload {
    /// The run, whose plan is being made; null when none was started.
    pub run: Option<BillingRun>,
    /// The job that makes the plan; null when none was started.
    pub job: Option<Job>,
    /// Why none was started; empty when it was.
    pub user_errors: Vec<UserError>,
}

/// The run to approve.
#[derive(Debug, InputObject)]
pub struct ApproveBillingRunInput {
    /// The run.
    pub run_id: ID,
    /// The version of the run that was looked at.
    pub expected_version: i32,
}

/// What `approveBillingRun` did.
#[derive(Debug, SimpleObject)]
pub struct ApproveBillingRunPayload {
    /// The run, whose lines are being written; null when it was not approved.
    pub run: Option<BillingRun>,
    /// The job that writes them; null when it was not approved.
    pub job: Option<Job>,
    /// Why it was not; empty when it was.
    pub user_errors: Vec<UserError>,
}

/// The run to cancel.
#[derive(Debug, InputObject)]
pub struct CancelBillingRunInput {
    /// The run.
    pub run_id: ID,
    /// The version that was read; left out, it is cancelled as it is.
    pub expected_version: Option<i32>,
}

/// What `cancelBillingRun` did.
#[derive(Debug, SimpleObject)]
pub struct CancelBillingRunPayload {
    /// The cancelled run; null when it was not cancelled.
    pub run: Option<BillingRun>,
    /// Why it was not; empty when it was.
    pub user_errors: Vec<UserError>,
}

/// The lines to try again.
#[derive(Debug, InputObject)]
pub struct RetryBillingLinesInput {
    /// The run.
    pub run_id: ID,
    /// The lines, at most 1,000; left out, all that failed or drifted.
    pub line_ids: Option<Vec<ID>>,
}

/// What `retryBillingLines` did.
#[derive(Debug, SimpleObject)]
pub struct RetryBillingLinesPayload {
    /// The run, whose lines are being written again; null when nothing is tried again.
    pub run: Option<BillingRun>,
    /// The job that writes them; null when nothing is tried again.
    pub job: Option<Job>,
    /// Why nothing is; empty when it is.
    pub user_errors: Vec<UserError>,
}

#[Object]
impl RunMutations {
    /// Plans the billing of a month: what was used is compared with what the agreements hold. Nothing is written to the
    /// PSA before the run is approved. A run of the same month that nobody has approved is cancelled.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "50 + child_complexity")]
    async fn plan_billing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month.")] input: PlanBillingInput,
    ) -> Answer<PlanBillingPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let plan = async { runs::plan(app, stamp, new_run(input)?).await };
        let (begun, user_errors) = settle(plan.await)?;
        let (run, job) = show(ctx, begun).await?;
        Ok(Some(PlanBillingPayload { run, job, user_errors }))
    }

    /// Approves a run: its lines are written to the PSA. Each is compared with the agreement once more; what is not as
    /// it was planned with is left alone.
    #[graphql(guard = "Requires(Permission::BillingApprove)", complexity = "50 + child_complexity")]
    async fn approve_billing_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] input: ApproveBillingRunInput,
    ) -> Answer<ApproveBillingRunPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let approve = async {
            let id = NodeKind::BillingRun.key(&input.run_id, "runId")?;
            approval::approve(app, stamp, id, input.expected_version).await
        };
        let (begun, user_errors) = settle(approve.await)?;
        let (run, job) = show(ctx, begun).await?;
        Ok(Some(ApproveBillingRunPayload { run, job, user_errors }))
    }

    /// Cancels a run that was not approved yet.
    #[graphql(guard = "Requires(Permission::PsaManage)", complexity = "10 + child_complexity")]
    async fn cancel_billing_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] input: CancelBillingRunInput,
    ) -> Answer<CancelBillingRunPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let cancel = async {
            let id = NodeKind::BillingRun.key(&input.run_id, "runId")?;
            runs::cancel(app, stamp, id, input.expected_version).await
        };
        let (run, user_errors) = settle(cancel.await)?;
        Ok(Some(CancelBillingRunPayload {
            run: run.map(BillingRun),
            user_errors,
        }))
    }

    /// Tries the lines of an approved run again that failed or drifted, and goes on with a run whose work was cut short.
    #[graphql(guard = "Requires(Permission::BillingApprove)", complexity = "50 + child_complexity")]
    async fn retry_billing_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lines.")] input: RetryBillingLinesInput,
    ) -> Answer<RetryBillingLinesPayload> {
        let (app, stamp) = (ctx.app()?, ctx.stamp()?);
        let retry = async {
            let id = NodeKind::BillingRun.key(&input.run_id, "runId")?;
            let lines = keys(input.line_ids, NodeKind::BillingLine, "lineIds")?;
            approval::retry_lines(app, stamp, id, lines).await
        };
        let (begun, user_errors) = settle(retry.await)?;
        let (run, job) = show(ctx, begun).await?;
        Ok(Some(RetryBillingLinesPayload { run, job, user_errors }))
    }
}

fn new_run(input: PlanBillingInput) -> Result<NewRun, Failure> {
    Ok(NewRun {
        integration: NodeKind::Integration.key(&input.integration_id, "integrationId")?,
        month: input.month.0,
        companies: keys(input.company_ids, NodeKind::ConsoleCompany, "companyIds")?,
        trigger: RunTrigger::Manual,
        allow_open_month: input.allow_open_month,
        licenses_at: input.licenses_at,
    })
}

fn keys<K: From<uuid::Uuid>>(ids: Option<Vec<ID>>, kind: NodeKind, field: &str) -> Result<Option<Vec<K>>, Failure> {
    let key = |index: usize, id: ID| kind.key(&id, &format!("{field}.{index}")).map_err(|error| vec![error]);
    ids.map(|ids| each(ids, key)).transpose()
}

/// What was begun, as the API shows it.
async fn show(
    ctx: &Context<'_>,
    begun: Option<(billing_run::Model, JobId)>,
) -> Result<(Option<BillingRun>, Option<Job>)> {
    let Some((run, job)) = begun else {
        return Ok((None, None));
    };
    Ok((Some(BillingRun(run)), job::find(ctx, Some(job)).await?))
}
