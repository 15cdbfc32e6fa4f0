//! What a ticket says: the summary and the text of an event, from templates.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use psa_entities::agent_settings::Agent;

use super::event::{AgentReport, BackupRun, RmmAlert};
use super::placeholder::{Template, TemplateError, Values, lines, one_line, shorten};

/// The variables of backup tickets.
pub const BACKUP_VARIABLES: &[&str] = &[
    "company",
    "computer",
    "user",
    "plan",
    "planType",
    "status",
    "startedAt",
    "finishedAt",
    "filesCopied",
    "filesFailed",
    "dataCopied",
    "error",
    "link",
];

/// The variables of RMM tickets.
pub const RMM_VARIABLES: &[&str] = &[
    "company", "computer", "alert", "severity", "subject", "title", "message", "since", "endedAt",
];

/// The longest text of a ticket or note that is sent. Longer ones are cut with a mark.
pub const MAX_BODY: usize = 8_000;

const BACKUP_SUMMARY: &str = "Backup {status}: {plan} on {computer}";
const BACKUP_BODY: &str = "Backup plan {plan} on {computer} of {company}: {status}.

{error}

Plan type: {planType}
User: {user}
Started: {startedAt}
Finished: {finishedAt}
Files copied: {filesCopied}, failed: {filesFailed}
Data copied: {dataCopied}
Report: {link}";
const RMM_SUMMARY: &str = "{severity}: {alert} on {computer}";
const RMM_BODY: &str = "{alert} on {computer} of {company}: {severity}.

{title}
{message}

Subject: {subject}
Since: {since}
Ended: {endedAt}";

/// What a ticket can speak of.
#[derive(Debug, Clone, Copy)]
pub struct TicketFacts<'a> {
    /// The company's name.
    pub company: &'a str,
    /// What was reported.
    pub report: &'a AgentReport,
    /// The provider's time zone, in which times are written.
    pub time_zone: Tz,
}

/// The variables that an agent's templates can use.
pub fn variables(agent: Agent) -> &'static [&'static str] {
    match agent {
        Agent::Backup => BACKUP_VARIABLES,
        Agent::Rmm => RMM_VARIABLES,
    }
}

/// The summary template that an agent starts with.
pub fn default_summary(agent: Agent) -> &'static str {
    match agent {
        Agent::Backup => BACKUP_SUMMARY,
        Agent::Rmm => RMM_SUMMARY,
    }
}

/// The body template that an agent starts with.
pub fn default_body(agent: Agent) -> &'static str {
    match agent {
        Agent::Backup => BACKUP_BODY,
        Agent::Rmm => RMM_BODY,
    }
}

/// Reads a template of `agent`.
///
/// # Errors
/// [`TemplateError`] for a variable that is not among [`variables`], an open brace or a blank text.
pub fn parse(agent: Agent, text: &str) -> Result<Template, TemplateError> {
    Template::parse(text, variables(agent))
}

/// The summary: one line of at most `limit` characters.
pub fn summary(template: &Template, facts: &TicketFacts<'_>, limit: usize) -> String {
    shorten(&one_line(&template.render(&values(facts))), limit)
}

/// The text: at most [`MAX_BODY`] characters.
pub fn body(template: &Template, facts: &TicketFacts<'_>) -> String {
    shorten(&template.render(&values(facts)), MAX_BODY)
}

/// `bytes` for people: `1.5 GB`, in powers of 1,000, to one place.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut divisor = 1_000_u128;
    let mut text = String::new();
    for unit in UNITS {
        let tenths = (u128::from(bytes) * 10 + divisor / 2) / divisor;
        text = format!("{}.{} {unit}", tenths / 10, tenths % 10);
        if tenths < 10_000 {
            break;
        }
        divisor *= 1_000;
    }
    text
}

fn values(facts: &TicketFacts<'_>) -> Values {
    let mut values = match facts.report {
        AgentReport::Backup(run) => backup_values(run, facts.time_zone),
        AgentReport::Rmm(alert) => rmm_values(alert, facts.time_zone),
    };
    values.insert("company", one_line(facts.company));
    values
}

fn backup_values(run: &BackupRun, zone: Tz) -> Values {
    let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    Values::from([
        ("computer", one_line(&run.computer_name)),
        ("user", text(&run.user)),
        ("plan", one_line(&run.plan_name)),
        ("planType", text(&run.plan_type)),
        ("status", run.status.label().to_owned()),
        ("startedAt", time(run.started_at, zone)),
        ("finishedAt", time(run.finished_at, zone)),
        ("filesCopied", count(run.files_copied)),
        ("filesFailed", count(run.files_failed)),
        ("dataCopied", run.data_copied.map(human_bytes).unwrap_or_default()),
        ("error", run.error_message.as_deref().map(lines).unwrap_or_default()),
        ("link", text(&run.report_link)),
    ])
}

fn rmm_values(alert: &RmmAlert, zone: Tz) -> Values {
    Values::from([
        ("computer", one_line(&alert.computer_name)),
        ("alert", alert.alert_type.label().to_owned()),
        ("severity", alert.severity.label().to_owned()),
        ("subject", text(&alert.subject)),
        ("title", one_line(&alert.title)),
        ("message", alert.message.as_deref().map(lines).unwrap_or_default()),
        ("since", time(Some(alert.begin_at), zone)),
        ("endedAt", time(alert.end_at, zone)),
    ])
}

fn text(value: &Option<String>) -> String {
    value.as_deref().map(one_line).unwrap_or_default()
}

fn time(at: Option<DateTime<Utc>>, zone: Tz) -> String {
    at.map(|at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::event::{AlertSeverity, AlertType, PlanStatus};
    use proptest::prelude::*;

    fn run() -> BackupRun {
        BackupRun {
            status: PlanStatus::Error,
            plan_name: "Nightly {company}".to_owned(),
            plan_id: None,
            plan_type: None,
            computer_name: "PC-1\n".to_owned(),
            computer_hid: None,
            user: Some(" ".to_owned()),
            started_at: Some("2026-11-23T23:30:00Z".parse().unwrap()),
            finished_at: None,
            files_copied: Some(12),
            files_failed: Some(0),
            data_copied: Some(1_549_999_999),
            error_message: Some("Access denied\u{7}\r\nat C:\\".to_owned()),
            report_link: Some("https://console.example/r/1".to_owned()),
        }
    }

    fn alert() -> RmmAlert {
        RmmAlert {
            alert_type: AlertType::UsedDiskSpace,
            severity: AlertSeverity::Problem,
            subject: Some("C:".to_owned()),
            computer_name: "PC-1".to_owned(),
            computer_hid: None,
            begin_at: "2026-07-01T10:00:00Z".parse().unwrap(),
            end_at: None,
            title: "Disk 95 % full".to_owned(),
            message: None,
        }
    }

    fn facts(report: &AgentReport) -> TicketFacts<'_> {
        TicketFacts {
            company: "Acme",
            report,
            time_zone: chrono_tz::Europe::Berlin,
        }
    }

    #[test]
    fn the_defaults_tell_everything() {
        let report = AgentReport::Backup(run());
        let (title, text) = default_texts(&report);
        assert_eq!(title, "Backup Failed: Nightly {company} on PC-1");
        assert_eq!(
            text,
            "Backup plan Nightly {company} on PC-1 of Acme: Failed.\n\nAccess denied\nat C:\\\n\nPlan type: –\nUser: –\n\
             Started: 2026-11-24 00:30 CET\nFinished: –\nFiles copied: 12, failed: 0\nData copied: 1.5 GB\n\
             Report: https://console.example/r/1"
        );
        let report = AgentReport::Rmm(alert());
        let (title, text) = default_texts(&report);
        assert_eq!(title, "Problem: Used disk space on PC-1");
        assert_eq!(
            text,
            "Used disk space on PC-1 of Acme: Problem.\n\nDisk 95 % full\n–\n\nSubject: C:\nSince: 2026-07-01 12:00 CEST\nEnded: –"
        );
    }

    fn default_texts(report: &AgentReport) -> (String, String) {
        let agent = report.agent();
        let template = |text| parse(agent, text).unwrap();
        let title = summary(&template(default_summary(agent)), &facts(report), 100);
        (title, body(&template(default_body(agent)), &facts(report)))
    }

    #[test]
    fn every_variable_has_its_value() {
        for report in [AgentReport::Backup(run()), AgentReport::Rmm(alert())] {
            let known = values(&facts(&report));
            for name in variables(report.agent()) {
                assert!(known.contains_key(name), "{name}");
            }
            assert_eq!(known.len(), variables(report.agent()).len());
        }
    }

    #[test]
    fn variables_belong_to_their_agent() {
        let error = parse(Agent::Rmm, "{plan}").unwrap_err();
        assert_eq!(
            error,
            TemplateError::UnknownVariable {
                name: "plan".to_owned(),
                known: RMM_VARIABLES.to_vec()
            }
        );
        assert!(parse(Agent::Backup, "{plan}").is_ok());
    }

    #[test]
    fn bytes_are_for_people() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (1_500_000_000, "1.5 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(human_bytes(bytes), expected);
        }
    }

    proptest! {
        #[test]
        fn no_report_breaks_the_form(name: String, error: String, limit in 1_usize..120) {
            let report = AgentReport::Backup(BackupRun { computer_name: name, error_message: Some(error), ..run() });
            let template = parse(Agent::Backup, "{computer}: {error}").unwrap();
            let title = summary(&template, &facts(&report), limit);
            prop_assert!(title.chars().count() <= limit && !title.chars().any(char::is_control));
            let text = body(&template, &facts(&report));
            prop_assert!(text.chars().count() <= MAX_BODY);
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
