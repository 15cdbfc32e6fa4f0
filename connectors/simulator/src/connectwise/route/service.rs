//! `/service/…`

use super::{ADD, ADD_AND_DELETE, ALL, Endpoint};
use crate::connectwise::models::configuration::CONFIGURATION_REFERENCE;
use crate::connectwise::models::ticket::ALL_NOTE;
use crate::connectwise::resource::Resource;
use crate::connectwise::resources;
use crate::connectwise::rights::{CONFIGURATIONS, TABLE_SETUP, TICKETS};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["service", "boards"], Resource::Boards)
        .needs(TABLE_SETUP)
        .takes(ALL),
    of_board(&["service", "boards", "*", "statuses"], Resource::BoardStatuses)
        .needs(TABLE_SETUP)
        .takes(ADD),
    of_board(&["service", "boards", "*", "types"], Resource::BoardTypes)
        .needs(TABLE_SETUP)
        .takes(ADD),
    of_board(&["service", "boards", "*", "subtypes"], Resource::BoardSubTypes)
        .needs(TABLE_SETUP)
        .takes(ADD),
    of_board(&["service", "boards", "*", "items"], Resource::BoardItems)
        .needs(TABLE_SETUP)
        .takes(ADD),
    of_board(
        &["service", "boards", "*", "typesubtypeitemassociations"],
        Resource::BoardAssociations,
    )
    .needs(TABLE_SETUP),
    Endpoint::at(&["service", "boards", "*", "teams"], Resource::BoardTeams)
        .under(Resource::Boards, "boardId")
        .needs(TABLE_SETUP),
    // The light paths, for which keys are enough.
    Endpoint::at(&["service", "info", "boards"], Resource::Boards),
    of_board(&["service", "info", "boards", "*", "statuses"], Resource::BoardStatuses),
    of_board(&["service", "info", "boards", "*", "types"], Resource::BoardTypes),
    of_board(&["service", "info", "boards", "*", "subtypes"], Resource::BoardSubTypes),
    of_board(&["service", "info", "boards", "*", "items"], Resource::BoardItems),
    Endpoint::at(&["service", "priorities"], Resource::Priorities)
        .needs(TABLE_SETUP)
        .takes(ADD),
    Endpoint::at(&["service", "sources"], Resource::Sources)
        .needs(TABLE_SETUP)
        .takes(ADD),
    Endpoint::at(&["service", "teams"], Resource::Teams).needs(TABLE_SETUP),
    Endpoint::at(&["service", "tickets"], Resource::Tickets)
        .needs(TICKETS)
        .takes(ALL),
    of_ticket(&["service", "tickets", "*", "notes"], Resource::Notes)
        .needs(TICKETS)
        .takes(ALL),
    of_ticket(&["service", "tickets", "*", "allnotes"], Resource::Notes)
        .needs(TICKETS)
        .shown_as(&ALL_NOTE, resources::all_of_ticket),
    of_ticket(
        &["service", "tickets", "*", "configurations"],
        Resource::TicketConfigurations,
    )
    .needs(CONFIGURATIONS)
    .takes(ADD_AND_DELETE)
    .shown_as(&CONFIGURATION_REFERENCE, resources::of_ticket),
];

const fn of_ticket(path: &'static [&'static str], resource: Resource) -> Endpoint {
    Endpoint::at(path, resource).under(Resource::Tickets, "ticketId")
}

const fn of_board(path: &'static [&'static str], resource: Resource) -> Endpoint {
    Endpoint::at(path, resource).under(Resource::Boards, "board/id")
}
