//! Customers and their people.

use serde_json::{Value, json};

use super::{id_from, ids, names, put, to};
use crate::model::text_of;
use crate::resource::Resource;
use crate::resources;
use crate::store::Store;

const FIRST_ID: i64 = 250;
/// Name, whether it is the default, whether it is inactive, whether it blocks saving.
const STATUSES: [(&str, bool, bool, bool); 4] = [
    ("Active", true, false, false),
    ("Inactive", false, true, false),
    ("Not-Approved", false, false, false),
    ("Credit Hold", false, false, true),
];
const TYPES: [&str; 4] = ["Client", "Prospect", "Vendor", "Former Client"];

/// Every this-many-th company beyond the first ones is in the recycle bin.
const DELETED_EVERY: usize = 40;

/// Companies with their types and statuses, then contacts spread over the companies.
pub(super) fn fill(store: &mut Store, companies: usize, contacts: usize) {
    for (index, (name, default, inactive, blocks)) in STATUSES.into_iter().enumerate() {
        let message = blocks.then_some("This company is on credit hold.");
        let record = json!({
            "id": id_from(1, index), "name": name, "defaultFlag": default, "inactiveFlag": inactive,
            "disallowSavingFlag": blocks, "notifyFlag": blocks, "notificationMessage": message,
        });
        put(store, Resource::CompanyStatuses, record);
    }
    for (index, name) in TYPES.into_iter().enumerate() {
        let record =
            json!({ "id": id_from(1, index), "name": name, "defaultFlag": index == 0, "vendorFlag": index == 2 });
        put(store, Resource::CompanyTypes, record);
    }
    for index in 0..companies {
        let record = company(store, index);
        let id = put(store, Resource::Companies, record);
        resources::settle(store, Resource::Companies, id);
    }
    for (id, description, means) in [
        (1, "Email", "emailFlag"),
        (2, "Direct", "phoneFlag"),
        (3, "Mobile", "phoneFlag"),
        (4, "Fax", "faxFlag"),
    ] {
        let flag = |name: &str| name == means;
        let record = json!({
            "id": id, "description": description, "phoneFlag": flag("phoneFlag"), "faxFlag": flag("faxFlag"),
            "emailFlag": flag("emailFlag"), "defaultFlag": id < 3,
        });
        put(store, Resource::CommunicationTypes, record);
    }
    let companies = ids(store, Resource::Companies);
    for (index, company) in companies.iter().cycle().take(contacts).enumerate() {
        let record = contact(store, index, *company, index < companies.len());
        let id = put(store, Resource::Contacts, record);
        resources::settle(store, Resource::Contacts, id);
    }
}

fn company(store: &Store, index: usize) -> Value {
    let (name, identifier) = names::company(index);
    let (street, city, state, zip) = names::address(index);
    let ordinary = index < names::FIRST_COMPANIES.len();
    let deleted = !ordinary && index.is_multiple_of(DELETED_EVERY);
    let (status, kind) = match index % 25 {
        _ if ordinary => (1, 1),
        7 => (3, 2),
        13 => (2, 4),
        19 => (4, 1),
        23 => (1, 3),
        _ => (1, 1),
    };
    json!({
        "id": id_from(FIRST_ID, index),
        "identifier": identifier,
        "name": name,
        "status": to(store, Resource::CompanyStatuses, status),
        "types": [to(store, Resource::CompanyTypes, kind)],
        "addressLine1": street,
        "city": city,
        "state": state,
        "zip": zip,
        "country": { "id": 1, "name": "United States" },
        "phoneNumber": phone(index),
        "website": format!("https://www.{}.example", identifier.to_lowercase()),
        "leadFlag": false,
        "isVendorFlag": kind == 3,
        "deletedFlag": deleted,
        "dateDeleted": deleted.then_some("2025-06-02T14:00:00Z"),
        "deletedBy": deleted.then_some("Admin1"),
    })
}

fn contact(store: &Store, index: usize, company: i64, default: bool) -> Value {
    let (first, last, title) = names::person(index);
    let identifier = store
        .get(Resource::Companies, company)
        .and_then(|company| text_of(company, "identifier"));
    let domain = format!("{}.example", identifier.unwrap_or_default().to_lowercase());
    let mailbox: String = format!("{first}.{last}")
        .to_lowercase()
        .chars()
        .filter(|letter| *letter != '\'')
        .collect();
    json!({
        "id": id_from(1, index),
        "firstName": first,
        "lastName": last,
        "title": title,
        "company": to(store, Resource::Companies, company),
        "inactiveFlag": !default && index.is_multiple_of(17),
        "defaultFlag": default,
        "defaultBillingFlag": default,
        "communicationItems": [
            {
                "id": id_from(1, index * 2), "type": to(store, Resource::CommunicationTypes, 1), "value": format!("{mailbox}@{domain}"),
                "defaultFlag": true, "domain": format!("@{domain}"), "communicationType": "Email",
            },
            {
                "id": id_from(1, index * 2 + 1), "type": to(store, Resource::CommunicationTypes, 2), "value": phone(index),
                "defaultFlag": true, "communicationType": "Phone",
            },
        ],
    })
}

fn phone(index: usize) -> String {
    format!("555{:07}", 1_000_000 + index % 9_000_000)
}
