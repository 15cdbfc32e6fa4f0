//! Trouble becomes tickets: what the agents report is stored with the incidents it makes and the deliveries they owe, and
//! a worker carries these out in the PSA, each exactly once.
//!
//! Reading order: [`event`] what is reported, [`decide`] what follows from it, [`incidents`] and [`ingest`] how that is
//! stored; [`queue`], [`attempt`] and [`record`] how a delivery is carried out, by the [`worker`]; [`inbound`] how the
//! PSA's own changes come back, and [`follow`] how all of it is shown as it happens. [`settings`] and [`routing`] are what
//! people decide.

pub mod attempt;
mod book;
pub mod condition;
pub mod decide;
pub mod deliveries;
pub mod event;
pub mod follow;
pub mod holds;
pub mod inbound;
pub mod incidents;
pub mod ingest;
pub mod known;
pub mod pace;
pub mod placeholder;
pub mod prepare;
pub mod preview;
pub mod queue;
pub mod record;
pub mod render;
pub mod routing;
pub mod rules;
pub mod settings;
pub mod state;
mod storms;
pub mod template;
pub mod trial;
mod unavailable;
mod waiting;
pub mod vanished;
pub mod worker;

pub use follow::follow;
pub use holds::release_held;
pub use worker::Worker;
