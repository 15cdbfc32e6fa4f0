//! `/company/…`

use super::{ADD, ALL, Endpoint};
use crate::connectwise::models::management::REPORT_SETUP;
use crate::connectwise::resource::Resource;
use crate::connectwise::resources;
use crate::connectwise::rights::{COMPANIES, CONFIGURATIONS, CONTACTS, TABLE_SETUP};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["company", "companies"], Resource::Companies)
        .needs(COMPANIES)
        .takes(ALL),
    Endpoint::at(&["company", "companies", "types"], Resource::CompanyTypes)
        .needs(TABLE_SETUP)
        .takes(ADD),
    Endpoint::at(&["company", "companies", "statuses"], Resource::CompanyStatuses)
        .needs(TABLE_SETUP)
        .takes(ADD),
    of_company(&["company", "companies", "*", "sites"], Resource::Sites)
        .needs(COMPANIES)
        .takes(ALL),
    of_company(
        &["company", "companies", "*", "typeassociations"],
        Resource::CompanyTypeAssociations,
    )
    .needs(COMPANIES)
    .takes(ALL),
    Endpoint::at(
        &["company", "companytypeassociations"],
        Resource::CompanyTypeAssociations,
    )
    .needs(COMPANIES)
    .takes(ALL),
    Endpoint::at(&["company", "contacts"], Resource::Contacts)
        .needs(CONTACTS)
        .takes(ALL),
    Endpoint::at(
        &["company", "contacts", "*", "communications"],
        Resource::Communications,
    )
    .under(Resource::Contacts, "contactId")
    .needs(CONTACTS)
    .takes(ALL),
    Endpoint::at(&["company", "communicationtypes"], Resource::CommunicationTypes)
        .needs(TABLE_SETUP)
        .takes(ADD),
    Endpoint::at(&["company", "configurations"], Resource::Configurations)
        .needs(CONFIGURATIONS)
        .takes(ALL)
        .in_bulk(),
    Endpoint::at(&["company", "configurations", "types"], Resource::ConfigurationTypes)
        .needs(TABLE_SETUP)
        .takes(ADD),
    Endpoint::at(
        &["company", "configurations", "statuses"],
        Resource::ConfigurationStatuses,
    )
    .needs(TABLE_SETUP)
    .takes(ADD),
    Endpoint::at(&["company", "managementitsolutions"], Resource::ManagementItSolutions)
        .needs(TABLE_SETUP)
        .takes(ALL),
    Endpoint::at(&["company", "management"], Resource::Management).needs(TABLE_SETUP),
    of_company(
        &["company", "companies", "*", "managementsummaryreports"],
        Resource::ManagementSummaries,
    )
    .needs(COMPANIES)
    .takes(ADD),
    of_company(
        &["company", "companies", "*", "managementreportsetup"],
        Resource::Companies,
    )
    .needs(COMPANIES)
    .shown_as(&REPORT_SETUP, resources::report_setup),
];

const fn of_company(path: &'static [&'static str], resource: Resource) -> Endpoint {
    Endpoint::at(path, resource).under(Resource::Companies, "company/id")
}
