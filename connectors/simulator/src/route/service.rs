//! `/service/…`

use super::{ALL, Endpoint};
use crate::resource::Resource;
use crate::rights::{TABLE_SETUP, TICKETS};

pub(super) static ENDPOINTS: &[Endpoint] = &[
    Endpoint::at(&["service", "boards"], Resource::Boards).needs(TABLE_SETUP),
    of_board(&["service", "boards", "*", "statuses"], Resource::BoardStatuses).needs(TABLE_SETUP),
    of_board(&["service", "boards", "*", "types"], Resource::BoardTypes).needs(TABLE_SETUP),
    of_board(&["service", "boards", "*", "subtypes"], Resource::BoardSubTypes).needs(TABLE_SETUP),
    of_board(&["service", "boards", "*", "items"], Resource::BoardItems).needs(TABLE_SETUP),
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
    Endpoint::at(&["service", "priorities"], Resource::Priorities).needs(TABLE_SETUP),
    Endpoint::at(&["service", "sources"], Resource::Sources).needs(TABLE_SETUP),
    Endpoint::at(&["service", "teams"], Resource::Teams).needs(TABLE_SETUP),
    Endpoint::at(&["service", "tickets"], Resource::Tickets)
        .needs(TICKETS)
        .takes(ALL),
    Endpoint::at(&["service", "tickets", "*", "notes"], Resource::Notes)
        .under(Resource::Tickets, "ticketId")
        .needs(TICKETS)
        .takes(ALL),
];

const fn of_board(path: &'static [&'static str], resource: Resource) -> Endpoint {
    Endpoint::at(path, resource).under(Resource::Boards, "board/id")
}
