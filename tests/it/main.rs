//! End-to-end tests: the real server on a real socket, a real database, a simulated PSA.

mod billing;
mod connecting;
mod isolation;
mod main_job;
mod mapping;
mod tickets;
