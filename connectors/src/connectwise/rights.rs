//! The rights of the API member's security role, and how each is probed.

use super::{
    call::{Call, List},
    client::Client,
    query::Conditions,
    role::Role,
    wire,
};
use crate::{
    descriptor::{Purpose, Right, RightFinding, RightState},
    error::{ErrorKind, Result},
};

/// System > Table Setup.
pub(super) const TABLE_SETUP: &str = "system.table_setup";
/// Companies > Company Maintenance.
pub(super) const COMPANIES: &str = "companies.company_maintenance";
/// Companies > Configurations.
pub(super) const CONFIGURATIONS: &str = "companies.configurations";
/// Companies > Contacts.
pub(super) const CONTACTS: &str = "companies.contacts";
/// Service Desk > Close Service Tickets.
pub(super) const CLOSE_TICKETS: &str = "service.close_tickets";
/// Service Desk > Service Tickets.
pub(super) const TICKETS: &str = "service.tickets";
/// Finance > Agreements.
pub(super) const AGREEMENTS: &str = "finance.agreements";
/// Procurement > Product Catalog.
pub(super) const CATALOG: &str = "procurement.product_catalog";

/// System > Security Roles and Member Maintenance: only to read what the role itself grants. Not asked for.
pub(super) const SECURITY: &str = "system.security_roles";

/// The rows to be set in System > Security Roles, in the order of that screen.
pub(super) const RIGHTS: &[Right] = &[
    Right {
        id: TABLE_SETUP,
        module: "System",
        function: "Table Setup",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Tickets],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > System > Table Setup: set Inquire Level to All, \
                 choose customize, and put Service / Service Board under \"Allow access to these\".",
    },
    Right {
        id: COMPANIES,
        module: "Companies",
        function: "Company Maintenance",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Companies, Purpose::Billing, Purpose::Tickets],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Companies > Company Maintenance: \
                 set Inquire Level to All.",
    },
    Right {
        id: CONFIGURATIONS,
        module: "Companies",
        function: "Configurations",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Devices],
        optional: true,
        remedy: "System > Security Roles > (role of the API member) > Companies > Configurations: \
                 set Inquire Level to All. Choose customize, and allow the types that computers have.",
    },
    Right {
        id: CONTACTS,
        module: "Companies",
        function: "Contacts",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Contacts],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Companies > Contacts: set Inquire Level to All.",
    },
    Right {
        id: CLOSE_TICKETS,
        module: "Service Desk",
        function: "Close Service Tickets",
        add: false,
        edit: true,
        inquire: true,
        needed_for: &[Purpose::Tickets],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Service Desk > Close Service Tickets: \
                 set Edit Level and Inquire Level to All.",
    },
    Right {
        id: TICKETS,
        module: "Service Desk",
        function: "Service Tickets",
        add: true,
        edit: true,
        inquire: true,
        needed_for: &[Purpose::Tickets],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Service Desk > Service Tickets: \
                 set Add Level, Edit Level and Inquire Level to All.",
    },
    Right {
        id: AGREEMENTS,
        module: "Finance",
        function: "Agreements",
        add: true,
        edit: true,
        inquire: true,
        needed_for: &[Purpose::Billing],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Finance > Agreements: \
                 set Add Level, Edit Level and Inquire Level to All.",
    },
    Right {
        id: "finance.company_finance",
        module: "Finance",
        function: "Company Finance",
        add: true,
        edit: true,
        inquire: true,
        needed_for: &[Purpose::Billing],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Finance > Company Finance: \
                 set Add Level, Edit Level and Inquire Level to All.",
    },
    Right {
        id: CATALOG,
        module: "Procurement",
        function: "Product Catalog",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Products, Purpose::Billing],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Procurement > Product Catalog: \
                 set Inquire Level to All.",
    },
    Right {
        id: "procurement.products",
        module: "Procurement",
        function: "Products",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Products, Purpose::Billing],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Procurement > Products: set Inquire Level to All.",
    },
    Right {
        id: "procurement.billable_option",
        module: "Procurement",
        function: "Product Billable Option",
        add: true,
        edit: true,
        inquire: true,
        needed_for: &[Purpose::Billing],
        optional: false,
        remedy: "System > Security Roles > (role of the API member) > Procurement > Product Billable Option: \
                 set Add Level, Edit Level and Inquire Level to All.",
    },
];

/// The list whose reading shows a right's Inquire Level; `{board}` stands for any board that can be seen. Rights without a
/// row have no list of their own: closing is a way of editing a ticket, and the other two govern parts of larger records.
const PROBES: &[(&str, &str)] = &[
    (TABLE_SETUP, "service/boards/{board}/statuses"),
    (COMPANIES, "company/companies"),
    (CONFIGURATIONS, "company/configurations"),
    (CONTACTS, "company/contacts"),
    (TICKETS, "service/tickets"),
    (AGREEMENTS, "finance/agreements"),
    (CATALOG, "procurement/catalog"),
    ("procurement.products", "procurement/products"),
];

pub(super) const OPERATION: &str = "check_rights";

/// Finds the state of every right: what the security role says where it can be read, and what trying shows elsewhere.
pub(super) async fn check(client: &Client) -> Result<Vec<RightFinding>> {
    let role = Role::read(client).await?;
    let mut findings = probe(client).await?;
    if let Some(role) = role {
        for (finding, right) in findings.iter_mut().zip(RIGHTS) {
            *finding = combined(*finding, role.finding(right));
        }
    }
    Ok(findings)
}

/// What trying shows counts where it shows that something is missing: the role's lists may be narrowed by "customize",
/// which its levels do not tell. Elsewhere the role knows more: it tells "My" from "All", and what may be written.
fn combined(tried: RightFinding, role: RightFinding) -> RightFinding {
    let one = |tried: RightState, role: RightState| match (tried, role) {
        (RightState::Missing, _) | (_, RightState::Unknown) => tried,
        _ => role,
    };
    RightFinding {
        right: tried.right,
        add: one(tried.add, role.add),
        edit: one(tried.edit, role.edit),
        inquire: one(tried.inquire, role.inquire),
    }
}

/// Tries every right that can be tried. Add and Edit stay unknown: finding out would take a write. Inquire "My" cannot be
/// told from "All".
async fn probe(client: &Client) -> Result<Vec<RightFinding>> {
    let mut findings = Vec::with_capacity(RIGHTS.len());
    for right in RIGHTS {
        let unprobed = |needed| {
            if needed {
                RightState::Unknown
            } else {
                RightState::NotNeeded
            }
        };
        let probe = PROBES.iter().find(|(id, _)| *id == right.id);
        let inquire = match probe {
            Some((_, path)) if right.inquire => probe_list(client, right.id, path).await?,
            _ => unprobed(right.inquire),
        };
        findings.push(RightFinding {
            right: right.id,
            add: unprobed(right.add),
            edit: unprobed(right.edit),
            inquire,
        });
    }
    Ok(findings)
}

async fn probe_list(client: &Client, right: &'static str, path: &str) -> Result<RightState> {
    match read_one(client, right, path).await {
        Ok(state) => Ok(state),
        Err(error) => match error.kind() {
            ErrorKind::Forbidden { .. } => Ok(RightState::Missing),
            // The list does not exist at this PSA, or not in this form: that says nothing about the right.
            ErrorKind::NotFound | ErrorKind::Invalid { .. } | ErrorKind::Protocol => Ok(RightState::Unknown),
            _ => Err(error),
        },
    }
}

async fn read_one(client: &Client, right: &'static str, path: &str) -> Result<RightState> {
    let path = if path.contains("{board}") {
        let boards = List::new(OPERATION, right, "service/info/boards", Conditions::none());
        let Some(board) = client
            .page::<wire::BoardInfo>(&boards, None, 1)
            .await?
            .records
            .into_iter()
            .next()
        else {
            return Ok(RightState::Unknown);
        };
        path.replace("{board}", &board.id.to_string())
    } else {
        path.to_owned()
    };
    let call = Call::get(OPERATION, Some(right), path)
        .with("pageSize", "1")
        .with("fields", "id");
    client.send(&call).await.map(|_| RightState::Granted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_probe_belongs_to_a_right_that_is_read() {
        for (id, _) in PROBES {
            assert!(RIGHTS.iter().any(|right| right.id == *id && right.inquire), "{id}");
        }
    }

    #[test]
    fn remedies_name_the_row_and_every_level() {
        for right in RIGHTS {
            assert!(
                right
                    .remedy
                    .contains(&format!("{} > {}:", right.module, right.function)),
                "{}",
                right.id
            );
            for (needed, level) in [
                (right.add, "Add Level"),
                (right.edit, "Edit Level"),
                (right.inquire, "Inquire Level"),
            ] {
                assert_eq!(right.remedy.contains(level), needed, "{} {level}", right.id);
            }
        }
    }
}
