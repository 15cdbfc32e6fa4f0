//! What every connector must do, as numbered requirements.
//!
#![doc = include_str!("SPEC.md")]

/// The text of this page: the conformance suite compares its cases with it.
pub const TEXT: &str = include_str!("SPEC.md");
