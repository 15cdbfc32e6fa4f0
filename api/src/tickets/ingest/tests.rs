//! Tests of the checks on reports.

use chrono::TimeDelta;
use psa_entities::ids::ProviderId;

use super::{checks::problem, *};
use crate::tickets::event::{BackupRun, PlanStatus};

fn run() -> BackupRun {
    BackupRun {
        status: PlanStatus::Error,
        plan_name: "Nightly".to_owned(),
        plan_id: None,
        plan_type: None,
        computer_name: "PC-1".to_owned(),
        computer_hid: None,
        user: None,
        started_at: None,
        finished_at: None,
        files_copied: None,
        files_failed: None,
        data_copied: None,
        error_message: None,
        report_link: None,
    }
}

fn report(event_id: &str, run: BackupRun) -> Report {
    Report {
        event_id: event_id.to_owned(),
        company: "acme".to_owned(),
        occurred_at: DateTime::UNIX_EPOCH,
        report: AgentReport::Backup(run),
    }
}

#[test]
fn what_breaks_a_rule_names_its_field() {
    assert_eq!(problem(&report("1", run())), None);
    let long = |length| Some("x".repeat(length));
    for (report, field, code) in [
        (report(" ", run()), "eventId", ErrorCode::Required),
        (report(&"x".repeat(201), run()), "eventId", ErrorCode::Invalid),
        (
            report(
                "1",
                BackupRun {
                    plan_name: String::new(),
                    ..run()
                },
            ),
            "planName",
            ErrorCode::Required,
        ),
        (
            report(
                "1",
                BackupRun {
                    computer_name: "\t".to_owned(),
                    ..run()
                },
            ),
            "computerName",
            ErrorCode::Required,
        ),
        (
            report(
                "1",
                BackupRun {
                    error_message: long(20_001),
                    ..run()
                },
            ),
            "errorMessage",
            ErrorCode::Invalid,
        ),
    ] {
        let error = problem(&report).expect(field);
        assert_eq!((error.field.join("."), error.code), (field.to_owned(), code));
    }
    assert_eq!(
        problem(&report(
            "1",
            BackupRun {
                error_message: long(20_000),
                ..run()
            }
        )),
        None
    );
}

#[test]
fn a_fast_clock_does_not_hide_later_events() {
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
    let scope = ProviderScope::new(ProviderId::at(now));
    let company = ConsoleCompanyId::at(now);
    for (hours, expected) in [(-1, now - TimeDelta::hours(1)), (5, now)] {
        let report = Report {
            occurred_at: now + TimeDelta::hours(hours),
            ..report(" 1 ", run())
        };
        let fresh = event(scope, Agent::Backup, company, report, now).expect("it is stored");
        assert_eq!(
            (
                fresh.row.occurred_at,
                fresh.row.received_at,
                fresh.row.event_id.as_str()
            ),
            (expected, now, "1")
        );
        assert_eq!(
            serde_json::from_value::<AgentReport>(fresh.row.detail).expect("it reads back"),
            fresh.report
        );
    }
}
