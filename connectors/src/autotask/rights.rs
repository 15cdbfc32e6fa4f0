//! The rights of the API user's security level, and how each is found out: the PSA tells for every entity whether the user
//! may query, create and update it.

use serde::Deserialize;

use super::{call::Call, client::Client};
use crate::{
    descriptor::{Purpose, Right, RightFinding, RightState},
    error::{ErrorKind, Result},
};

/// CRM > Companies.
pub(super) const COMPANIES: &str = "crm.companies";
/// CRM > Contacts.
pub(super) const CONTACTS: &str = "crm.contacts";
/// CRM > Configuration Items.
pub(super) const DEVICES: &str = "crm.configuration_items";
/// Service Desk > Tickets: seeing and adding.
pub(super) const TICKETS: &str = "service_desk.tickets";
/// Service Desk > Tickets: editing.
pub(super) const EDIT_TICKETS: &str = "service_desk.edit_tickets";
/// Service Desk > Ticket Notes.
pub(super) const NOTES: &str = "service_desk.ticket_notes";
/// Timesheets > Time Entries.
pub(super) const TIME: &str = "timesheets.time_entries";
/// Contracts > Contracts.
pub(super) const CONTRACTS: &str = "contracts.contracts";
/// Contracts > Contract Services.
pub(super) const SERVICES: &str = "contracts.services";
/// Contracts > Contract Charges.
pub(super) const CHARGES: &str = "contracts.charges";
/// Inventory > Products & Services.
pub(super) const PRODUCTS: &str = "inventory.products";

/// The rows to be set in the security level.
pub(super) const RIGHTS: &[Right] = &[
    Right {
        id: COMPANIES,
        module: "CRM",
        function: "Companies",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Companies],
        optional: false,
        remedy: "Admin > Security Levels > (level of the API user) > CRM > Companies: set View to All for customers, \
                 vendors, and prospects. If the check is passed and no company is imported, check the same row: \
                 the PSA hides what the level may not see without an error.",
    },
    Right {
        id: CONTACTS,
        module: "CRM",
        function: "Contacts",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Contacts],
        optional: false,
        remedy: "Admin > Security Levels > (level of the API user) > CRM > Contacts: set View to All.",
    },
    Right {
        id: DEVICES,
        module: "CRM",
        function: "Configuration Items",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Devices],
        optional: true,
        remedy: "Admin > Security Levels > (level of the API user) > CRM > Configuration Items: set View to All. \
                 Without it tickets do not name the computer that has the trouble.",
    },
    Right {
        id: PRODUCTS,
        module: "Inventory",
        function: "Products & Services",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Products, Purpose::Billing],
        optional: false,
        remedy: "Admin > Security Levels > (level of the API user) > Inventory > Products & Services: set View to All.",
    },
    Right {
        id: CONTRACTS,
        module: "Contracts",
        function: "Contracts",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Billing],
        optional: false,
        remedy: "Admin > Security Levels > (level of the API user) > Contracts > Contracts: set View to All, and \
                 Contract Visibility to Full.",
    },
    Right {
        id: SERVICES,
        module: "Contracts",
        function: "Contract Services",
        add: true,
        edit: true,
        inquire: true,
        needed_for: &[Purpose::Billing],
        optional: false,
        remedy: "Admin > Security Levels > (level of the API user) > Contracts > Contract Services: set View to All, and \
                 Add and Edit to Yes.",
    },
    Right {
        id: CHARGES,
        module: "Contracts",
        function: "Contract Charges",
        add: true,
        edit: true,
        inquire: true,
        needed_for: &[Purpose::Billing],
        optional: true,
        remedy: "Admin > Security Levels > (level of the API user) > Contracts > Contract Charges: set View to All, and \
                 Add and Edit to Yes. Without it only services can be billed, in whole numbers, and no products.",
    },
    Right {
        id: TICKETS,
        module: "Service Desk",
        function: "Tickets",
        add: true,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Tickets],
        optional: false,
        remedy: "Admin > Security Levels > (level of the API user) > Service Desk > Tickets: set View to Mine or more, and \
                 Add to Yes.",
    },
    Right {
        id: EDIT_TICKETS,
        module: "Service Desk",
        function: "Tickets (editing)",
        add: false,
        edit: true,
        inquire: false,
        needed_for: &[Purpose::Tickets, Purpose::Devices],
        optional: true,
        remedy: "Admin > Security Levels > (level of the API user) > Service Desk > Tickets (editing): set Edit to Yes. \
                 Without it tickets are created and get notes, but are neither closed nor opened again, nor given another \
                 priority, nor linked to a computer.",
    },
    Right {
        id: NOTES,
        module: "Service Desk",
        function: "Ticket Notes",
        add: true,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Tickets],
        optional: false,
        remedy: "Admin > Security Levels > (level of the API user) > Service Desk > Ticket Notes: set View to All, and \
                 Add to Yes.",
    },
    Right {
        id: TIME,
        module: "Timesheets",
        function: "Time Entries",
        add: false,
        edit: false,
        inquire: true,
        needed_for: &[Purpose::Tickets],
        optional: true,
        remedy: "Admin > Security Levels > (level of the API user) > Timesheets > Time Entries: set View to All. \
                 Without it time that people enter on a ticket does not keep it from being closed; their notes do.",
    },
];

/// The entities that a right governs, and what of each it lets us do: see, add, edit.
const GOVERNED: &[(&str, &str, [bool; 3])] = &[
    (COMPANIES, "Companies", [true, false, false]),
    (CONTACTS, "Contacts", [true, false, false]),
    (DEVICES, "ConfigurationItems", [true, false, false]),
    (PRODUCTS, "Services", [true, false, false]),
    (PRODUCTS, "Products", [true, false, false]),
    (CONTRACTS, "Contracts", [true, false, false]),
    (SERVICES, "ContractServices", [true, false, true]),
    (SERVICES, "ContractServiceUnits", [true, false, false]),
    (SERVICES, "ContractServiceAdjustments", [false, true, false]),
    (CHARGES, "ContractCharges", [true, true, true]),
    (TICKETS, "Tickets", [true, true, false]),
    (EDIT_TICKETS, "Tickets", [false, false, true]),
    (NOTES, "TicketNotes", [true, true, false]),
    (TIME, "TimeEntries", [true, false, false]),
];

const OPERATION: &str = "check_rights";

/// The answer to `GET {Entity}/entityInformation`.
#[derive(Debug, Deserialize)]
struct EntityInformation {
    info: Info,
}

/// What may be done with an entity: at all, and by this user.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    can_query: Option<bool>,
    can_create: Option<bool>,
    can_update: Option<bool>,
    user_access_for_query: Option<String>,
    user_access_for_create: Option<String>,
    user_access_for_update: Option<String>,
}

/// What the PSA says about one entity.
#[derive(Debug, Clone, Copy)]
struct Levels {
    inquire: RightState,
    add: RightState,
    edit: RightState,
}

/// Finds the state of every right, by one request for each entity.
pub(super) async fn check(client: &Client) -> Result<Vec<RightFinding>> {
    let mut told: Vec<(&str, Levels)> = Vec::new();
    for &(right, entity, _) in GOVERNED {
        if !told.iter().any(|(known, _)| *known == entity) {
            told.push((entity, ask(client, right, entity).await?));
        }
    }
    Ok(RIGHTS.iter().map(|right| finding(right, &told)).collect())
}

/// The finding for a right: the worst of what is said about its entities.
fn finding(right: &Right, told: &[(&str, Levels)]) -> RightFinding {
    let state = |needed: bool, place: usize, of: fn(&Levels) -> RightState| {
        if !needed {
            return RightState::NotNeeded;
        }
        let governed = GOVERNED
            .iter()
            .filter(|(id, _, levels)| *id == right.id && levels.get(place) == Some(&true));
        let states = governed.filter_map(|(_, entity, _)| told.iter().find(|(known, _)| known == entity));
        let worst = states.map(|(_, levels)| of(levels)).max_by_key(|state| badness(*state));
        worst.unwrap_or(RightState::Unknown)
    };
    RightFinding {
        right: right.id,
        add: state(right.add, 1, |levels| levels.add),
        edit: state(right.edit, 2, |levels| levels.edit),
        inquire: state(right.inquire, 0, |levels| levels.inquire),
    }
}

fn badness(state: RightState) -> u8 {
    match state {
        RightState::NotNeeded | RightState::Granted => 0,
        RightState::Partial => 1,
        RightState::Unknown => 2,
        RightState::Missing => 3,
    }
}

async fn ask(client: &Client, right: &'static str, entity: &'static str) -> Result<Levels> {
    let call = Call::get(OPERATION, Some(right), entity, format!("{entity}/entityInformation"));
    match client.json::<EntityInformation>(&call).await {
        Ok(EntityInformation { info }) => Ok(Levels {
            inquire: state(info.can_query, info.user_access_for_query.as_deref()),
            add: state(info.can_create, info.user_access_for_create.as_deref()),
            edit: state(info.can_update, info.user_access_for_update.as_deref()),
        }),
        Err(error) => match error.kind() {
            ErrorKind::Forbidden { .. } => Ok(all(RightState::Missing)),
            // The PSA does not know the entity, or not in this form: that says nothing about the right.
            ErrorKind::NotFound | ErrorKind::Invalid { .. } | ErrorKind::Protocol => Ok(all(RightState::Unknown)),
            _ => Err(error),
        },
    }
}

fn all(state: RightState) -> Levels {
    Levels {
        inquire: state,
        add: state,
        edit: state,
    }
}

/// What is said about one way of access: whether the entity has it at all, and how much of it the user has.
fn state(can: Option<bool>, access: Option<&str>) -> RightState {
    match (can, access.map(str::to_ascii_lowercase).as_deref()) {
        (Some(false), _) | (_, Some("none")) => RightState::Missing,
        (_, Some("all")) => RightState::Granted,
        (_, Some("restricted")) => RightState::Partial,
        (Some(true), None) => RightState::Granted,
        _ => RightState::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_that_is_asked_for_can_be_found() {
        for right in RIGHTS {
            for (needed, place) in [(right.inquire, 0), (right.add, 1), (right.edit, 2)] {
                let mut governed = GOVERNED.iter();
                let is_found = governed.any(|(id, _, levels)| *id == right.id && levels[place]);
                assert_eq!(is_found, needed, "{} {place}", right.id);
            }
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
            for (needed, level) in [(right.add, "Add"), (right.edit, "Edit "), (right.inquire, "View")] {
                assert!(right.remedy.contains(level) || !needed, "{} {level}", right.id);
            }
            assert!(
                !right.optional || right.remedy.contains("Without it"),
                "{}: what is lost?",
                right.id
            );
        }
    }

    #[test]
    fn what_is_said_is_understood() {
        let cases = [
            (Some(true), Some("All"), RightState::Granted),
            (Some(true), Some("Restricted"), RightState::Partial),
            (Some(true), Some("None"), RightState::Missing),
            (Some(false), Some("All"), RightState::Missing),
            (Some(true), None, RightState::Granted),
            (None, None, RightState::Unknown),
            (Some(true), Some("perhaps"), RightState::Unknown),
        ];
        for (can, access, expected) in cases {
            assert_eq!(state(can, access), expected, "{can:?} {access:?}");
        }
    }
}
