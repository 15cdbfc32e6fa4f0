//! `/system/…`

use super::{ALL, Endpoint};
use crate::connectwise::resource::Resource;
use crate::connectwise::rights::{MEMBERS, SECURITY_ROLES, TABLE_SETUP};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["system", "members"], Resource::Members).needs(MEMBERS),
    Endpoint::at(&["system", "info", "members"], Resource::Members),
    Endpoint::at(&["system", "callbacks"], Resource::Callbacks)
        .needs(TABLE_SETUP)
        .takes(ALL),
    Endpoint::at(&["system", "apimembers"], Resource::ApiMembers).needs(SECURITY_ROLES),
    Endpoint::at(&["system", "securityroles"], Resource::SecurityRoles).needs(SECURITY_ROLES),
];
