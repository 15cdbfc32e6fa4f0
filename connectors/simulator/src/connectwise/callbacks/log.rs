//! What was sent to callbacks, for assertions.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// One attempt to deliver one event to one callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedDelivery {
    /// The address, with the record's id and the action.
    pub url: String,
    /// The id of the callback.
    pub callback: i64,
    /// The id of the record.
    pub record: i64,
    /// `added`, `updated` or `deleted`.
    pub action: &'static str,
    /// The answered status; `None` when there was no answer in time.
    pub status: Option<u16>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// When the answer came or the attempt was given up, by the simulator's clock.
    pub at: DateTime<Utc>,
}
