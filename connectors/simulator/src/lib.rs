//! PSAs as real HTTP servers on the loopback, for tests and for trying things out: [`connectwise`], [`autotask`], and
//! [`example`], which is an imaginary one and the least that a site can be.
//!
//! Every vendor's site has the same trouble on request, the same journal and the same control endpoints under
//! `/simulator/`; its data, its rules and its answers are its own.

pub mod autotask;
pub mod connectwise;
pub mod example;

mod answer;
mod call;
mod clock;
mod control;
mod data_set;
mod exchange;
mod faults;
mod goods;
mod guid;
mod journal;
mod listening;
mod log;
mod names;
mod number;
mod outbound;
mod places;
mod prices;
mod psa;
mod random;
mod server;
mod shell;
mod time;
mod tls;
mod trouble;
mod vendor;

pub use clock::{Clock, system_clock};
pub use data_set::DataSet;
pub use exchange::{Exchange, Witness};
pub use faults::{Chance, Fault, FaultMatch, FaultRule};
pub use journal::LoggedRequest;
pub use psa::{Desk, Psa, SeenAddition, SeenNote, SeenTicket, Vendor};
pub use tls::Tls;
