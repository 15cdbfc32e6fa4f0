//! What the agents' tickets have in common.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use psa_entities::ticket_settings;

/// What the agents' tickets have in common.
#[derive(Debug, Clone, SimpleObject)]
pub struct TicketSettings {
    /// What a further failure of an open condition does.
    pub mode: TicketMode,
    /// What happens to the ticket when the condition recovers.
    pub on_recovery: RecoveryPolicy,
    /// Whether recovery closes only tickets that no person has changed; the others get a note.
    pub close_only_untouched: bool,
    /// For how many days after its end a closed ticket is reopened by a new failure; 0 never reopens.
    pub reopen_within_days: i32,
    /// After how many repeats of an open condition its ticket gets the agent's raised priority; null never raises it.
    pub escalate_after_repeats: Option<i32>,
    /// From when on further conditions of a company share one ticket; null never.
    pub storm_cap: Option<StormCap>,
    /// After how many days a held delivery becomes a dead letter, to be retried or discarded by a person; null never.
    pub expire_after_days: Option<i32>,
    /// Who sees our notes.
    pub notes: NoteDestination,
    /// The version, to be sent back with a change; 0 before they are saved for the first time.
    pub version: i32,
    /// When they last changed; null before they are saved for the first time.
    pub updated_at: Option<DateTime<Utc>>,
}

impl From<ticket_settings::Model> for TicketSettings {
    fn from(row: ticket_settings::Model) -> Self {
        Self {
            mode: row.mode.into(),
            on_recovery: row.on_recovery.into(),
            close_only_untouched: row.close_only_untouched,
            reopen_within_days: row.reopen_within_days,
            escalate_after_repeats: row.escalate_after,
            storm_cap: row.storm_tickets.map(|tickets| StormCap {
                tickets,
                minutes: row.storm_minutes,
            }),
            expire_after_days: row.expire_after_days,
            notes: row.notes.into(),
            version: row.version,
            updated_at: (row.version > 0).then_some(row.updated_at),
        }
    }
}

/// How many new tickets a company may have within a time. Beyond that its further conditions share the ticket of a storm,
/// which lists them.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct StormCap {
    /// The tickets.
    pub tickets: i32,
    /// The time, in minutes.
    pub minutes: i32,
}

/// What a further failure of an open condition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ticket_settings::TicketMode")]
pub enum TicketMode {
    /// Each opens a ticket of its own.
    NewTicketPerEvent,
    /// It becomes a note on the open ticket.
    AppendToOpen,
}

/// What happens to the ticket when the condition recovers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ticket_settings::OnRecovery")]
pub enum RecoveryPolicy {
    /// It is closed.
    Close,
    /// It gets a note.
    Note,
    /// It stays as it is.
    Nothing,
}

/// Who sees a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ticket_settings::NoteVisibility")]
pub enum NoteDestination {
    /// The customer too.
    Discussion,
    /// Only the provider's people.
    Internal,
}
