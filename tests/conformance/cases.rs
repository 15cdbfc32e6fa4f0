//! The cases, by the groups of SPEC.md.

mod account;
mod additions;
mod agreements;
mod boards;
mod devices;
mod filters;
mod general;
mod lists;
mod notes;
mod numbers;
mod overtaken;
mod rights;
mod secrets;
mod tickets;
mod together;
mod trouble;
mod webhooks;

use crate::case::Case;

/// Starts to keep what the connectors log, for the case that looks for secrets in it.
pub(crate) fn open_log() {
    secrets::Log::open();
}

/// Every case.
pub(crate) fn all() -> Vec<&'static Case> {
    let groups = [
        general::CASES,
        secrets::CASES,
        account::CASES,
        rights::CASES,
        lists::CASES,
        filters::CASES,
        agreements::CASES,
        additions::CASES,
        numbers::CASES,
        overtaken::CASES,
        boards::CASES,
        tickets::CASES,
        together::CASES,
        notes::CASES,
        devices::CASES,
        webhooks::CASES,
        trouble::CASES,
    ];
    groups.into_iter().flatten().collect()
}
