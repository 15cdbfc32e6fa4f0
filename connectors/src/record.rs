//! Neutral records: what PSA Bridge knows of a PSA's things, in no vendor's words.
//!
//! Ids are opaque strings. Money and quantities are exact decimals. Instants are UTC. `None` means that the PSA did not
//! say, unless a field's documentation gives it another meaning.

mod agreement;
mod directory;
mod id;
mod ticket;
mod webhook;

pub use agreement::{
    Addition, AdditionChange, AdditionReceipt, AdditionTarget, Agreement, AgreementStatus, DesiredAddition, Seen,
};
pub use directory::{Account, Company, Contact, Device, FilterValue, Named, Product};
pub use id::{
    AdditionId, AgreementId, BoardId, ChoiceId, CompanyId, ContactId, DeviceId, NoteId, ProductId, StatusId, TicketId,
    WriteKey,
};
pub use ticket::{Board, BoardStatus, Choice, Note, NoteDestination, NoteDraft, Routing, Ticket, TicketDraft};
pub use webhook::{Hint, InboundDelivery, RecordChange, Subscription, SubscriptionChange, Topic, WebhookEndpoint};
