//! The rights that the key needs, and how their state is found out.

use super::{client::Client, error::unwritten};
use crate::{
    descriptor::{Purpose, Right, RightFinding},
    error::Result,
};

/// Every right, as the descriptor has them.
pub(super) const RIGHTS: &[Right] = &[Right {
    id: "companies",
    module: "Directory",
    function: "Companies",
    add: false,
    edit: false,
    inquire: true,
    needed_for: &[Purpose::Companies],
    optional: false,
    remedy: "Settings > API > the key > Rights: tick Directory > Companies > Read.",
}];

pub(super) async fn check(_: &Client) -> Result<Vec<RightFinding>> {
    Err(unwritten("check_rights"))
}
