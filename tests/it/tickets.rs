//! From trouble to ticket: exactly one, on the right board, for the right company, whatever breaks meanwhile.
//!
//! What is claimed of tickets and notes is counted in the PSA and never in the bridge's own database.

mod broken;
pub mod desk;
mod faults;
mod held;
mod inbound;
mod once;
mod refused;
mod settings;
mod story;
