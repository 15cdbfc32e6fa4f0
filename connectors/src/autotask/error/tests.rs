//! The table of everything that can come back.

use std::time::Duration;

use chrono::DateTime;

use super::*;
use crate::transport::{Effect, TransportErrorKind, scripted::answer};

fn context(effect: Effect) -> Context {
    Context {
        operation: "test",
        right: Some("tickets"),
        effect,
        now: DateTime::UNIX_EPOCH,
    }
}

fn told(text: &str) -> String {
    serde_json::json!({ "errors": [text] }).to_string()
}

fn named(field: &str, message: &str) -> ErrorKind {
    ErrorKind::Invalid {
        fields: vec![FieldProblem {
            field: field.to_owned(),
            message: message.to_owned(),
        }],
    }
}

#[test]
fn every_refusal_has_its_kind() {
    use ErrorKind::{
        Ambiguous, Forbidden, Invalid, NotFound, PeriodClosed, Protocol, RateLimited, Unauthorized, Unavailable,
    };
    let right = Forbidden { right: Some("tickets") };
    let invalid = Invalid { fields: Vec::new() };
    let resource = "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.";
    let gone =
        "No matching records found. The logged in Resource may not have the required permissions to delete the data.";
    let wrong_code = "IntegrationCode is invalid";
    let unknown_user = "Zone information could not be determined";
    let table = [
        (401, String::new(), Unauthorized, Unauthorized),
        (403, told("No."), right.clone(), right.clone()),
        (403, String::new(), right.clone(), right.clone()),
        (404, String::new(), NotFound, NotFound),
        (
            404,
            r#"{"Message":"No HTTP resource was found."}"#.to_owned(),
            NotFound,
            NotFound,
        ),
        (
            405,
            r#"{"Message":"It does not support http method 'GET'."}"#.to_owned(),
            Protocol,
            Protocol,
        ),
        (429, String::new(), RateLimited, RateLimited),
        (
            500,
            told("The logged in Resource does not have the adequate permissions to create Ticket."),
            right.clone(),
            right.clone(),
        ),
        (500, told(gone), NotFound, NotFound),
        (500, told(resource), invalid.clone(), invalid.clone()),
        (
            500,
            told("Value does not reference an existing entity for taskType . "),
            invalid.clone(),
            invalid.clone(),
        ),
        (
            500,
            told("The period has already been approved and posted."),
            PeriodClosed,
            PeriodClosed,
        ),
        (
            500,
            told(wrong_code),
            named(INTEGRATION_CODE, wrong_code),
            named(INTEGRATION_CODE, wrong_code),
        ),
        (
            500,
            told(unknown_user),
            named("username", unknown_user),
            named("username", unknown_user),
        ),
        (400, told("Unable to find a field."), invalid.clone(), invalid.clone()),
        (200, told("It did not work."), invalid.clone(), invalid),
        (500, String::new(), Unavailable, Ambiguous),
        (500, r#"{"errors":[]}"#.to_owned(), Unavailable, Ambiguous),
        (500, "<html>".to_owned(), Unavailable, Ambiguous),
        (502, String::new(), Unavailable, Ambiguous),
        (503, String::new(), Unavailable, Ambiguous),
        (504, told("Gateway."), Unavailable, Ambiguous),
        (418, String::new(), Protocol, Protocol),
    ];
    for (status, body, read, write) in table {
        for (effect, expected) in [(Effect::Read, read), (Effect::Write, write)] {
            let error = translate(context(effect), Ok(answer(status, &body))).expect_err(&body);
            assert_eq!(error.kind(), &expected, "{status} {body} {effect:?}");
            assert_eq!(error.operation(), "test");
        }
    }
    assert!(translate(context(Effect::Read), Ok(answer(200, r#"{"errors":[],"items":[]}"#))).is_ok());
}

#[test]
fn the_words_of_the_psa_reach_the_person() {
    let error = translate(
        context(Effect::Write),
        Ok(answer(500, &told("Field dueDateTime is required."))),
    )
    .expect_err("refused");
    assert_eq!(error.message(), "Field dueDateTime is required.");
    assert!(!error.is_temporary());
}

#[test]
fn silence_says_what_may_have_happened() {
    use TransportErrorKind::{MayHaveBeenSent, NotSent, Paused, TooLarge};
    let table = [
        (NotSent, ErrorKind::Unavailable, ErrorKind::Unavailable),
        (MayHaveBeenSent, ErrorKind::Unavailable, ErrorKind::Ambiguous),
        (TooLarge, ErrorKind::Protocol, ErrorKind::Ambiguous),
        (
            Paused(Duration::from_secs(90)),
            ErrorKind::RateLimited,
            ErrorKind::RateLimited,
        ),
        (
            TransportErrorKind::Refused,
            named("site", "test"),
            named("site", "test"),
        ),
    ];
    for (kind, read, write) in table {
        for (effect, expected) in [(Effect::Read, read), (Effect::Write, write)] {
            let error = translate(context(effect), Err(TransportError::new(kind, "test"))).expect_err("silence");
            assert_eq!(error.kind(), &expected, "{kind:?} {effect:?}");
        }
    }
}

#[test]
fn only_what_passes_by_itself_passes() {
    let table = [
        (500, String::new(), true),
        (500, told("Wrong."), false),
        (503, String::new(), true),
        (502, told("Wrong."), true),
        (400, String::new(), false),
        (401, String::new(), false),
        (200, String::new(), false),
    ];
    for (status, body, expected) in table {
        assert_eq!(passes(&answer(status, &body)), expected, "{status} {body}");
    }
}
