//! Why something does not work, in a form that a person can act on.

use chrono::{DateTime, Utc};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A problem with its remedy, stored as JSON with the row that has it. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Problem {
    /// Stable code in capitals (`PRODUCT_UNMAPPED`); programs decide by it.
    pub code: String,
    /// What is wrong, as one sentence.
    pub message: String,
    /// What a person does about it, as one sentence.
    pub remedy: String,
    /// What the other side said, where it said something.
    pub detail: Option<String>,
    /// Since when it has been so.
    pub since: DateTime<Utc>,
}
