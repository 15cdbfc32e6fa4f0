//! Neutral records: what PSA Bridge knows of a PSA's things, in no vendor's words.
//!
//! Ids are opaque strings. Money and quantities are exact decimals. Instants are UTC. `None` means that the PSA did not
//! say, unless a field's documentation gives it another meaning.

mod agreement;
mod directory;
mod id;
mod ticket;

pub use agreement::{
    Addition, AdditionChange, AdditionReceipt, AdditionTarget, Agreement, AgreementStatus, DesiredAddition,
};
pub use directory::{Account, Company, Contact, Named, Product};
pub use id::{
    AdditionId, AgreementId, BoardId, ChoiceId, CompanyId, ContactId, NoteId, ProductId, StatusId, TicketId, WriteKey,
};
pub use ticket::{Board, BoardStatus, Choice, Note, NoteDestination, NoteDraft, Routing, Ticket, TicketDraft};
