//! How a service says no.
//!
//! An expected outcome is data: a [`UserError`] with a code from a closed list, the field, the rule and the remedy. Only
//! what nobody could expect is a [`Fault`]; it is logged once, where it is handled, and its text never leaves the server.

pub mod catalogue;
pub mod code;
pub mod request_code;

use async_graphql::SimpleObject;
use psa_connectors::{Error as PsaError, ErrorKind};
use psa_entities::Problem;

pub use code::ErrorCode;
pub use request_code::RequestCode;

/// The result of a service.
pub type Outcome<T> = Result<T, Failure>;

/// Why a service did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// The request cannot be carried out as it is; the caller can mend it.
    Refused(Vec<UserError>),
    /// Something broke that the caller cannot mend.
    Internal(Fault),
}

impl Failure {
    /// Refuses with one error.
    pub fn refused(error: UserError) -> Self {
        Self::Refused(vec![error])
    }
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        Self::refused(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Internal(fault)
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// What broke.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database refused or failed.
    #[error("database: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// A sealed secret could not be made or opened.
    #[error("vault: {0}")]
    Vault(#[from] crate::vault::VaultError),
    /// The machine has no randomness to give.
    #[error("no randomness: {0}")]
    Entropy(std::io::Error),
    /// Stored JSON does not have the shape it was written with.
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The database says something that our own rules exclude.
    #[error("inconsistent data: {0}")]
    Inconsistent(String),
}

/// One expected reason why a request cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// What kind of reason it is. Scripts branch on this and on nothing else.
    pub code: ErrorCode,
    /// The path of the input field that is the reason; empty when it is none in particular.
    pub field: Vec<String>,
    /// The reason, for a person.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl UserError {
    /// An error about no field in particular.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            field: Vec::new(),
            message: message.into(),
            remedy: None,
        }
    }

    /// Names the input field, as a dotted path below `input`: `items.0.psaProductId`.
    pub fn at(mut self, path: &str) -> Self {
        self.field = path.split('.').map(str::to_owned).collect();
        self
    }

    /// Puts the field below a record of a list: `productId` becomes `bindings.3.productId`.
    pub fn in_record(mut self, list: &str, index: usize) -> Self {
        let below = self.field.into_iter().filter(|part| !part.is_empty());
        self.field = [list.to_owned(), index.to_string()].into_iter().chain(below).collect();
        self
    }

    /// Says what to do about it.
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// There is no such thing, or it is not the caller's: the two cannot be told apart.
    pub fn not_found(field: &str, what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no such {what}."))
            .at(field)
            .with_remedy(format!("Read the {what} again and use the id you get."))
    }

    /// The same reason as a stored problem.
    pub fn to_problem(&self, since: chrono::DateTime<chrono::Utc>) -> Problem {
        Problem {
            code: self.code.to_string(),
            message: self.message.clone(),
            remedy: self.remedy.clone().unwrap_or_default(),
            detail: None,
            since,
        }
    }
}

impl From<&PsaError> for UserError {
    fn from(error: &PsaError) -> Self {
        let (code, remedy) = match error.kind() {
            ErrorKind::Unauthorized => (
                ErrorCode::InvalidCredentials,
                "Enter a valid key pair with updateCredentials. A key's secret is shown only once in the PSA: make a new pair when it is lost.",
            ),
            ErrorKind::Forbidden { .. } => (
                ErrorCode::MissingPermission,
                "Run checkPermissions: it names the role row and the level to grant.",
            ),
            ErrorKind::NotFound => (ErrorCode::RefusedByPsa, "The record is gone in the PSA: import again."),
            ErrorKind::Invalid { .. } => (ErrorCode::RefusedByPsa, "Correct the named field."),
            ErrorKind::RateLimited => (ErrorCode::RateLimited, "Try again after the pause."),
            ErrorKind::Ambiguous => (
                ErrorCode::Uncertain,
                "Try again: what was written is found and not written twice.",
            ),
            ErrorKind::PeriodClosed => (ErrorCode::PeriodClosed, ErrorCode::PeriodClosed.remedy()),
            ErrorKind::Changed => (ErrorCode::Drifted, "Look at the record in the PSA, then plan again."),
            ErrorKind::Unavailable => (
                ErrorCode::PsaUnavailable,
                "Check the site and the PSA's status, then try again.",
            ),
            ErrorKind::Unsupported => (ErrorCode::Unsupported, "Use a connector that has this capability."),
            _ => (
                ErrorCode::PsaProtocol,
                "Check that the site is the PSA itself and not a proxy's page.",
            ),
        };
        Self::new(code, error.message()).with_remedy(remedy)
    }
}

impl From<&PsaError> for Failure {
    fn from(error: &PsaError) -> Self {
        Self::refused(UserError::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_psa_says_has_a_code_and_a_remedy() {
        for (kind, code) in [
            (ErrorKind::Unauthorized, ErrorCode::InvalidCredentials),
            (ErrorKind::NotFound, ErrorCode::RefusedByPsa),
            (ErrorKind::RateLimited, ErrorCode::RateLimited),
            (ErrorKind::Ambiguous, ErrorCode::Uncertain),
            (ErrorKind::PeriodClosed, ErrorCode::PeriodClosed),
            (ErrorKind::Changed, ErrorCode::Drifted),
            (ErrorKind::Unavailable, ErrorCode::PsaUnavailable),
            (ErrorKind::Unsupported, ErrorCode::Unsupported),
            (ErrorKind::Protocol, ErrorCode::PsaProtocol),
        ] {
            let error = UserError::from(&PsaError::new(kind, "It says so."));
            assert_eq!((error.code, error.message.as_str()), (code, "It says so."));
            assert!(error.remedy.is_some_and(|remedy| remedy.ends_with('.')));
        }
    }
}
