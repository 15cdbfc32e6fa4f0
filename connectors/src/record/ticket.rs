//! Boards, tickets and notes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{BoardId, ChoiceId, CompanyId, ContactId, NoteId, StatusId, TicketId, WriteKey};

/// A service board (Autotask: queue) with the statuses a ticket on it can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Its id.
    pub id: BoardId,
    /// Its name.
    pub name: String,
    /// Whether tickets can be put on it.
    pub active: bool,
    /// Its statuses in the PSA's order.
    pub statuses: Vec<BoardStatus>,
}

/// A status of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardStatus {
    /// Its id.
    pub id: StatusId,
    /// Its name.
    pub name: String,
    /// Whether a ticket in it counts as closed.
    pub closed: bool,
    /// Whether new tickets get it when none is named.
    pub default: bool,
    /// Whether it can be chosen.
    pub active: bool,
}

/// A value that a routing field can take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id.
    pub id: ChoiceId,
    /// Its name.
    pub name: String,
    /// The values of other routing fields, by their names, together with which it can be chosen; empty means with all.
    pub combinations: Vec<BTreeMap<String, ChoiceId>>,
}

/// Where a ticket goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// The board.
    pub board: BoardId,
    /// The status of a new ticket; `None` takes the board's default.
    pub status: Option<StatusId>,
    /// The other routing fields by their name in the connector's descriptor.
    pub fields: BTreeMap<String, ChoiceId>,
}

/// A ticket to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketDraft {
    /// The company that has the trouble.
    pub company: CompanyId,
    /// The person there, when one is known.
    pub contact: Option<ContactId>,
    /// One line. The connector shortens it with a mark when the PSA's limit demands it.
    pub summary: String,
    /// The first, customer-visible text.
    pub body: String,
    /// Where it goes.
    pub routing: Routing,
}

/// A ticket as the PSA has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// The number that people call it by, where it differs from the id.
    pub number: Option<String>,
    /// The page a person opens to see it.
    pub url: Option<String>,
    /// The company.
    pub company: Option<CompanyId>,
    /// The board it is on now.
    pub board: Option<BoardId>,
    /// The status it has now.
    pub status: Option<StatusId>,
    /// The name of that status.
    pub status_name: Option<String>,
    /// Whether it counts as closed.
    pub closed: bool,
    /// The ticket that it was merged into: that one goes on, and this one is closed.
    pub merged_into: Option<TicketId>,
    /// Our marker on it.
    pub key: Option<WriteKey>,
    /// Who changed it last, in the PSA's words.
    pub changed_by: Option<String>,
    /// When it was last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

/// Who reads a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoteDestination {
    /// The customer can read it.
    Discussion,
    /// Only the MSP's people.
    Internal,
}

/// A note to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteDraft {
    /// Its text.
    pub text: String,
    /// Who reads it.
    pub destination: NoteDestination,
}

/// A note as the PSA has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// Its text, with our marker where the connector keeps it there.
    pub text: String,
    /// When it was written.
    pub created_at: Option<DateTime<Utc>>,
}
