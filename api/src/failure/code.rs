//! Every kind of expected failure: the codes of `userErrors`.

use std::fmt;

use async_graphql::{Enum, resolver_utils::EnumType};

/// Every kind of expected failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ErrorCode {
    /// There is no such thing, or it is not yours.
    NotFound,
    /// A value breaks a rule; `field` and `message` say which.
    Invalid,
    /// A value is missing.
    Required,
    /// Something of this name exists already.
    AlreadyExists,
    /// There are as many as there may be.
    LimitReached,
    /// A permission cannot be handed out by somebody who does not have it.
    PermissionNotHeld,
    /// It was changed by somebody else since it was read.
    Conflict,
    /// It is not in a state in which this can be done.
    WrongState,
    /// The set-up is not complete; `checklist` says what is missing.
    SetupIncomplete,
    /// The PSA does not accept the keys.
    InvalidCredentials,
    /// A right of the API user is missing in the PSA.
    MissingPermission,
    /// The PSA refuses the content.
    RefusedByPsa,
    /// The PSA cannot be reached or does not work; try again later.
    PsaUnavailable,
    /// The PSA asks for a pause; try again later.
    RateLimited,
    /// A write may or may not have happened. Asking again is safe.
    Uncertain,
    /// The billing period is closed in the PSA.
    PeriodClosed,
    /// The PSA or its connector cannot do this.
    Unsupported,
    /// The PSA answered something that its contract does not allow.
    PsaProtocol,
    /// The operator of this server has not configured something that is needed.
    NotConfigured,
    /// The console company has no PSA company.
    CompanyNotMapped,
    /// The billable product has no PSA product.
    ProductNotMapped,
    /// The agreement in the PSA is not what was planned with.
    Drifted,
    /// It was held for longer than the settings want.
    HeldTooLong,
}

impl ErrorCode {
    /// What to do about it in general. The remedy of an error itself says it more exactly.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NotFound => "Read the list again and use an id of it.",
            Self::Invalid => "Correct the field.",
            Self::Required => "Give the field a value.",
            Self::AlreadyExists => "Use what is there, or another name.",
            Self::LimitReached => "Take back one that is not needed any more.",
            Self::PermissionNotHeld => "Leave the permission out, or use a token that has it.",
            Self::Conflict => "Read it again, look at what has changed, and send the change with the new version.",
            Self::WrongState => "Read the state; the message says which are right.",
            Self::SetupIncomplete => "Do what the items of `checklist` say that are not done.",
            Self::InvalidCredentials => "Enter a valid key pair with `updateCredentials`.",
            Self::MissingPermission => "Run `checkPermissions`: it names the row of the role and the level to grant.",
            Self::RefusedByPsa => "Correct the named field, or import again when the record is gone.",
            Self::PsaUnavailable => "Check the site and the PSA's status, then try again.",
            Self::RateLimited => "Try again after the pause.",
            Self::Uncertain => "Try again: what was written is found and not written twice.",
            Self::PeriodClosed => {
                "Let the agreement prorate, or bill from the next period on: see `period` of the billing policy."
            }
            Self::Unsupported => "Use a connector that has this capability; `connectors` lists them.",
            Self::PsaProtocol => "Check that the site is the PSA itself and not a proxy's page.",
            Self::NotConfigured => "Ask the operator: the message names the variable.",
            Self::CompanyNotMapped => "Bind the company with `bindCompanies`, or leave it out with `excludeCompanies`.",
            Self::ProductNotMapped => "Bind the product with `bindProducts`.",
            Self::Drifted => "Look at the record in the PSA, then plan again.",
            Self::HeldTooLong => "Mend the cause that it was held for, then `retryDeliveries`.",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = Self::items().iter().find(|item| item.value == *self);
        f.write_str(item.map_or("UNKNOWN", |item| item.name))
    }
}
