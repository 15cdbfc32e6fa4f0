//! Autotask PSA.
//!
#![doc = include_str!("autotask/docs.md")]

use std::sync::Arc;

use crate::{
    connector::PsaConnector,
    error::Result,
    platform::{Credentials, Platform},
};

mod additions;
mod agreements;
mod budget;
mod call;
mod charges;
mod client;
mod complaint;
mod config;
mod connector;
mod descriptor;
mod devices;
mod directory;
mod error;
mod mapping;
mod notes;
mod pages;
mod picklists;
mod products;
mod query;
mod rights;
mod routing;
mod services;
mod tickets;
mod units;
mod webhooks;
mod wire;
mod zone;

pub use connector::Autotask;
pub use descriptor::DESCRIPTOR;

/// Makes a connector. Does no I/O: it checks the fields, the operator's settings and the host.
///
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid) naming the credential field or the operator's setting.
pub fn connect(credentials: &Credentials, platform: &Platform) -> Result<Arc<dyn PsaConnector>> {
    Ok(Arc::new(Autotask::new(credentials, platform)?))
}
