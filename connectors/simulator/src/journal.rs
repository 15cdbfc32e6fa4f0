//! What was asked of the simulator, for assertions about a client's behaviour.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// The journal forgets its oldest entries beyond this many.
const MOST: usize = 100_000;

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

/// The requests so far, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<LoggedRequest>,
}

impl Journal {
    pub(crate) fn add(&mut self, entry: LoggedRequest) {
        if self.entries.len() >= MOST {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &LoggedRequest> {
        self.entries.iter()
    }
}
