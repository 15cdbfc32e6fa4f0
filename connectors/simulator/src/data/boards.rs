//! Service boards with their statuses, types, subtypes and items, and what all boards share.

use serde_json::json;

use super::{id_from, put, to};
use crate::resource::Resource;
use crate::store::Store;

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
const ITEMS: [&str; 2] = ["Server", "Workstation"];
const TEAMS: [&str; 3] = ["Service Team", "Backup Team", "Network Team"];
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
    for (index, name) in TEAMS.into_iter().enumerate() {
        let leader = to(store, Resource::Members, 102);
        put(
            store,
            Resource::Teams,
            json!({ "id": id_from(20, index), "name": name, "leader": leader }),
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
    for (index, name) in ITEMS.into_iter().enumerate() {
        let record = json!({ "id": id_from(first + 1, index), "name": name, "board": of, "inactiveFlag": false });
        put(store, Resource::BoardItems, record);
    }
}
