//! From the PSA's records to ours.

use super::wire;
use crate::record::{Account, Company, CompanyId};

pub(super) fn account(me: wire::Me) -> Account {
    Account {
        name: me.account,
        version: None,
        region: None,
        time_zone: None,
    }
}

pub(super) fn company(company: wire::Company) -> Company {
    Company {
        id: CompanyId::new(company.id),
        identifier: None,
        name: company.name,
        status: None,
        types: Vec::new(),
        deleted: false,
        changed_at: None,
    }
}
