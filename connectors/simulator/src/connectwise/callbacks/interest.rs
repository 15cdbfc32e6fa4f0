//! Which callbacks an event concerns: types, their levels, and the record's field behind each level.

use serde_json::Value;

use super::Event;
use crate::connectwise::model::{Record, at, text_of};
use crate::connectwise::resource::Resource;

/// The types with their levels, as the vendor's guide lists them.
const TYPES: &[(&str, &[&str])] = &[
    ("Activity", &["Owner", "Status", "Type", "Company", "Activity"]),
    ("Agreement", &["Owner", "Type", "Company", "Agreement"]),
    (
        "Company",
        &["Owner", "Status", "Type", "Territory", "Company", "IntegratorTag"],
    ),
    ("Configuration", &["Owner", "Type", "Status", "Configuration"]),
    ("Contact", &["Owner", "Type", "Territory", "Company", "Contact"]),
    ("Expense", &["Owner", "Expense"]),
    ("Invoice", &["Owner", "Status", "Company", "Invoice"]),
    ("Member", &["Owner", "Location", "SecurityRole", "Member"]),
    ("Opportunity", &["Owner", "StatusId", "Company", "Opportunity"]),
    ("ProductCatalog", &["Owner"]),
    ("Project", &["Owner", "Status", "Board", "Project"]),
    ("PurchaseOrder", &["Owner", "PurchaseOrder"]),
    ("Schedule", &["Owner", "Schedule"]),
    ("Site", &["Owner", "Site"]),
    (
        "Ticket",
        &[
            "Owner",
            "Board",
            "Project",
            "Phase",
            "Status",
            "Ticket",
            "IntegratorTag",
        ],
    ),
    ("Time", &["Owner", "Company", "Time"]),
];

/// Whether a type can be subscribed to; capitals do not matter.
pub(crate) fn is_type(name: &str) -> bool {
    levels(name).is_some()
}

/// Whether a type has this level; capitals do not matter.
pub(crate) fn is_level(type_name: &str, level: &str) -> bool {
    levels(type_name).is_some_and(|levels| levels.iter().any(|known| known.eq_ignore_ascii_case(level)))
}

fn levels(type_name: &str) -> Option<&'static [&'static str]> {
    let found = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(type_name));
    found.map(|(_, levels)| *levels)
}

/// The type under which a kind of record is announced; `None` for kinds that no callback tells of.
pub(super) const fn type_of(resource: Resource) -> Option<&'static str> {
    Some(match resource {
        Resource::Tickets => "ticket",
        Resource::Companies => "company",
        Resource::Contacts => "contact",
        Resource::Agreements => "agreement",
        Resource::Configurations => "configuration",
        Resource::Catalog => "productcatalog",
        _ => return None,
    })
}

/// Whether a callback is about this event.
pub(super) fn concerns(callback: &Record, event: Event<'_>) -> bool {
    let same_type = text_of(callback, "type")
        .zip(type_of(event.resource))
        .is_some_and(|(wanted, happened)| wanted.eq_ignore_ascii_case(happened));
    let object = callback.get("objectId").and_then(Value::as_i64);
    let (Some(level), Some(object), true) = (text_of(callback, "level"), object, same_type) else {
        return false;
    };
    let id_at = |path: &[&str]| at(event.record, path).and_then(Value::as_i64) == Some(object);
    let is_listed = |list: &str| {
        let elements = event.record.get(list).and_then(Value::as_array).into_iter().flatten();
        elements
            .filter_map(Value::as_object)
            .any(|element| at(element, &["id"]).and_then(Value::as_i64) == Some(object))
    };
    match (level.to_ascii_lowercase().as_str(), event.resource) {
        ("owner", _) => true,
        ("type", Resource::Companies | Resource::Contacts) => is_listed("types"),
        ("integratortag", _) => is_listed("integratorTags"),
        ("ticket", Resource::Tickets)
        | ("company", Resource::Companies)
        | ("contact", Resource::Contacts)
        | ("agreement", Resource::Agreements)
        | ("configuration", Resource::Configurations) => id_at(&["id"]),
        ("board", _) => id_at(&["board", "id"]),
        ("status", _) => id_at(&["status", "id"]),
        ("type", _) => id_at(&["type", "id"]),
        ("territory", _) => id_at(&["territory", "id"]),
        ("company", _) => id_at(&["company", "id"]),
        ("project", _) => id_at(&["project", "id"]),
        ("phase", _) => id_at(&["phase", "id"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::connectwise::callbacks::Action;

    #[test]
    fn a_level_compares_the_object_with_the_field_it_names() {
        let ticket = json!({
            "id": 7, "board": { "id": 2 }, "status": { "id": 201 }, "company": { "id": 250 },
        });
        let ticket = ticket.as_object().expect("an object");
        let event = Event {
            resource: Resource::Tickets,
            record: ticket,
            action: Action::Added,
            by: "",
        };
        let concerns = |kind: &str, level: &str, object: i64| {
            let callback = json!({ "type": kind, "level": level, "objectId": object });
            concerns(callback.as_object().expect("an object"), event)
        };
        for (level, object) in [("OWNER", 1), ("board", 2), ("Status", 201), ("ticket", 7)] {
            assert!(concerns("Ticket", level, object), "{level}");
        }
        assert!(!concerns("ticket", "board", 1));
        assert!(!concerns("ticket", "ticket", 8));
        assert!(!concerns("company", "owner", 1), "another type");
    }

    #[test]
    fn capitals_of_types_and_levels_do_not_matter() {
        assert!(is_type("productcatalog") && is_level("TICKET", "board"));
        assert!(!is_type("addition"));
        assert!(!is_level("productcatalog", "company"));
    }
}
