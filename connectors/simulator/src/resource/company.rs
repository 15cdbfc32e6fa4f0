//! Companies and what belongs to them.

use super::Traits;
use crate::models::company;

pub(super) static COMPANIES: Traits = Traits::new("companies", "company/companies", "company_href", &company::COMPANY)
    .repeating(&["identifier", "name"])
    .keyed_by("identifier")
    .indexed_by(&["identifier", "name"]);

pub(super) static TYPES: Traits = Traits::new(
    "companyTypes",
    "company/companies/types",
    "type_href",
    &company::COMPANY_TYPE,
)
.known_by_name();

pub(super) static STATUSES: Traits = Traits::new(
    "companyStatuses",
    "company/companies/statuses",
    "status_href",
    &company::COMPANY_STATUS,
)
.known_by_name();

pub(super) static CONTACTS: Traits =
    Traits::new("contacts", "company/contacts", "contact_href", &company::CONTACT).indexed_by(&["company/id"]);
