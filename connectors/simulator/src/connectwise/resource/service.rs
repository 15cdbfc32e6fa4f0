//! Boards, tickets, and what both refer to.

use super::{NAME, Traits};
use crate::connectwise::models::{board, configuration, ticket};

const OF_BOARD: &[&str] = &["board/id"];

pub(super) static BOARDS: Traits = Traits::new("boards", "service/boards", "board_href", &board::BOARD).known_by_name();

pub(super) static BOARD_STATUSES: Traits = Traits::new(
    "boardStatuses",
    "service/boards/statuses",
    "status_href",
    &board::BOARD_STATUS,
)
.repeating(NAME)
.indexed_by(OF_BOARD);

pub(super) static BOARD_TYPES: Traits =
    Traits::new("boardTypes", "service/boards/types", "type_href", &board::BOARD_TYPE)
        .repeating(NAME)
        .indexed_by(OF_BOARD);

pub(super) static BOARD_SUB_TYPES: Traits = Traits::new(
    "boardSubTypes",
    "service/boards/subtypes",
    "subType_href",
    &board::BOARD_SUB_TYPE,
)
.repeating(NAME)
.indexed_by(OF_BOARD);

pub(super) static BOARD_ITEMS: Traits =
    Traits::new("boardItems", "service/boards/items", "item_href", &board::BOARD_ITEM)
        .repeating(NAME)
        .indexed_by(OF_BOARD);

pub(super) static BOARD_ASSOCIATIONS: Traits = Traits::new(
    "boardAssociations",
    "service/boards/typeSubTypeItemAssociations",
    "typeSubTypeItemAssociation_href",
    &board::BOARD_ASSOCIATION,
)
.indexed_by(OF_BOARD);

pub(super) static BOARD_TEAMS: Traits =
    Traits::new("boardTeams", "service/boards/teams", "team_href", &board::BOARD_TEAM)
        .repeating(NAME)
        .indexed_by(&["boardId"]);

pub(super) static PRIORITIES: Traits =
    Traits::new("priorities", "service/priorities", "priority_href", &board::PRIORITY).known_by_name();

pub(super) static SOURCES: Traits =
    Traits::new("sources", "service/sources", "source_href", &board::SOURCE).known_by_name();

pub(super) static TEAMS: Traits = Traits::new("teams", "service/teams", "team_href", &board::TEAM).known_by_name();

pub(super) static TICKETS: Traits = Traits::new("tickets", "service/tickets", "ticket_href", &ticket::TICKET)
    .repeating(&["summary"])
    .indexed_by(&["externalXRef", "company/id"]);

pub(super) static NOTES: Traits =
    Traits::new("notes", "service/tickets/notes", "note_href", &ticket::NOTE).indexed_by(&["ticketId"]);

pub(super) static TICKET_CONFIGURATIONS: Traits = Traits::new(
    "ticketConfigurations",
    "service/tickets/configurations",
    "configuration_href",
    &configuration::CONFIGURATION_LINK,
)
.indexed_by(&["ticketId"]);
