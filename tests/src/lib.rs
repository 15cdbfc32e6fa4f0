//! What the tests stand on: a database of their own, a simulated PSA, the server on a real socket, and a client for each
//! role. Everything is the real thing; only the PSA is simulated, and it is a server too.

pub mod bridge;
pub mod client;
pub mod clock;
pub mod database;
pub mod numbers;
pub mod process;
pub mod setup;
pub mod size;
pub mod socket;
pub mod wait;

pub use bridge::{Bridge, Options};
pub use client::Client;
pub use clock::MovedClock;
pub use database::{TestDatabase, on_each_database, on_two_of_each_database};
pub use numbers::Numbers;
pub use psa_conformance::receiver;
pub use socket::{Said, Socket};
