//! The kit of whoever adds a PSA: the skeleton of a connector with its simulator and its bench, written into this
//! repository by one command.
//!
//! [`Names`] says how the new connector is called, [`plan`] decides everything that is to be written, and [`apply`] writes it
//! whole or not at all. The skeleton itself is in `templates/`, as a connector called `acmepsa`.

mod insert;
mod names;
mod plan;
mod templates;
mod write;

pub use insert::Misplaced;
pub use names::{BadName, Names};
pub use plan::{Change, Refused, plan};
pub use templates::{Template, all as templates};
pub use write::apply;
