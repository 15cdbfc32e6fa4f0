//! What the outcome of a request means at every PSA that is spoken to by HTTP. What a refusal means, each connector's
//! `error.rs` decides.

use std::error::Error as StdError;

use chrono::{DateTime, Utc};

use crate::{
    error::{Error, ErrorKind},
    transport::{Effect, Response, TransportError, TransportErrorKind, asked_pause},
};

/// What was being done when an answer came, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    /// The operation.
    pub(crate) operation: &'static str,
    /// The right that the request needs.
    pub(crate) right: Option<&'static str>,
    /// Whether it can change anything.
    pub(crate) effect: Effect,
    /// When it is.
    pub(crate) now: DateTime<Utc>,
}

impl Context {
    /// The error of an answer that refuses. `sentence` is the PSA's own, for a person.
    pub(crate) fn refusal(self, response: &Response, kind: ErrorKind, sentence: String) -> Error {
        let status = response.status.as_u16();
        let pause = matches!(status, 429 | 503).then(|| asked_pause(response, self.now));
        Error::new(kind, sentence)
            .with_operation(self.operation)
            .with_context("status", status.to_string())
            .with_retry_after(pause.flatten())
            .with_upstream_request_id(response.request_id().map(str::to_owned))
    }

    /// The error of having no answer of the PSA called `psa`, whose address is in the credential field `site`.
    pub(crate) fn silence(self, psa: &str, site: &str, error: TransportError) -> Error {
        let (kind, message, pause) = match error.kind {
            TransportErrorKind::Refused => {
                let refused = Error::invalid(site, error.source.to_string());
                (refused.kind().clone(), "the address is not allowed".to_owned(), None)
            }
            TransportErrorKind::NotSent => (ErrorKind::Unavailable, format!("{psa} cannot be reached"), None),
            TransportErrorKind::Paused(left) => {
                (ErrorKind::RateLimited, format!("{psa} asked for a pause"), Some(left))
            }
            TransportErrorKind::MayHaveBeenSent => {
                let message = format!("the connection to {psa} failed before its answer");
                (self.unknown_outcome(), message, None)
            }
            TransportErrorKind::TooLarge => {
                let message = format!("the answer of {psa} is too large");
                (self.after_success(), message, None)
            }
        };
        Error::new(kind, message)
            .with_operation(self.operation)
            .with_context("attempts", error.attempts.to_string())
            .with_retry_after(pause)
            .with_source(error)
    }

    /// The error of a success that cannot be read. A write has happened then.
    pub(crate) fn unreadable(self, psa: &str, source: impl StdError + Send + Sync + 'static) -> Error {
        Error::new(self.after_success(), format!("{psa} answered in an unexpected form"))
            .with_operation(self.operation)
            .with_source(source)
    }

    /// What a failure is that does not say whether the request had an effect.
    pub(crate) fn unknown_outcome(self) -> ErrorKind {
        match self.effect {
            Effect::Read => ErrorKind::Unavailable,
            Effect::Write => ErrorKind::Ambiguous,
        }
    }

    fn after_success(self) -> ErrorKind {
        match self.effect {
            Effect::Read => ErrorKind::Protocol,
            Effect::Write => ErrorKind::Ambiguous,
        }
    }
}
