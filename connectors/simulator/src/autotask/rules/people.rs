//! Companies.

use super::Work;
use crate::autotask::model::Record;

/// What a company has that says nothing else.
pub(super) fn new_company(record: &mut Record) {
    Work::default(record, "isActive", true);
    Work::default(record, "isTaxExempt", false);
}
