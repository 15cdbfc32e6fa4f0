//! Companies and what belongs to them.

use super::{NAME, Traits};
use crate::connectwise::models::{communication, company, configuration, management, site};

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

pub(super) static TYPE_ASSOCIATIONS: Traits = Traits::new(
    "companyTypeAssociations",
    "company/companyTypeAssociations",
    "companyTypeAssociation_href",
    &site::TYPE_ASSOCIATION,
)
.indexed_by(&["company/id"]);

pub(super) static SITES: Traits = Traits::new("sites", "company/companies/sites", "site_href", &site::SITE)
    .repeating(NAME)
    .indexed_by(&["company/id"]);

pub(super) static COMMUNICATION_TYPES: Traits = Traits::new(
    "communicationTypes",
    "company/communicationTypes",
    "type_href",
    &communication::COMMUNICATION_TYPE,
)
.known_by(&["description"]);

pub(super) static COMMUNICATIONS: Traits = Traits::new(
    "communications",
    "company/communications",
    "communication_href",
    &communication::COMMUNICATION,
)
.indexed_by(&["contactId"]);

pub(super) static CONFIGURATION_TYPES: Traits = Traits::new(
    "configurationTypes",
    "company/configurations/types",
    "type_href",
    &configuration::CONFIGURATION_TYPE,
)
.known_by_name();

pub(super) static CONFIGURATION_STATUSES: Traits = Traits::new(
    "configurationStatuses",
    "company/configurations/statuses",
    "status_href",
    &configuration::CONFIGURATION_STATUS,
)
.known_by(&["description"]);

pub(super) static CONFIGURATIONS: Traits = Traits::new(
    "configurations",
    "company/configurations",
    "configuration_href",
    &configuration::CONFIGURATION,
)
.repeating(&["deviceIdentifier"])
.indexed_by(&["deviceIdentifier", "company/id"]);

pub(super) static IT_SOLUTIONS: Traits = Traits::new(
    "managementItSolutions",
    "company/managementItSolutions",
    "managementItSolution_href",
    &management::IT_SOLUTION,
)
.known_by_name();

pub(super) static MANAGEMENT: Traits = Traits::new(
    "management",
    "company/management",
    "management_href",
    &management::MANAGEMENT,
);

pub(super) static MANAGEMENT_SUMMARIES: Traits = Traits::new(
    "managementSummaryReports",
    "company/companies/managementSummaryReports",
    "managementSummaryReport_href",
    &management::SUMMARY,
)
.indexed_by(&["company/id"]);
