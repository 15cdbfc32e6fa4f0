//! ConnectWise PSA (formerly Manage).
//!
#![doc = include_str!("connectwise/docs.md")]

use std::sync::Arc;

use crate::{
    connector::PsaConnector,
    error::Result,
    platform::{Credentials, Platform},
};

mod agreements;
mod bundle;
mod call;
mod client;
mod complaint;
mod config;
mod connector;
mod descriptor;
mod devices;
mod directory;
mod discovery;
mod error;
mod mapping;
mod pages;
mod query;
mod retry;
mod rights;
mod role;
mod routing;
#[cfg(test)]
mod strange_answers;
mod tickets;
mod webhooks;
mod wire;

pub use connector::ConnectWise;
pub use descriptor::DESCRIPTOR;

/// Makes a connector. Does no I/O: it checks the fields, the operator's settings and the host.
///
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid) naming the credential field or the operator's setting.
pub fn connect(credentials: &Credentials, platform: &Platform) -> Result<Arc<dyn PsaConnector>> {
    Ok(Arc::new(ConnectWise::new(credentials, platform)?))
}
