//! Who works at the tenant, in which roles, and the categories of tickets.

use serde_json::json;

use super::{ENTERED, put};
use crate::autotask::access::{API_RESOURCE, IMPERSONABLE};
use crate::autotask::entity::Entity;
use crate::autotask::site::{API_USER, PERSON};
use crate::autotask::store::Store;

/// First name, last name and user name; the first is [`PERSON`], the last is inactive.
const PEOPLE: [(&str, &str, &str); 4] = [
    ("Ada", "Admin", "ada.admin"),
    ("Tom", "Technician", "tom.technician"),
    ("Nora", "Night", "nora.night"),
    ("Gus", "Gone", "gus.gone"),
];
const ROLES: [&str; 3] = ["Administration", "Engineer (tier 1)", "Engineer (tier 2)"];
/// The id of the first role.
const FIRST_ROLE: i64 = 29_683_586;

/// Resources with their roles, and the categories of tickets. The API user is none of the people.
pub(super) fn fill(store: &mut Store, user_name: &str) {
    for (id, name) in (FIRST_ROLE..).zip(ROLES) {
        let role = json!({
            "id": id, "name": name, "description": name, "isActive": true, "isSystemRole": false, "hourlyRate": 90.0,
            "hourlyFactor": 1.0, "isExcludedFromNewContracts": false, "roleType": 0,
        });
        put(store, Entity::Roles, role);
    }
    for (id, (first, last, user)) in (PERSON..).zip(PEOPLE) {
        let is_active = user != "gus.gone";
        let person = json!({
            "id": id, "firstName": first, "lastName": last, "userName": user, "email": format!("{user}@training.example"),
            "isActive": is_active, "resourceType": "Employee", "licenseType": 1, "hireDate": ENTERED,
            "defaultServiceDeskRoleID": FIRST_ROLE + 1, "userType": 10, IMPERSONABLE: user != "nora.night",
        });
        put(store, Entity::Resources, person);
        for role in [FIRST_ROLE + 1, FIRST_ROLE + 2] {
            let has =
                json!({ "resourceID": id, "roleID": role, "isActive": is_active, "isDefault": role == FIRST_ROLE + 1 });
            put(store, Entity::ResourceServiceDeskRoles, has);
        }
    }
    let program = json!({
        "id": API_USER, "firstName": "PSA", "lastName": "Bridge", "userName": user_name, "email": user_name,
        "isActive": true, "resourceType": API_RESOURCE, "licenseType": 7, "userType": 17,
    });
    put(store, Entity::Resources, program);
    for (id, name, nickname) in [
        (1, "Standard (non-editable)", "STD"),
        (2, "AEM Alert", "AEM"),
        (3, "Standard", "S"),
        (4, "RMA", "RMA"),
    ] {
        let category = json!({
            "id": id, "name": name, "nickname": nickname, "isActive": id != 4, "isGlobalDefault": id == 3,
            "isApiOnly": false, "displayColorRGB": 0,
        });
        put(store, Entity::TicketCategories, category);
    }
}
