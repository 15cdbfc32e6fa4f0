//! The seam between PSA Bridge and the PSAs it speaks to.
//!
//! A connector turns one provider's credentials into the neutral operations of [`PsaConnector`]. This crate knows no
//! database, no GraphQL and no tenants: it is given credentials, a clock and a network policy, and it gives back
//! [records](record) and [errors that carry a decision](Error).
//!
//! Reading order: [`connector`] is the contract and [`spec`] what it demands, [`descriptor`] the data that describes a
//! connector, [`error`] what can go wrong, [`transport`] how requests leave, and one folder per PSA from there on.

mod answer;
pub mod capability;
pub mod connector;
pub mod descriptor;
pub mod error;
pub mod guarded;
pub mod network;
pub mod platform;
pub mod query;
pub mod record;
pub mod registry;
pub mod spec;
mod text;
pub mod transport;

pub mod autotask;
pub mod connectwise;
pub mod example;

pub use capability::{Capabilities, Capability};
pub use connector::PsaConnector;
pub use descriptor::Descriptor;
pub use error::{Error, ErrorKind, FieldProblem, Permanence, Result};
pub use guarded::Guarded;
pub use platform::{Clock, Credentials, Entropy, Platform, SystemClock, SystemEntropy};
pub use query::{Cursor, Filter, Page, ReadQuery};
pub use registry::{Registry, UnknownConnector};
