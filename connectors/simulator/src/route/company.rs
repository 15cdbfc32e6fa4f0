//! `/company/…`

use super::{Endpoint, WRITE};
use crate::resource::Resource;
use crate::rights::{COMPANIES, CONTACTS, TABLE_SETUP};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["company", "companies"], Resource::Companies)
        .needs(COMPANIES)
        .takes(WRITE),
    Endpoint::at(&["company", "companies", "types"], Resource::CompanyTypes).needs(TABLE_SETUP),
    Endpoint::at(&["company", "companies", "statuses"], Resource::CompanyStatuses).needs(TABLE_SETUP),
    Endpoint::at(&["company", "contacts"], Resource::Contacts)
        .needs(CONTACTS)
        .takes(WRITE),
];
