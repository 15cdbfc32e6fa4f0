//! What can go wrong at a PSA, as an error that carries its decision.
//!
//! It says what kind it is, whether trying again can help, and what a person needs to mend it. Each connector has one `match` that makes these; nobody else interprets a response.

use std::{error::Error as StdError, fmt, time::Duration};

/// The result of an operation on a PSA.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The source of an error, kept for logs.
pub type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The PSA does not accept the keys.
    Unauthorized,
    /// The keys are good, but a right is missing; `right` is its id in the descriptor, where it is known.
    Forbidden {
        /// The id of the missing right.
        right: Option<&'static str>,
    },
    /// The record does not exist.
    NotFound,
    /// The PSA refuses the content.
    Invalid {
        /// What is wrong with which field; empty when the PSA did not say.
        fields: Vec<FieldProblem>,
    },
    /// The PSA asks for a pause.
    RateLimited,
    /// A write may or may not have happened: look before trying again.
    Ambiguous,
    /// The billing period is closed: the quantity can no longer be changed for it.
    PeriodClosed,
    /// What the caller saw is not so any more: nothing was written.
    Changed,
    /// The PSA cannot be reached or does not work; nothing was written.
    Unavailable,
    /// The connector cannot do this.
    Unsupported,
    /// The PSA answered something that its contract does not allow.
    Protocol,
}

/// One refused field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name: of the credentials, the descriptor or the record.
    pub field: String,
    /// What is wrong, in the PSA's words where it gave any.
    pub message: String,
}

/// Whether the same call can succeed later without anybody changing anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permanence {
    /// It will fail again until something is changed.
    Permanent,
    /// It may succeed later.
    Temporary,
}

/// An error of an operation on a PSA.
#[derive(Debug)]
pub struct Error(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: ErrorKind,
    permanence: Permanence,
    message: String,
    operation: &'static str,
    context: Vec<(&'static str, String)>,
    retry_after: Option<Duration>,
    upstream_request_id: Option<String>,
    source: Option<BoxError>,
}

impl Error {
    /// An error with the permanence that its kind usually has. `message` is for a person and holds no secret.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let permanence = match kind {
            ErrorKind::RateLimited | ErrorKind::Ambiguous | ErrorKind::Unavailable => Permanence::Temporary,
            _ => Permanence::Permanent,
        };
        Self(Box::new(Details {
            kind,
            permanence,
            message: message.into(),
            operation: "",
            context: Vec::new(),
            retry_after: None,
            upstream_request_id: None,
            source: None,
        }))
    }

    /// An [`ErrorKind::Invalid`] about one field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        let problem = FieldProblem {
            field: field.into(),
            message: message.clone(),
        };
        Self::new(ErrorKind::Invalid { fields: vec![problem] }, message)
    }

    /// Sets whether trying again can help.
    pub fn with_permanence(mut self, permanence: Permanence) -> Self {
        self.0.permanence = permanence;
        self
    }

    /// Names the operation that failed, unless a deeper layer already did.
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        if self.0.operation.is_empty() {
            self.0.operation = operation;
        }
        self
    }

    /// Adds a pair that helps to find the cause.
    pub fn with_context(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.context.push((name, value.into()));
        self
    }

    /// Sets the pause that the PSA asked for.
    pub fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        self.0.retry_after = pause;
        self
    }

    /// Sets the PSA's id of the failed request.
    pub fn with_upstream_request_id(mut self, id: Option<String>) -> Self {
        self.0.upstream_request_id = id;
        self
    }

    /// Sets the error behind this one.
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The sentence for a person.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether the same call can succeed later.
    pub fn is_temporary(&self) -> bool {
        self.0.permanence == Permanence::Temporary
    }

    /// The operation that failed.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The pairs that help to find the cause.
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.0.context
    }

    /// The pause that the PSA asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The PSA's id of the failed request.
    pub fn upstream_request_id(&self) -> Option<&str> {
        self.0.upstream_request_id.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.operation.is_empty() {
            write!(f, "{}: ", self.0.operation)?;
        }
        f.write_str(&self.0.message)?;
        for (name, value) in &self.0.context {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| {
            let source: &(dyn StdError + 'static) = source;
            source
        })
    }
}
