//! What the agents report.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::agent_settings::Agent;

use crate::{
    auth::{Permission, guard::Requires},
    failure::{Outcome, UserError},
    graphql::{
        payload::{Answer, settle},
        request::Request,
        scalars::Bytes,
    },
    tickets::{
        event::{self, AgentReport},
        ingest::{self, EventOutcome, EventResult, Report},
    },
};

/// Mutations with which the agents report.
#[derive(Debug, Default)]
pub(super) struct TicketEventMutations;

/// Runs of backup plans.
#[derive(Debug, InputObject)]
struct ReportBackupRunsInput {
    /// The runs, at most 1,000.
    records: Vec<BackupRunReport>,
}

/// A run of a backup plan.
#[derive(Debug, InputObject)]
struct BackupRunReport {
    /// The sender's id of this report. Reporting it again changes nothing.
    event_id: String,
    /// The console's id of the company.
    company_external_id: String,
    /// When it happened; without it when the run ended, else when it started, else now. It decides what came first.
    occurred_at: Option<DateTime<Utc>>,
    /// What it says.
    #[graphql(flatten)]
    run: BackupRunInput,
}

/// What is told of a run of a backup plan.
#[derive(Debug, InputObject)]
pub(super) struct BackupRunInput {
    /// How it ended.
    status: PlanStatus,
    /// The plan's name.
    plan_name: String,
    /// The plan's id. With it, a renamed plan is still the same.
    plan_id: Option<String>,
    /// What the plan does, in the console's words.
    plan_type: Option<String>,
    /// The computer's name.
    computer_name: String,
    /// The computer's hardware id. With it, a renamed computer is still the same.
    computer_hid: Option<String>,
    /// The user whose plan it is.
    user: Option<String>,
    /// When it started, or should have.
    started_at: Option<DateTime<Utc>>,
    /// When it ended.
    finished_at: Option<DateTime<Utc>>,
    /// Files that were copied.
    files_copied: Option<u64>,
    /// Files that could not be copied.
    files_failed: Option<u64>,
    /// Bytes that were copied.
    data_copied: Option<Bytes>,
    /// What went wrong, in the agent's words.
    error_message: Option<String>,
    /// The page of the console with the details.
    report_link: Option<String>,
}

/// Changes of RMM alerts.
#[derive(Debug, InputObject)]
struct ReportRmmAlertsInput {
    /// The changes, at most 1,000.
    records: Vec<RmmAlertReport>,
}

/// A change of an RMM alert.
#[derive(Debug, InputObject)]
struct RmmAlertReport {
    /// The sender's id of this report. Reporting it again changes nothing; the alert's end is a report of its own.
    event_id: String,
    /// The console's id of the company.
    company_external_id: String,
    /// When it happened; without it when the alert ended, else when it began. It decides what came first.
    occurred_at: Option<DateTime<Utc>>,
    /// What it says.
    #[graphql(flatten)]
    alert: RmmAlertInput,
}

/// What is told of an RMM alert.
#[derive(Debug, InputObject)]
pub(super) struct RmmAlertInput {
    /// What it watches.
    alert_type: AlertType,
    /// How bad it is.
    severity: AlertSeverity,
    /// The disk, service or device that is meant, where there is more than one.
    subject: Option<String>,
    /// The computer's name.
    computer_name: String,
    /// The computer's hardware id. With it, a renamed computer is still the same.
    computer_hid: Option<String>,
    /// When it began.
    begin_at: DateTime<Utc>,
    /// When it ended; null while it lasts.
    end_at: Option<DateTime<Utc>>,
    /// One line, in the agent's words.
    title: String,
    /// More, in the agent's words.
    message: Option<String>,
}

/// What became of reported events.
#[derive(Debug, SimpleObject)]
struct ReportEventsPayload {
    /// One answer for each event, in their order; empty when the call as a whole was refused.
    results: Vec<EventResult>,
    /// How many were stored.
    accepted: usize,
    /// How many were known already.
    duplicates: usize,
    /// How many were rejected.
    rejected: usize,
    /// Why the call as a whole was refused; empty when it was not.
    user_errors: Vec<UserError>,
}

#[Object]
impl TicketEventMutations {
    /// Reports runs of backup plans. When the answer comes, what it accepts is stored for good, together with the
    /// tickets it causes; these follow by themselves, each exactly once.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "20 + child_complexity")]
    async fn report_backup_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The runs.")] input: ReportBackupRunsInput,
    ) -> Answer<ReportEventsPayload> {
        let (app, scope) = (ctx.app()?, ctx.scope()?);
        let now = app.now();
        let reports = input
            .records
            .into_iter()
            .map(|record| backup_report(record, now))
            .collect();
        answer(ingest::report(app, scope, Agent::Backup, reports).await)
    }

    /// Reports changes of RMM alerts, as `reportBackupRuns` does runs. An alert that has ended closes what it opened.
    #[graphql(guard = "Requires(Permission::AgentReport)", complexity = "20 + child_complexity")]
    async fn report_rmm_alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: ReportRmmAlertsInput,
    ) -> Answer<ReportEventsPayload> {
        let (app, scope) = (ctx.app()?, ctx.scope()?);
        let reports = input.records.into_iter().map(rmm_report).collect();
        answer(ingest::report(app, scope, Agent::Rmm, reports).await)
    }
}

fn answer(outcome: Outcome<Vec<EventResult>>) -> Answer<ReportEventsPayload> {
    let (results, user_errors) = settle(outcome)?;
    let results = results.unwrap_or_default();
    let count = |outcome| results.iter().filter(|result| result.outcome == outcome).count();
    Ok(Some(ReportEventsPayload {
        accepted: count(EventOutcome::Accepted),
        duplicates: count(EventOutcome::Duplicate),
        rejected: count(EventOutcome::Rejected),
        results,
        user_errors,
    }))
}

fn backup_report(record: BackupRunReport, now: DateTime<Utc>) -> Report {
    let BackupRunReport {
        event_id,
        company_external_id,
        occurred_at,
        run,
    } = record;
    Report {
        event_id,
        company: company_external_id,
        occurred_at: occurred_at.or(run.finished_at).or(run.started_at).unwrap_or(now),
        report: AgentReport::from(run),
    }
}

fn rmm_report(record: RmmAlertReport) -> Report {
    let RmmAlertReport {
        event_id,
        company_external_id,
        occurred_at,
        alert,
    } = record;
    Report {
        event_id,
        company: company_external_id,
        occurred_at: occurred_at.or(alert.end_at).unwrap_or(alert.begin_at),
        report: AgentReport::from(alert),
    }
}

impl From<BackupRunInput> for AgentReport {
    fn from(run: BackupRunInput) -> Self {
        Self::Backup(event::BackupRun {
            status: run.status.into(),
            plan_name: run.plan_name,
            plan_id: run.plan_id,
            plan_type: run.plan_type,
            computer_name: run.computer_name,
            computer_hid: run.computer_hid,
            user: run.user,
            started_at: run.started_at,
            finished_at: run.finished_at,
            files_copied: run.files_copied,
            files_failed: run.files_failed,
            // A negative number of bytes says as little as none.
            data_copied: run.data_copied.and_then(|bytes| u64::try_from(bytes.0).ok()),
            error_message: run.error_message,
            report_link: run.report_link,
        })
    }
}

impl From<RmmAlertInput> for AgentReport {
    fn from(alert: RmmAlertInput) -> Self {
        Self::Rmm(event::RmmAlert {
            alert_type: alert.alert_type.into(),
            severity: alert.severity.into(),
            subject: alert.subject,
            computer_name: alert.computer_name,
            computer_hid: alert.computer_hid,
            begin_at: alert.begin_at,
            end_at: alert.end_at,
            title: alert.title,
            message: alert.message,
        })
    }
}

/// How a plan's last run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "event::PlanStatus")]
enum PlanStatus {
    /// It did what it should.
    Success,
    /// It did not start in time, or was not successful for too long.
    Overdue,
    /// It failed.
    Error,
    /// It is still running.
    Running,
    /// The console does not know.
    Unknown,
    /// It was stopped.
    Interrupted,
    /// It vanished: the computer or the agent went down.
    UnexpectedlyClosed,
    /// It did what it could.
    Warning,
}

/// What an RMM alert watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "event::AlertType")]
enum AlertType {
    /// Load of the processor.
    CpuUsage,
    /// Use of memory.
    MemoryUsage,
    /// Use of a disk.
    UsedDiskSpace,
    /// Windows Update is missing or does not run.
    WindowsUpdate,
    /// The antivirus is missing, off or out of date.
    Antivirus,
    /// The clock is wrong.
    SystemTime,
    /// Temperature of the processor.
    CpuTemperature,
    /// A disk foretells its failure.
    Smart,
    /// The computer is not heard of.
    ConnectionLoss,
    /// Software was installed or removed.
    SoftwareChanges,
    /// Hardware was added or removed.
    HardwareChanges,
    /// A service does not run.
    ServiceState,
    /// A device on the network is in trouble.
    SnmpDevices,
}

/// How bad an RMM alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "event::AlertSeverity")]
enum AlertSeverity {
    /// All is well.
    Healthy,
    /// It is on its way to trouble.
    Warning,
    /// It is trouble.
    Problem,
}
