//! The one place that decides what a ConnectWise response means.
//!
//! Bodies are JSON with `code` (a 429: `error`), plain text (routing) or HTML (anything in front of the PSA), and the same
//! status means different things, so the match is on status and text together. The texts are those that real servers send.

use std::error::Error as StdError;

use super::complaint::Complaint;
pub(super) use crate::answer::Context;
use crate::{
    error::{Error, ErrorKind, FieldProblem, Result},
    transport::{Response, TransportError},
};

const NAME: &str = "ConnectWise PSA";

/// Gives a success on, and makes an error of everything else.
pub(super) fn translate(context: Context, outcome: Result<Response, TransportError>) -> Result<Response> {
    match outcome {
        Ok(response) if response.status.is_success() => Ok(response),
        Ok(response) => Err(refusal(context, &response)),
        Err(error) => Err(context.silence(NAME, "site", error)),
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

/// The answer to a request that succeeded cannot be read.
pub(super) fn unreadable(context: Context, source: impl StdError + Send + Sync + 'static) -> Error {
    context.unreadable(NAME, source)
}

fn refusal(context: Context, response: &Response) -> Error {
    let status = response.status.as_u16();
    let complaint = Complaint::of(response);
    context.refusal(response, kind(context, status, &complaint), complaint.sentence(status))
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
        408 | 500..=599 => context.unknown_outcome(),
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
