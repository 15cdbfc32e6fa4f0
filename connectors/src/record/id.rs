//! Opaque ids of a PSA's records, one type per kind, so that a company's id cannot be passed for a ticket's.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Declares an opaque id type.
macro_rules! external_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the PSA's own form of the id.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The PSA's own form of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

external_id! {
    /// A PSA company.
    CompanyId;
    /// A PSA contact.
    ContactId;
    /// A catalogue product.
    ProductId;
    /// An agreement (Autotask: contract).
    AgreementId;
    /// A billed line of an agreement.
    AdditionId;
    /// A service board (Autotask: queue).
    BoardId;
    /// A ticket status. In ConnectWise it belongs to one board.
    StatusId;
    /// A value of a routing field.
    ChoiceId;
    /// A device (ConnectWise: configuration).
    DeviceId;
    /// A ticket.
    TicketId;
    /// A note on a ticket.
    NoteId;
    /// Our marker on a record that we wrote: the way to find it again after an uncertain write. At most 40 characters of
    /// `A-Z a-z 0-9 : -`, so that every PSA stores and filters it unchanged.
    WriteKey;
}

impl WriteKey {
    /// What keys of ours start with: it tells our records from those of other integrations, which use the same members.
    pub const PREFIX: &str = "PB:";

    /// Refuses a key by which the record would not be found again.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) naming `key`.
    pub fn check(&self) -> Result<()> {
        if self.as_str().starts_with(Self::PREFIX) {
            return Ok(());
        }
        let prefix = Self::PREFIX;
        let message = format!("a key starts with `{prefix}`: without it the record would not be found again");
        Err(Error::invalid("key", message))
    }
}
