//! The one place that decides what an Autotask response means.
//!
//! Almost every refusal is a 500 with `errors`: validation, a missing right and a missing record are told apart by their
//! texts only. A 500 without them is a failure that passes. The texts are those that real servers send.

use std::{error::Error as StdError, time::Duration};

use chrono::{DateTime, Utc};

use super::{complaint::Complaint, descriptor::INTEGRATION_CODE};
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
        // A success with errors is none.
        Ok(response) if response.status.is_success() && Complaint::of(&response).errors.is_empty() => Ok(response),
        Ok(response) => Err(refusal(context, &response)),
        Err(error) => Err(silence(context, error)),
    }
}

/// Whether a failure is of the kind that passes by itself: the API did not say what is wrong.
pub(super) fn passes(response: &Response) -> bool {
    match response.status.as_u16() {
        502..=504 => true,
        500 => Complaint::of(response).errors.is_empty(),
        _ => false,
    }
}

/// The answer to a request that succeeded cannot be read. A write has happened then.
pub(super) fn unreadable(context: Context, source: impl StdError + Send + Sync + 'static) -> Error {
    let kind = match context.effect {
        Effect::Read => ErrorKind::Protocol,
        Effect::Write => ErrorKind::Ambiguous,
    };
    Error::new(kind, "Autotask PSA answered in an unexpected form")
        .with_operation(context.operation)
        .with_source(source)
}

/// A write has happened, and what was read afterwards to show it failed: the outcome is known to nobody until the caller
/// looks again.
pub(super) fn unconfirmed(error: Error) -> Error {
    Error::new(ErrorKind::Ambiguous, "it was written, but cannot be read again")
        .with_operation(error.operation())
        .with_retry_after(error.retry_after())
        .with_source(error)
}

fn refusal(context: Context, response: &Response) -> Error {
    let status = response.status.as_u16();
    let complaint = Complaint::of(response);
    let pause = if matches!(status, 429 | 503) {
        asked_pause(response, context.now)
    } else {
        None
    };
    Error::new(kind(context, status, &complaint), complaint.sentence(status))
        .with_operation(context.operation)
        .with_context("status", status.to_string())
        .with_retry_after(pause)
        .with_upstream_request_id(response.request_id().map(str::to_owned))
}

fn kind(context: Context, status: u16, complaint: &Complaint) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden { right: context.right },
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        200..=299 | 400 | 409 | 422 | 500 if !complaint.errors.is_empty() => of_errors(context, complaint),
        400 | 409 | 422 => ErrorKind::Invalid { fields: Vec::new() },
        408 | 500..=599 => unknown_outcome(context.effect),
        _ => ErrorKind::Protocol,
    }
}

/// What the API's own words mean.
fn of_errors(context: Context, complaint: &Complaint) -> ErrorKind {
    let says = |text: &str| complaint.says(text);
    match () {
        // It also speaks of permissions, so it comes first.
        () if says("No matching records found") => ErrorKind::NotFound,
        () if says("adequate permission") || says("not have permission") || says("required permission") => {
            ErrorKind::Forbidden { right: context.right }
        }
        () if says("IntegrationCode is invalid") => about(INTEGRATION_CODE, complaint),
        () if says("Zone information could not be determined") => about("username", complaint),
        () if says("posted") || says("already been billed") || says("has been billed") => ErrorKind::PeriodClosed,
        () => ErrorKind::Invalid { fields: Vec::new() },
    }
}

fn silence(context: Context, error: TransportError) -> Error {
    let (kind, message, pause): (_, _, Option<Duration>) = match error.kind {
        TransportErrorKind::Refused => (refused(&error), "the address is not allowed", None),
        TransportErrorKind::NotSent => (ErrorKind::Unavailable, "Autotask PSA cannot be reached", None),
        TransportErrorKind::Paused(left) => (ErrorKind::RateLimited, "Autotask PSA asked for a pause", Some(left)),
        TransportErrorKind::MayHaveBeenSent => (
            unknown_outcome(context.effect),
            "the connection to Autotask PSA failed before its answer",
            None,
        ),
        TransportErrorKind::TooLarge => {
            let kind = if context.effect == Effect::Write {
                ErrorKind::Ambiguous
            } else {
                ErrorKind::Protocol
            };
            (kind, "the answer of Autotask PSA is too large", None)
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

fn about(field: &str, complaint: &Complaint) -> ErrorKind {
    ErrorKind::Invalid {
        fields: vec![FieldProblem {
            field: field.to_owned(),
            message: complaint.sentence(500),
        }],
    }
}

fn refused(error: &TransportError) -> ErrorKind {
    ErrorKind::Invalid {
        fields: vec![FieldProblem {
            field: "site".to_owned(),
            message: error.source.to_string(),
        }],
    }
}

#[cfg(test)]
mod tests;
