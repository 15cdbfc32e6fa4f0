//! `/finance/…`

use super::{ALL, Endpoint};
use crate::resource::Resource;
use crate::rights::{AGREEMENTS, TABLE_SETUP};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["finance", "agreements"], Resource::Agreements).needs(AGREEMENTS),
    Endpoint::at(&["finance", "agreements", "types"], Resource::AgreementTypes).needs(TABLE_SETUP),
    Endpoint::at(&["finance", "agreements", "*", "additions"], Resource::Additions)
        .under(Resource::Agreements, "agreementId")
        .needs(AGREEMENTS)
        .takes(ALL),
];
