//! The one place that decides what an Autotask response means.
//!
//! Almost every refusal is a 500 with `errors`: validation, a missing right and a missing record are told apart by their
//! texts only. A 500 without them is a failure that passes. The texts are those that real servers send.

use std::error::Error as StdError;

use super::{complaint::Complaint, descriptor::INTEGRATION_CODE};
pub(super) use crate::answer::Context;
use crate::{
    error::{Error, ErrorKind, FieldProblem, Result},
    transport::{Response, TransportError},
};

const NAME: &str = "Autotask PSA";

/// Gives a success on, and makes an error of everything else.
pub(super) fn translate(context: Context, outcome: Result<Response, TransportError>) -> Result<Response> {
    match outcome {
        // A success with errors is none.
        Ok(response) if response.status.is_success() && Complaint::of(&response).errors.is_empty() => Ok(response),
        Ok(response) => Err(refusal(context, &response)),
        Err(error) => Err(context.silence(NAME, "site", error)),
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

/// The answer to a request that succeeded cannot be read.
pub(super) fn unreadable(context: Context, source: impl StdError + Send + Sync + 'static) -> Error {
    context.unreadable(NAME, source)
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
    context.refusal(response, kind(context, status, &complaint), complaint.sentence(status))
}

fn kind(context: Context, status: u16, complaint: &Complaint) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden { right: context.right },
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        200..=299 | 400 | 409 | 422 | 500 if !complaint.errors.is_empty() => of_errors(context, complaint),
        400 | 409 | 422 => ErrorKind::Invalid { fields: Vec::new() },
        408 | 500..=599 => context.unknown_outcome(),
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

fn about(field: &str, complaint: &Complaint) -> ErrorKind {
    ErrorKind::Invalid {
        fields: vec![FieldProblem {
            field: field.to_owned(),
            message: complaint.sentence(500),
        }],
    }
}

#[cfg(test)]
mod tests;
