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
mod tests;
