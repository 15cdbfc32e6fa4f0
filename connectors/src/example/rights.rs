//! The rights that the key needs, and how their state is found out.

use super::{client::Client, wire};
use crate::{
    descriptor::{Purpose, Right, RightFinding, RightState},
    error::Result,
};

/// The right to read companies.
pub(super) const COMPANIES: &str = "companies";

/// Every right, as the descriptor has them.
pub(super) const RIGHTS: &[Right] = &[Right {
    id: COMPANIES,
    module: "Directory",
    function: "Companies",
    add: false,
    edit: false,
    inquire: true,
    needed_for: &[Purpose::Companies],
    optional: false,
    remedy: "Settings > API > the key > Rights: tick Directory > Companies > Read.",
}];

/// The PSA says what the key may do.
pub(super) async fn check(client: &Client) -> Result<Vec<RightFinding>> {
    let me: wire::Me = client.read("check_rights", None, "me", &[]).await?;
    let granted = me.rights.iter().any(|right| right == "companies.read");
    Ok(vec![RightFinding {
        right: COMPANIES,
        add: RightState::NotNeeded,
        edit: RightState::NotNeeded,
        inquire: if granted {
            RightState::Granted
        } else {
            RightState::Missing
        },
    }])
}
