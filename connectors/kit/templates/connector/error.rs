//! The one place that decides what an answer of this PSA means.
//!
//! A refusal has a JSON body, `{"error": {"code", "message"}}`; what stands in front of the PSA answers with web pages.

use std::error::Error as StdError;

use serde::Deserialize;

use super::descriptor::DESCRIPTOR;
use crate::{
    answer::Context,
    error::{Error, ErrorKind, FieldProblem, Result},
    transport::{Response, TransportError},
};

/// What a refusal says.
#[derive(Debug, Default, Deserialize)]
struct Complaint {
    code: String,
    message: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: Complaint,
}

/// Gives a success on, and makes an error of everything else.
pub(super) fn translate(context: Context, outcome: Result<Response, TransportError>) -> Result<Response> {
    match outcome {
        Ok(response) if response.status.is_success() => Ok(response),
        Ok(response) => Err(refusal(context, &response)),
        Err(error) => Err(context.silence(DESCRIPTOR.name, "site", error)),
    }
}

/// Whether a failure is of the kind that passes by itself.
pub(super) fn passes(response: &Response) -> bool {
    matches!(response.status.as_u16(), 502..=504)
}

/// The answer to a request that succeeded cannot be read.
pub(super) fn unreadable(context: Context, source: impl StdError + Send + Sync + 'static) -> Error {
    context.unreadable(DESCRIPTOR.name, source)
}

/// The answer of an operation that is not written yet. The last one that is written takes this function away.
pub(super) fn unwritten(operation: &'static str) -> Error {
    let message = format!("the connector of Acme PSA does not have `{operation}` yet");
    Error::new(ErrorKind::Unsupported, message).with_operation(operation)
}

fn refusal(context: Context, response: &Response) -> Error {
    let status = response.status.as_u16();
    // What is no refusal of the API's own tells a person nothing.
    let complaint = response.json().map_or_else(
        |_| Complaint {
            code: String::new(),
            message: format!("{} answered with status {status}", DESCRIPTOR.name),
        },
        |refusal: Refusal| refusal.error,
    );
    let kind = kind(context, status, &complaint);
    context.refusal(response, kind, complaint.message)
}

fn kind(context: Context, status: u16, complaint: &Complaint) -> ErrorKind {
    match (status, complaint.code.as_str()) {
        (401, _) => ErrorKind::Unauthorized,
        (403, _) => ErrorKind::Forbidden { right: context.right },
        (404, "unknown_account") => about("account", complaint),
        (404, _) => ErrorKind::NotFound,
        (429, _) => ErrorKind::RateLimited,
        (400 | 409 | 422, _) => ErrorKind::Invalid { fields: Vec::new() },
        (408 | 500..=599, _) => context.unknown_outcome(),
        _ => ErrorKind::Protocol,
    }
}

fn about(field: &str, complaint: &Complaint) -> ErrorKind {
    let problem = FieldProblem {
        field: field.to_owned(),
        message: complaint.message.clone(),
    };
    ErrorKind::Invalid { fields: vec![problem] }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::transport::{Effect, scripted::answer};

    #[test]
    fn the_table() {
        let unknown = r#"{"error":{"code":"unknown_account","message":"There is no account `x`."}}"#;
        let table = [
            (401, "", "Unauthorized"),
            (403, "", "Forbidden { right: Some(\"companies\") }"),
            (404, "", "NotFound"),
            (404, unknown, "Invalid account"),
            (422, "", "Invalid"),
            (429, "", "RateLimited"),
            (302, "<html>", "Protocol"),
            (500, "<html>", "Unavailable"),
            (503, "", "Unavailable"),
        ];
        for (status, body, expected) in table {
            let context = Context {
                operation: "test",
                right: Some("companies"),
                effect: Effect::Read,
                now: DateTime::UNIX_EPOCH,
            };
            let error = translate(context, Ok(answer(status, body))).expect_err(expected);
            let shown = match error.kind() {
                ErrorKind::Invalid { fields } => {
                    let fields = fields.iter().map(|problem| format!(" {}", problem.field));
                    format!("Invalid{}", fields.collect::<String>())
                }
                kind => format!("{kind:?}"),
            };
            assert_eq!(shown, expected, "{status} {body}");
            assert!(!error.message().contains('<'), "{error}");
        }
    }
}
