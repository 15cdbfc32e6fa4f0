//! What goes over the wire, and only that.

use serde::Deserialize;

/// Who the key belongs to.
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    /// The name of the account.
    pub(super) account: String,
}
