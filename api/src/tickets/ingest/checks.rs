//! What can be wrong with a reported event.

use super::Report;
use crate::{
    failure::{ErrorCode, UserError},
    tickets::event::AgentReport,
};

/// The most characters of an id, a name and a text.
const LONGEST: [usize; 3] = [200, 300, 20_000];

pub(super) fn unknown_company(external_id: &str) -> UserError {
    UserError::new(
        ErrorCode::NotFound,
        format!("The console has reported no company `{external_id}`."),
    )
    .at("companyExternalId")
    .with_remedy("Report the company first with reportCompanies, then send this event again: its id is not used up.")
}

/// What is wrong with an event, if anything is.
pub(super) fn problem(report: &Report) -> Option<UserError> {
    let [id, name, text] = LONGEST;
    let mut checks = vec![required("eventId", &report.event_id, id)];
    match &report.report {
        AgentReport::Backup(run) => checks.extend([
            required("planName", &run.plan_name, name),
            required("computerName", &run.computer_name, name),
            optional("planId", run.plan_id.as_deref(), id),
            optional("computerHid", run.computer_hid.as_deref(), id),
            optional("planType", run.plan_type.as_deref(), name),
            optional("user", run.user.as_deref(), name),
            optional("errorMessage", run.error_message.as_deref(), text),
            optional("reportLink", run.report_link.as_deref(), text),
        ]),
        AgentReport::Rmm(alert) => checks.extend([
            required("computerName", &alert.computer_name, name),
            optional("computerHid", alert.computer_hid.as_deref(), id),
            optional("subject", alert.subject.as_deref(), name),
            optional("title", Some(&alert.title), name),
            optional("message", alert.message.as_deref(), text),
        ]),
    }
    checks.into_iter().flatten().next()
}

fn required(field: &str, value: &str, longest: usize) -> Option<UserError> {
    if value.trim().is_empty() {
        return Some(
            UserError::new(ErrorCode::Required, "The value is missing.")
                .at(field)
                .with_remedy("Send a text."),
        );
    }
    optional(field, Some(value), longest)
}

fn optional(field: &str, value: Option<&str>, longest: usize) -> Option<UserError> {
    let characters = value.map_or(0, |value| value.chars().count());
    let error = || {
        UserError::new(
            ErrorCode::Invalid,
            format!("The text has {characters} characters; at most {longest} are kept."),
        )
    };
    (characters > longest).then(|| error().at(field).with_remedy("Send a shorter text."))
}
