//! Every answer that real servers have been seen to give, and what it means.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::*;
use crate::transport::{Effect, TransportErrorKind, scripted::answer};

const RIGHT: Option<&str> = Some("finance.agreements");

fn context(effect: Effect) -> Context {
    let now = DateTime::parse_from_rfc3339("2026-03-01T12:00:00Z")
        .expect("instant")
        .with_timezone(&Utc);
    Context {
        operation: "test",
        right: RIGHT,
        effect,
        now,
    }
}

/// A kind without its details: the names of the refused fields, or the right.
fn shape(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Invalid { fields } => {
            format!(
                "Invalid{:?}",
                fields.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>()
            )
        }
        ErrorKind::Forbidden { right } => format!("Forbidden {}", right.unwrap_or("?")),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_table() {
    let invoiced = r#"{"code":"InvalidObject","message":"Addition object is invalid","errors":[{"code":"InvalidObject",
        "message":"Since this period has already been invoiced there will not be an invoice generated for additional
        products for this period.","resource":"addition","field":"effectiveDate"}]}"#;
    let early = r#"{"code":"InvalidObject","message":"Addition object is invalid","errors":[{"message":
        "effectiveDate cannot be less than the agreement billing start date","field":"effectiveDate"}]}"#;
    let summary = r#"{"code":"InvalidObject","message":"ticket object is invalid","errors":[{"code":"MaxLengthField",
        "message":"The field summary must be a string with a maximum length of 100.","resource":"ticket",
        "field":"summary"},{"code":"NotFound","message":"Service Status 17 not found for Service Board 21",
        "resource":"ticket","field":"status/id"}]}"#;
    let slow = r#"{"code":"ConnectWiseApi","message":"A timeout has occured. Please try again."}"#;
    let html = "<!DOCTYPE html><html><body>Attention Required! | Cloudflare</body></html>";
    let one = |code: &str, message: &str, field: &str| {
        format!(
            r#"{{"code":"InvalidObject","message":"x object is invalid","errors":[
            {{"code":"{code}","message":"{message}","resource":"x","field":"{field}"}}]}}"#
        )
    };
    let refused = [
        one("MissingRequiredField", "The firstName field is required.", "firstName"),
        one(
            "OutOfRange",
            "The field yearEstablished must be between 1900 and 9999.",
            "yearEstablished",
        ),
        one("ObjectExists", "A matching callback entry already exists", "objectId"),
        one("InvalidField", "Invalid URL", "url"),
        one(
            "NotFound",
            "Service Status 17 not found for Service Board 21",
            "status/id",
        ),
        one(
            "MissingRequiredField",
            "The recurringBillCycle field is required.",
            "recurringBillCycle/id",
        ),
    ];
    let fields = [
        "firstName",
        "yearEstablished",
        "objectId",
        "url",
        "status/id",
        "recurringBillCycle/id",
    ];
    for (body, field) in refused.iter().zip(fields) {
        let error = translate(context(Effect::Write), Ok(answer(400, body))).expect_err("refused");
        assert_eq!(shape(error.kind()), format!("Invalid[\"{field}\"]"), "{body}");
        assert!(error.message().contains(field), "{}", error.message());
    }
    // Status, body, the kind for a read, the kind for a write.
    let table = [
        (
            400,
            r#"{"code":"UnsupportedFormat","message":"Unsupported format applied to dateStart","errors":null}"#,
            "Invalid[]",
            "Invalid[]",
        ),
        (
            400,
            "{\"message\":\"Could not find member 'x' on object of type 'ServiceNote'.\"}",
            "Invalid[]",
            "Invalid[]",
        ),
        (
            400,
            r#"{"message":"id or deviceIdentifier is required."}"#,
            "Invalid[]",
            "Invalid[]",
        ),
        (
            401,
            r#"{"code":"ConnectWiseApi","message":"UserNotAuthenticated","errors":null}"#,
            "Unauthorized",
            "Unauthorized",
        ),
        (401, "Incorrect public/private key", "Unauthorized", "Unauthorized"),
        (
            500,
            r#"{"message":"Timeout expired.  The timeout period elapsed prior to obtaining a connection."}"#,
            "Unavailable",
            "Ambiguous",
        ),
        (502, "Bad gateway", "Unavailable", "Ambiguous"),
        (429, "error code: 1015", "RateLimited", "RateLimited"),
        (302, "", "Protocol", "Protocol"),
        (
            400,
            "Cannot route. Codebase/company is invalid",
            "Invalid[\"site\"]",
            "Invalid[\"site\"]",
        ),
        (
            400,
            summary,
            "Invalid[\"summary\", \"status/id\"]",
            "Invalid[\"summary\", \"status/id\"]",
        ),
        (
            400,
            r#"{"code":"InvalidObject","message":"x","errors":null}"#,
            "Invalid[]",
            "Invalid[]",
        ),
        (400, invoiced, "PeriodClosed", "PeriodClosed"),
        (400, early, "Invalid[\"effective_date\"]", "Invalid[\"effective_date\"]"),
        (400, "", "Invalid[]", "Invalid[]"),
        (
            401,
            r#"{"code":"Unauthorized","message":"no","errors":null}"#,
            "Unauthorized",
            "Unauthorized",
        ),
        (401, html, "Unauthorized", "Unauthorized"),
        (
            403,
            r#"{"code":"ConnectWiseApi","message":"UserNotAuthenticated"}"#,
            "Unauthorized",
            "Unauthorized",
        ),
        (
            403,
            r#"{"code":"Security","message":"You do not have security permission to perform this action."}"#,
            "Forbidden finance.agreements",
            "Forbidden finance.agreements",
        ),
        (
            403,
            r#"{"code":"Security","message":"SSL is required.","errors":null}"#,
            "Invalid[\"site\"]",
            "Invalid[\"site\"]",
        ),
        (403, html, "Forbidden ?", "Forbidden ?"),
        (
            404,
            r#"{"code":"NotFound","message":"Contact 57919 not found"}"#,
            "NotFound",
            "NotFound",
        ),
        (
            404,
            r#"{"code":"ConnectWiseApi","message":"The endpoint does not exist."}"#,
            "Invalid[\"site\"]",
            "Invalid[\"site\"]",
        ),
        (404, html, "Invalid[\"site\"]", "Invalid[\"site\"]"),
        (405, "", "Protocol", "Protocol"),
        (408, "", "Unavailable", "Ambiguous"),
        (
            409,
            r#"{"code":"Conflict","message":"in use"}"#,
            "Invalid[]",
            "Invalid[]",
        ),
        (415, "", "Protocol", "Protocol"),
        (
            429,
            r#"{"error":"ConnectWiseAPI","message":"Too many requests."}"#,
            "RateLimited",
            "RateLimited",
        ),
        (429, html, "RateLimited", "RateLimited"),
        (500, slow, "Unavailable", "Ambiguous"),
        (
            500,
            r#"{"message":"Error converting value \"x\" to type 'Int32'. Path 'id'"}"#,
            "Protocol",
            "Protocol",
        ),
        (500, html, "Unavailable", "Ambiguous"),
        (502, html, "Unavailable", "Ambiguous"),
        (503, "", "Unavailable", "Ambiguous"),
        (504, "", "Unavailable", "Ambiguous"),
    ];
    for (status, body, read, write) in table {
        for (effect, expected) in [(Effect::Read, read), (Effect::Write, write)] {
            let error = translate(context(effect), Ok(answer(status, body))).expect_err("no success");
            assert_eq!(shape(error.kind()), expected, "{effect:?} {status} {body}");
            assert!(
                !error.message().is_empty() && !error.message().contains('<'),
                "{}",
                error.message()
            );
        }
    }
    assert!(translate(context(Effect::Read), Ok(answer(201, "{}"))).is_ok());
}

#[test]
fn silence_is_judged_by_what_may_have_happened() {
    use TransportErrorKind::{MayHaveBeenSent, NotSent, Paused, Refused, TooLarge};
    let table = [
        (NotSent, "Unavailable", "Unavailable"),
        (MayHaveBeenSent, "Unavailable", "Ambiguous"),
        (TooLarge, "Protocol", "Ambiguous"),
        (Refused, "Invalid[\"site\"]", "Invalid[\"site\"]"),
        (Paused(Duration::from_secs(99)), "RateLimited", "RateLimited"),
    ];
    for (kind, read, write) in table {
        for (effect, expected) in [(Effect::Read, read), (Effect::Write, write)] {
            let error = translate(context(effect), Err(TransportError::new(kind, "test"))).expect_err("no answer");
            assert_eq!(shape(error.kind()), expected, "{effect:?} {kind:?}");
            let pause = matches!(kind, Paused(_)).then_some(Duration::from_secs(99));
            assert_eq!(error.retry_after(), pause);
        }
    }
}

#[test]
fn an_error_keeps_what_helps() {
    let mut response = answer(429, "");
    response.headers.insert("retry-after", "17".parse().expect("header"));
    response.headers.insert("cf-ray", "8a1b".parse().expect("header"));
    let error = translate(context(Effect::Write), Ok(response)).expect_err("too many");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
    assert_eq!(error.upstream_request_id(), Some("8a1b"));
    assert!(error.is_temporary());
    assert_eq!(
        error.to_string(),
        "test: ConnectWise PSA answered with status 429 status=429"
    );
}
