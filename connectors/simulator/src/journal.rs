//! What was asked of the simulator, for assertions about a client's behaviour.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedRequest {
    /// The HTTP method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent, still encoded.
    pub query: String,
    /// The answered status; `None` when the connection was dropped.
    pub status: Option<u16>,
    /// When it arrived, by the simulator's clock.
    pub at: DateTime<Utc>,
}
