//! The connector that is called `acmepsa`.
//!
#![doc = include_str!("acmepsa/docs.md")]

use std::sync::Arc;

use crate::{
    connector::PsaConnector,
    error::Result,
    platform::{Credentials, Platform},
};

mod client;
mod config;
mod connector;
mod descriptor;
mod directory;
mod error;
mod mapping;
mod rights;
mod wire;

pub use connector::Acmepsa;
pub use descriptor::DESCRIPTOR;

/// Makes a connector. Does no I/O: it checks the fields and the host.
///
/// # Errors
/// [`Invalid`](crate::ErrorKind::Invalid) naming the credential field.
pub fn connect(credentials: &Credentials, platform: &Platform) -> Result<Arc<dyn PsaConnector>> {
    Ok(Arc::new(Acmepsa::new(credentials, platform)?))
}
