//! From trouble to ticket: exactly one, on the right board, for the right company, whatever breaks meanwhile.
//!
//! What is claimed of tickets and notes is counted in the PSA and never in the bridge's own database.

mod broken;
mod companies;
pub mod desk;
mod faults;
mod followed;
mod held;
mod inbound;
mod lesser_rights;
mod once;
mod quiet;
mod refused;
mod settings;
mod story;
mod touched;
pub mod webhooks;
