//! What the agents report: backup runs and RMM alerts, as they are stored with an event.

use chrono::{DateTime, Utc};
use psa_entities::agent_settings::Agent;
use psa_entities::ids::ConsoleCompanyId;
use psa_entities::incident::Severity;
use serde::{Deserialize, Serialize};

mod kind;

use super::condition::ConditionKey;
pub use kind::{AlertSeverity, AlertType, PlanStatus};

/// A run of a backup plan, as the backup agent reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackupRun {
    /// How it ended.
    pub status: PlanStatus,
    /// The plan's name.
    pub plan_name: String,
    /// The plan's id.
    pub plan_id: Option<String>,
    /// What the plan does, in the console's words.
    pub plan_type: Option<String>,
    /// The computer's name.
    pub computer_name: String,
    /// The computer's hardware id.
    pub computer_hid: Option<String>,
    /// The user whose plan it is.
    pub user: Option<String>,
    /// When it started, or should have.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Files that were copied.
    pub files_copied: Option<u64>,
    /// Files that could not be copied.
    pub files_failed: Option<u64>,
    /// Bytes that were copied.
    pub data_copied: Option<u64>,
    /// What went wrong, in the agent's words.
    pub error_message: Option<String>,
    /// The page of the console with the details.
    pub report_link: Option<String>,
}

/// An alert of the RMM agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RmmAlert {
    /// What it watches.
    pub alert_type: AlertType,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// The disk, service or device that is meant, where there is more than one.
    pub subject: Option<String>,
    /// The computer's name.
    pub computer_name: String,
    /// The computer's hardware id.
    pub computer_hid: Option<String>,
    /// When it began.
    pub begin_at: DateTime<Utc>,
    /// When it ended; `None` while it lasts.
    pub end_at: Option<DateTime<Utc>>,
    /// One line, in the agent's words.
    pub title: String,
    /// More, in the agent's words.
    pub message: Option<String>,
}

/// What an event says: a run or an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AgentReport {
    /// A run of a backup plan.
    Backup(BackupRun),
    /// A change of an RMM alert.
    Rmm(RmmAlert),
}

impl AgentReport {
    /// The agent that reports it.
    pub fn agent(&self) -> Agent {
        match self {
            Self::Backup(_) => Agent::Backup,
            Self::Rmm(_) => Agent::Rmm,
        }
    }

    /// What rules are looked up by: `ERROR` for a run, `CPU_USAGE:PROBLEM` for an alert.
    pub fn trigger(&self) -> String {
        match self {
            Self::Backup(run) => run.status.code().to_owned(),
            Self::Rmm(alert) => rmm_trigger(alert.alert_type, alert.severity),
        }
    }

    /// The condition that it speaks of. The computer and the plan are known by their ids, where they are reported.
    pub fn condition(&self, company: ConsoleCompanyId) -> ConditionKey {
        match self {
            Self::Backup(run) => {
                let computer = run.computer_hid.as_deref().unwrap_or(&run.computer_name);
                ConditionKey::backup(company, computer, run.plan_id.as_deref().unwrap_or(&run.plan_name))
            }
            Self::Rmm(alert) => {
                let computer = alert.computer_hid.as_deref().unwrap_or(&alert.computer_name);
                ConditionKey::rmm(company, computer, alert.alert_type.code(), alert.subject.as_deref())
            }
        }
    }

    /// Whether the trouble is over by the report's own word, whatever the rules say.
    pub fn has_ended(&self) -> bool {
        matches!(self, Self::Rmm(RmmAlert { end_at: Some(_), .. }))
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Backup(run) => match run.status {
                PlanStatus::Success | PlanStatus::Running | PlanStatus::Unknown => Severity::Info,
                PlanStatus::Warning => Severity::Warning,
                PlanStatus::Overdue | PlanStatus::Error | PlanStatus::Interrupted | PlanStatus::UnexpectedlyClosed => {
                    Severity::Error
                }
            },
            Self::Rmm(alert) => match alert.severity {
                AlertSeverity::Healthy => Severity::Info,
                AlertSeverity::Warning => Severity::Warning,
                AlertSeverity::Problem => Severity::Error,
            },
        }
    }
}

/// The trigger of an alert.
pub fn rmm_trigger(alert_type: AlertType, severity: AlertSeverity) -> String {
    format!("{}:{}", alert_type.code(), severity.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn backup() -> serde_json::Value {
        serde_json::json!({
            "status": "UNEXPECTEDLY_CLOSED", "planName": "Nightly", "computerName": "PC-1", "filesCopied": 3,
            "startedAt": "2026-11-23T01:00:00Z"
        })
    }

    fn alert(end: Option<&str>) -> serde_json::Value {
        serde_json::json!({
            "alertType": "CPU_USAGE", "severity": "PROBLEM", "computerName": "PC-1", "computerHid": "h1",
            "beginAt": "2026-11-23T01:00:00Z", "endAt": end, "title": "CPU at 97 %"
        })
    }

    fn read(value: serde_json::Value) -> AgentReport {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn stored_events_are_read_as_what_they_are() {
        let run = read(backup());
        assert_eq!(
            (run.agent(), run.trigger()),
            (Agent::Backup, "UNEXPECTEDLY_CLOSED".to_owned())
        );
        assert_eq!((run.severity(), run.has_ended()), (Severity::Error, false));
        let open = read(alert(None));
        assert_eq!(
            (open.agent(), open.trigger()),
            (Agent::Rmm, "CPU_USAGE:PROBLEM".to_owned())
        );
        assert!(!open.has_ended() && read(alert(Some("2026-11-23T02:00:00Z"))).has_ended());
        for report in [run, open] {
            assert_eq!(read(serde_json::to_value(&report).unwrap()), report);
        }
        assert!(serde_json::from_value::<AgentReport>(serde_json::json!({"status": "FINE"})).is_err());
    }

    #[test]
    fn titles_times_and_outcomes_do_not_change_the_condition() {
        let company = ConsoleCompanyId::from_uuid(Uuid::from_u128(1));
        let condition = |value: serde_json::Value| read(value).condition(company);
        let mut other = alert(Some("2026-11-24T02:00:00Z"));
        other["title"] = "CPU at 99 %".into();
        other["severity"] = "WARNING".into();
        other["computerName"] = "renamed".into();
        assert_eq!(condition(alert(None)), condition(other));
        let mut success = backup();
        success["status"] = "SUCCESS".into();
        success["startedAt"] = serde_json::Value::Null;
        assert_eq!(condition(backup()), condition(success));
    }
}
