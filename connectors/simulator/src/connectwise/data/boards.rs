//! Service boards with their statuses, types, subtypes, items and teams, and what all boards share.

use serde_json::json;

use super::{id_from, put, to};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;

const BOARDS: [&str; 8] = [
    "Service Desk",
    "Backup Alerts",
    "Network Operations",
    "Security Incidents",
    "Onboarding",
    "Field Service",
    "Change Requests",
    "Internal IT",
];

/// Name and whether it closes.
const STATUSES: [(&str, bool); 5] = [
    ("New", false),
    ("In Progress", false),
    ("Waiting Customer", false),
    ("Completed", true),
    ("Reopened", false),
];
const TYPES: [&str; 3] = ["Incident", "Service Request", "Backup"];
/// Name and the index of the type it goes with.
const SUB_TYPES: [(&str, usize); 4] = [("Hardware", 0), ("Access", 1), ("Failed", 2), ("Missed", 2)];
/// Name and the indexes of the subtypes it goes with.
const ITEMS: [(&str, &[usize]); 3] = [("Server", &[0, 2, 3]), ("Workstation", &[0, 2]), ("Mailbox", &[2, 3])];
/// What follows the board's name in the name of a team, and who is in it, the leader first.
const TEAMS: [(&str, &[i64]); 2] = [("Team", &[102, 103]), ("On Call", &[103])];
const SOURCES: [&str; 4] = ["Phone", "Email Connector", "Portal", "Monitoring"];
const PRIORITIES: [(&str, &str, &str); 5] = [
    ("Priority 1 - Emergency Response", "Red", "Critical"),
    ("Priority 2 - Quick Response", "Orange", "High"),
    ("Priority 3 - Normal Response", "Yellow", "Medium"),
    ("Priority 4 - Scheduled Maintenance", "Green", "Low"),
    ("Priority 5 - Do Not Respond", "Gray", "Low"),
];

/// Ids on board `n` start at `n * 100`, so that no two boards share one.
pub(super) fn fill(store: &mut Store, boards: usize) {
    for (index, name) in BOARDS.into_iter().take(boards).enumerate() {
        let board = id_from(1, index);
        let record = json!({
            "id": board, "name": name, "inactiveFlag": false, "projectFlag": false,
            "location": { "id": 2, "name": "Head Office" }, "department": { "id": 10, "name": "Services" },
        });
        put(store, Resource::Boards, record);
        fill_board(store, board);
        fill_associations(store, board);
        fill_teams(store, board, name);
    }
    for (index, (name, color, level)) in PRIORITIES.into_iter().enumerate() {
        let record = json!({
            "id": id_from(1, index), "name": name, "color": color, "level": level, "sortOrder": index + 1,
            "defaultFlag": index == 2,
        });
        put(store, Resource::Priorities, record);
    }
    for (index, name) in SOURCES.into_iter().enumerate() {
        put(
            store,
            Resource::Sources,
            json!({ "id": id_from(1, index), "name": name, "defaultFlag": index == 1 }),
        );
    }
}

fn fill_board(store: &mut Store, board: i64) {
    let of = to(store, Resource::Boards, board);
    let first = board.saturating_mul(100);
    for (index, (name, closed)) in STATUSES.into_iter().enumerate() {
        let record = json!({
            "id": id_from(first + 1, index), "name": name, "board": of, "sortOrder": index + 1, "displayOnBoard": !closed,
            "inactive": false, "closedStatus": closed, "timeEntryNotAllowed": false, "defaultFlag": index == 0,
        });
        put(store, Resource::BoardStatuses, record);
    }
    for (index, name) in TYPES.into_iter().enumerate() {
        let record = json!({
            "id": id_from(first + 1, index), "name": name, "board": of, "category": "Reactive", "inactiveFlag": false,
            "defaultFlag": index == 0,
        });
        put(store, Resource::BoardTypes, record);
    }
    for (index, (name, kind)) in SUB_TYPES.into_iter().enumerate() {
        let record = json!({
            "id": id_from(first + 1, index), "name": name, "board": of, "inactiveFlag": false,
            "typeAssociationIds": [id_from(first + 1, kind)],
        });
        put(store, Resource::BoardSubTypes, record);
    }
    for (index, (name, _)) in ITEMS.into_iter().enumerate() {
        let record = json!({ "id": id_from(first + 1, index), "name": name, "board": of, "inactiveFlag": false });
        put(store, Resource::BoardItems, record);
    }
}

/// Every subtype with its type, once for each item; a subtype without items has a row of its own.
fn fill_associations(store: &mut Store, board: i64) {
    let first = board.saturating_mul(100) + 1;
    let mut rows = Vec::new();
    for (sub_type, (_, kind)) in SUB_TYPES.into_iter().enumerate() {
        let items = ITEMS.into_iter().enumerate();
        let items: Vec<usize> = items
            .filter(|(_, (_, sub_types))| sub_types.contains(&sub_type))
            .map(|(item, _)| item)
            .collect();
        if items.is_empty() {
            rows.push((kind, sub_type, None));
        }
        rows.extend(items.into_iter().map(|item| (kind, sub_type, Some(item))));
    }
    for (index, (kind, sub_type, item)) in rows.into_iter().enumerate() {
        let record = json!({
            "id": id_from(first, index), "board": to(store, Resource::Boards, board),
            "type": to(store, Resource::BoardTypes, id_from(first, kind)),
            "subType": to(store, Resource::BoardSubTypes, id_from(first, sub_type)),
            "item": item.map(|item| to(store, Resource::BoardItems, id_from(first, item))),
        });
        put(store, Resource::BoardAssociations, record);
    }
}

/// A team is in the list of its board and, under the same id, in the list of all teams.
fn fill_teams(store: &mut Store, board: i64, board_name: &str) {
    let first = board.saturating_mul(100) + 1;
    for (index, (suffix, members)) in TEAMS.into_iter().enumerate() {
        let id = id_from(first, index);
        let name = format!("{board_name} {suffix}");
        let leader = members.first().map(|leader| to(store, Resource::Members, *leader));
        let record = json!({
            "id": id, "name": name, "teamLeader": leader, "members": members, "defaultFlag": index == 0,
            "notifyOnTicketDelete": false, "boardId": board, "locationId": 2, "businessUnitId": 10,
        });
        put(store, Resource::BoardTeams, record);
        put(
            store,
            Resource::Teams,
            json!({ "id": id, "name": name, "leader": leader }),
        );
    }
}
