//! `/finance/…`

use super::{ADD, ADD_AND_DELETE, ALL, Endpoint};
use crate::connectwise::models::configuration::CONFIGURATION_REFERENCE;
use crate::connectwise::resource::Resource;
use crate::connectwise::resources;
use crate::connectwise::rights::{AGREEMENTS, INVOICES, TABLE_SETUP};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["finance", "agreements"], Resource::Agreements)
        .needs(AGREEMENTS)
        .takes(ALL),
    Endpoint::at(&["finance", "agreements", "types"], Resource::AgreementTypes)
        .needs(TABLE_SETUP)
        .takes(ALL),
    of_agreement(&["finance", "agreements", "*", "additions"], Resource::Additions).takes(ALL),
    of_agreement(&["finance", "agreements", "*", "adjustments"], Resource::Adjustments).takes(ALL),
    of_agreement(
        &["finance", "agreements", "*", "configurations"],
        Resource::AgreementConfigurations,
    )
    .takes(ADD_AND_DELETE)
    .shown_as(&CONFIGURATION_REFERENCE, resources::of_agreement),
    Endpoint::at(&["finance", "invoices"], Resource::Invoices).needs(INVOICES),
    Endpoint::at(&["finance", "billingcycles"], Resource::BillingCycles)
        .needs(TABLE_SETUP)
        .takes(ADD),
];

const fn of_agreement(path: &'static [&'static str], resource: Resource) -> Endpoint {
    Endpoint::at(path, resource)
        .under(Resource::Agreements, "agreementId")
        .needs(AGREEMENTS)
}
