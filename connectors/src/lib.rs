//! The seam between PSA Bridge and the PSAs it speaks to.
//!
//! A connector turns one provider's credentials into the neutral operations of [`PsaConnector`]. This crate knows no
//! database, no GraphQL and no tenants: it is given credentials, a clock and a network policy, and it gives back
//! [records](record) and [errors that carry a decision](Error).
//!
//! Reading order: [`connector`] is the contract and [`spec`] what it demands, [`descriptor`] the data that describes a
//! connector, [`error`] what can go wrong, [`transport`] how requests leave, and one folder per PSA from there on, of which
//! [`example`] is the smallest.
//!
//! ```
//! # use std::{collections::BTreeMap, sync::Arc};
//! use psa_connectors::{Credentials, ErrorKind, Platform, ReadQuery, Registry, SystemClock, SystemEntropy};
//! # use psa_connectors::{error::BoxError, network::NetworkPolicy};
//! use psa_simulator::example::{Simulator, SimulatorOptions};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), BoxError> {
//! let psa = Simulator::start(SimulatorOptions::default()).await?;
//! let entered = [("site", psa.base_url()), ("account", "training"), ("key", "training-key")];
//! let credentials = Credentials::new(entered.map(|(field, value)| (field.to_owned(), value.into())));
//! let platform = Platform {
//!     clock: Arc::new(SystemClock),
//!     entropy: Arc::new(SystemEntropy),
//!     network: NetworkPolicy { allow_loopback: true, ..NetworkPolicy::default() },
//!     settings: BTreeMap::new(),
//! };
//! let connector = Registry::all().connect("example", &credentials, &platform)??;
//!
//! assert_eq!(connector.verify().await?.name, "Training Services");
//! let query = ReadQuery { page_size: Some(5), ..ReadQuery::all() };
//! let first = connector.companies(&query).await?;
//! let second = connector.companies(&query.after(first.next)).await?;
//! assert_eq!((first.records.len(), second.records.len()), (5, 5));
//!
//! // What its descriptor does not declare it refuses, and sends nothing.
//! let refused = connector.contacts(&ReadQuery::all()).await.expect_err("there are no contacts");
//! assert_eq!(refused.kind(), &ErrorKind::Unsupported);
//! # Ok(psa.shutdown().await?)
//! # }
//! ```

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
