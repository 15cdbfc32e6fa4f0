//! Agreements and what is billed with them.

use super::{NAME, Traits};
use crate::models::{agreement, agreement_type};

pub(super) static AGREEMENTS: Traits = Traits::new(
    "agreements",
    "finance/agreements",
    "agreement_href",
    &agreement::AGREEMENT,
)
.repeating(NAME)
.indexed_by(&["company/id"]);

pub(super) static AGREEMENT_TYPES: Traits = Traits::new(
    "agreementTypes",
    "finance/agreements/types",
    "type_href",
    &agreement_type::AGREEMENT_TYPE,
)
.known_by_name();

pub(super) static ADDITIONS: Traits = Traits::new(
    "additions",
    "finance/agreements/additions",
    "addition_href",
    &agreement::ADDITION,
)
.indexed_by(&["agreementId"]);
