//! The kinds of job there are: one line each.

use super::Handlers;
use crate::{
    billing::{apply::Apply, planning::Planning},
    directory::import::Import,
    integrations::{deletion::Deletion, upkeep::recheck::Recheck, webhooks::ensure::Ensure},
};

/// Every kind of job that this server runs.
pub fn handlers() -> Handlers {
    Handlers::default()
        .with::<Import>()
        .with::<Planning>()
        .with::<Apply>()
        .with::<Deletion>()
        .with::<Recheck>()
        .with::<Ensure>()
}
