//! How large a request may be, and how many there may be.

use confique::Config as Layered;
use serde::Serialize;

use super::error::{ConfigError, in_range};

/// How large a request may be, and how many there may be. A request beyond a limit of size is refused with the code
/// `QUERY_TOO_COMPLEX` before any of it is carried out.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct LimitsConfig {
    /// Nesting of selections. The introspection query of common tools needs 15.
    #[config(env = "PSA_LIMITS_DEPTH", default = 15)]
    pub depth: usize,

    /// Cost of a query: one for a field, times the page size below a list.
    #[config(env = "PSA_LIMITS_COMPLEXITY", default = 5_000)]
    pub complexity: usize,

    /// Aliases in a document.
    #[config(env = "PSA_LIMITS_ALIASES", default = 30)]
    pub aliases: usize,

    /// Fields at the root of an operation.
    #[config(env = "PSA_LIMITS_ROOT_FIELDS", default = 20)]
    pub root_fields: usize,

    /// Words and punctuators in a document; variables do not count.
    #[config(env = "PSA_LIMITS_TOKENS", default = 4_000)]
    pub tokens: usize,

    /// Directives on one field.
    #[config(env = "PSA_LIMITS_DIRECTIVES", default = 5)]
    pub directives: usize,

    /// Requests a minute that a caller may send; more are answered with 429. Each process counts for itself.
    #[config(env = "PSA_LIMITS_REQUESTS_PER_MINUTE", default = 6_000)]
    pub requests_per_minute: u32,

    /// How many of these may come at once.
    #[config(env = "PSA_LIMITS_REQUESTS_AT_ONCE", default = 300)]
    pub requests_at_once: u32,

    /// Records in one batch mutation.
    #[config(env = "PSA_LIMITS_BATCH_RECORDS", default = 1_000)]
    pub batch_records: usize,
}

impl LimitsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        in_range("PSA_LIMITS_DEPTH", self.depth, 5..=64, 15)?;
        in_range("PSA_LIMITS_COMPLEXITY", self.complexity, 100..=1_000_000, 5_000)?;
        in_range("PSA_LIMITS_ALIASES", self.aliases, 1..=1_000, 30)?;
        in_range("PSA_LIMITS_ROOT_FIELDS", self.root_fields, 1..=1_000, 20)?;
        in_range("PSA_LIMITS_TOKENS", self.tokens, 500..=100_000, 4_000)?;
        in_range("PSA_LIMITS_DIRECTIVES", self.directives, 1..=100, 5)?;
        in_range(
            "PSA_LIMITS_REQUESTS_PER_MINUTE",
            self.requests_per_minute,
            1..=10_000_000,
            6_000,
        )?;
        in_range("PSA_LIMITS_REQUESTS_AT_ONCE", self.requests_at_once, 1..=1_000_000, 300)?;
        in_range("PSA_LIMITS_BATCH_RECORDS", self.batch_records, 1..=10_000, 1_000)
    }
}
