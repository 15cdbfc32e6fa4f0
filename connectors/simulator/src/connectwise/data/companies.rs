//! Customers and their people.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{id_from, ids, put, to};
use crate::connectwise::model::text_of;
use crate::connectwise::resource::Resource;
use crate::connectwise::resources;
use crate::connectwise::store::Store;
use crate::names;
use crate::places::{self, Place};
use crate::random::Random;

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
///
/// Which companies are inactive, on hold, vendors or deleted goes by their place, so that every seed has each.
pub(super) fn fill(store: &mut Store, companies: usize, contacts: usize, seed: u64) {
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
    let first = names::FIRST_COMPANIES.len();
    let mut random = Random::of(seed, "places");
    for (index, (name, identifier)) in names::companies(companies, seed).into_iter().enumerate() {
        let place = if index < first {
            places::fixed(index)
        } else {
            places::somewhere(&mut random)
        };
        let record = company(store, index, &name, &identifier, &place);
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
    let mut people = People::new(seed);
    for (index, company) in companies.iter().cycle().take(contacts).enumerate() {
        let round = index / companies.len().max(1);
        let fixed = index % companies.len().max(1) < first;
        // The first round gives everybody somebody; after it some companies have more people than others.
        let company = match companies.get(first..) {
            Some(others) if round > 0 && !fixed => people.random.pick(others),
            _ => *company,
        };
        let person = if fixed {
            Person::fixed(index)
        } else {
            people.somebody_at(company, store)
        };
        let record = contact(store, index, company, round == 0, &person);
        let id = put(store, Resource::Contacts, record);
        resources::settle(store, Resource::Contacts, id);
    }
}

/// Somebody, and the telephone number.
struct Person {
    first: &'static str,
    last: &'static str,
    title: &'static str,
    phone: String,
}

impl Person {
    fn fixed(index: usize) -> Self {
        let (first, last, title) = names::person(index);
        let phone = places::fixed_phone(index);
        Self {
            first,
            last,
            title,
            phone,
        }
    }
}

/// People who are drawn; nobody twice at one company.
struct People {
    random: Random,
    known: HashSet<(i64, &'static str, &'static str)>,
}

impl People {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::of(seed, "people"),
            known: HashSet::new(),
        }
    }

    fn somebody_at(&mut self, company: i64, store: &Store) -> Person {
        let (first, last, title) = loop {
            let (first, last, title) = names::somebody(&mut self.random);
            if self.known.insert((company, first, last)) {
                break (first, last, title);
            }
        };
        let record = store.get(Resource::Companies, company);
        let number = record
            .and_then(|record| text_of(record, "phoneNumber"))
            .unwrap_or_default();
        let phone = places::phone_near(number, &mut self.random);
        Person {
            first,
            last,
            title,
            phone,
        }
    }
}

fn company(store: &Store, index: usize, name: &str, identifier: &str, place: &Place) -> Value {
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
        "addressLine1": place.street,
        "city": place.city,
        "state": place.state,
        "zip": place.zip,
        "country": { "id": 1, "name": "United States" },
        "phoneNumber": place.phone,
        "website": format!("https://www.{}.example", identifier.to_lowercase()),
        "site": { "name": place.site },
        "leadFlag": false,
        "isVendorFlag": kind == 3,
        "deletedFlag": deleted,
        "dateDeleted": deleted.then_some("2025-06-02T14:00:00Z"),
        "deletedBy": deleted.then_some("Admin1"),
    })
}

fn contact(store: &Store, index: usize, company: i64, default: bool, person: &Person) -> Value {
    let Person {
        first,
        last,
        title,
        phone,
    } = person;
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
                "id": id_from(1, index * 2 + 1), "type": to(store, Resource::CommunicationTypes, 2), "value": phone,
                "defaultFlag": true, "communicationType": "Phone",
            },
        ],
    })
}
