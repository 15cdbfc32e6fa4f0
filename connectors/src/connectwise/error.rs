//! The one place that decides what a ConnectWise response means.
//!
//! Bodies are JSON with `code` (a 429: `error`), plain text (routing) or HTML (anything in front of the PSA), and the same
//! status means different things, so the match is on status and text together. The texts are those that real servers send.

use std::{error::Error as StdError, time::Duration};

use chrono::{DateTime, Utc};

use super::complaint::Complaint;
use crate::{
    error::{Error, ErrorKind, FieldProblem, Result},
    transport::{Effect, Response, TransportError, TransportErrorKind, asked_pause},
};

/// What was being done when a response came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// The operation.
    pub(super) operation: &'static str,
    /// The right that the request needs.
    pub(super) right: Option<&'static str>,
    /// Whether it can change anything.
    pub(super) effect: Effect,
    /// When it is.
    pub(super) now: DateTime<Utc>,
}

/// Gives a success on, and makes an error of everything else.
pub(super) fn translate(context: Context, outcome: Result<Response, TransportError>) -> Result<Response> {
    match outcome {
        Ok(response) if response.status.is_success() => Ok(response),
        Ok(response) => Err(refusal(context, &response)),
        Err(error) => Err(silence(context, error)),
    }
}

/// Whether the request did not reach the API at all: a wrong codebase or an unknown path.
pub(super) fn is_misrouted(response: &Response) -> bool {
    let complaint = Complaint::of(response);
    is_misrouting(response.status.as_u16(), &complaint)
}

/// Whether a text speaks of a time-out. ConnectWise reports its database's time-outs as 500.
pub(super) fn mentions_timeout(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("timeout") || text.contains("timed out")
}

/// The answer to a request that succeeded cannot be read. A write has happened then.
pub(super) fn unreadable(context: Context, source: impl StdError + Send + Sync + 'static) -> Error {
    let kind = match context.effect {
        Effect::Read => ErrorKind::Protocol,
        Effect::Write => ErrorKind::Ambiguous,
    };
    Error::new(kind, "ConnectWise PSA answered in an unexpected form")
        .with_operation(context.operation)
        .with_source(source)
}

fn refusal(context: Context, response: &Response) -> Error {
    let status = response.status.as_u16();
    let complaint = Complaint::of(response);
    let kind = kind(context, status, &complaint);
    let pause = if matches!(status, 429 | 503) {
        asked_pause(response, context.now)
    } else {
        None
    };
    Error::new(kind, complaint.sentence(status))
        .with_operation(context.operation)
        .with_context("status", status.to_string())
        .with_retry_after(pause)
        .with_upstream_request_id(response.request_id().map(str::to_owned))
}

fn kind(context: Context, status: u16, complaint: &Complaint) -> ErrorKind {
    match status {
        _ if is_misrouting(status, complaint) => about("site", "the API is not at this address"),
        // What the host for people answers to a request without TLS or for the API.
        400..=499 if complaint.says("SSL is required") => about("site", "the address does not speak TLS"),
        400..=499 if complaint.says("UserNotAuthenticated") => ErrorKind::Unauthorized,
        401 => ErrorKind::Unauthorized,
        403 if complaint.says("Security") => ErrorKind::Forbidden { right: context.right },
        // Something in front of the PSA, which knows no rights.
        403 => ErrorKind::Forbidden { right: None },
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        400 | 409 | 422 if complaint.says("already been invoiced") => ErrorKind::PeriodClosed,
        400 | 409 | 422 if complaint.says("cannot be less than the agreement billing start date") => {
            about("effective_date", &complaint.sentence(status))
        }
        400 | 409 | 422 => ErrorKind::Invalid {
            fields: complaint.fields.clone(),
        },
        // A mistake of ours that ConnectWise reports as its own: nothing was read, nothing written.
        500 if complaint.says("Error converting value") => ErrorKind::Protocol,
        408 | 500..=599 => unknown_outcome(context.effect),
        _ => ErrorKind::Protocol,
    }
}

fn is_misrouting(status: u16, complaint: &Complaint) -> bool {
    match status {
        400 => complaint.says("Cannot route"),
        // The API's own 404 is JSON; a bare one comes from a server that does not know the path.
        404 => complaint.says("endpoint does not exist") || !complaint.is_json,
        _ => false,
    }
}

fn silence(context: Context, error: TransportError) -> Error {
    let (kind, message, pause): (_, _, Option<Duration>) = match error.kind {
        TransportErrorKind::Refused => (
            about("site", &error.source.to_string()),
            "the address is not allowed",
            None,
        ),
        TransportErrorKind::NotSent => (ErrorKind::Unavailable, "ConnectWise PSA cannot be reached", None),
        TransportErrorKind::Paused(left) => (ErrorKind::RateLimited, "ConnectWise PSA asked for a pause", Some(left)),
        TransportErrorKind::MayHaveBeenSent => (
            unknown_outcome(context.effect),
            "the connection to ConnectWise PSA failed before its answer",
            None,
        ),
        TransportErrorKind::TooLarge => {
            let kind = if context.effect == Effect::Write {
                ErrorKind::Ambiguous
            } else {
                ErrorKind::Protocol
            };
            (kind, "the answer of ConnectWise PSA is too large", None)
        }
    };
    Error::new(kind, message)
        .with_operation(context.operation)
        .with_context("attempts", error.attempts.to_string())
        .with_retry_after(pause)
        .with_source(error)
}

fn unknown_outcome(effect: Effect) -> ErrorKind {
    match effect {
        Effect::Read => ErrorKind::Unavailable,
        Effect::Write => ErrorKind::Ambiguous,
    }
}

fn about(field: &str, message: &str) -> ErrorKind {
    ErrorKind::Invalid {
        fields: vec![FieldProblem {
            field: field.to_owned(),
            message: message.to_owned(),
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::answer;

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
        // Status, body, the kind for a read, the kind for a write.
        let table = [
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
}
