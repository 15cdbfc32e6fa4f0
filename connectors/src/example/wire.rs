//! What goes over the wire, and only that.

use serde::Deserialize;

/// Who the key belongs to.
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    /// The name of the account.
    pub(super) account: String,
    /// What the key may do, such as `companies.read`.
    pub(super) rights: Vec<String>,
}

/// A page of companies.
#[derive(Debug, Deserialize)]
pub(super) struct Companies {
    pub(super) companies: Vec<Company>,
    /// Where the list goes on; `None` on its last page.
    pub(super) next: Option<String>,
}

/// A company.
#[derive(Debug, Deserialize)]
pub(super) struct Company {
    pub(super) id: String,
    pub(super) name: String,
}
