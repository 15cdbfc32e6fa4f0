//! The records an account starts with.

use std::collections::BTreeMap;

use crate::names::FIRST_COMPANIES;

/// The companies by number: the ones that the sites of other vendors have, too.
pub(crate) fn companies() -> BTreeMap<u32, String> {
    let names = FIRST_COMPANIES.iter().map(|(_, name)| (*name).to_owned());
    (1..).zip(names).collect()
}
