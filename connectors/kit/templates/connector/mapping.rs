//! From the PSA's records to ours.

use super::wire;
use crate::record::Account;

pub(super) fn account(me: wire::Me) -> Account {
    Account {
        name: me.account,
        version: None,
        region: None,
        time_zone: None,
    }
}
