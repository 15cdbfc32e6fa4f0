//! Companies with their contacts and devices. The company with id 0 is the provider itself.

use serde_json::{Value, json};

use super::{ENTERED, id_from, ids, put};
use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, id_of};
use crate::autotask::site::PERSON;
use crate::autotask::store::Store;
use crate::names;
use crate::places::{self, Place};
use crate::random::Random;

/// The id of the first customer.
const FIRST_COMPANY: i64 = 174;
const FIRST_CONTACT: i64 = 30_682_900;
/// Devices of the first company: name, serial number and type.
const DEVICES: [(&str, &str, i64); 4] = [
    ("SRV-FILE01", "SN-0001", 1),
    ("SRV-SQL01", "SN-0002", 1),
    ("WS-RECEPTION", "SN-0003", 2),
    ("WS-BACKOFFICE", "SN-0004", 2),
];

/// The provider, its customers, and their contacts.
pub(super) fn fill(store: &mut Store, companies: usize, contacts: usize, seed: u64) {
    let own = places::fixed(0);
    put(store, Entity::Companies, company(0, "Training MSP", "", 8, &own, true));
    let first = names::FIRST_COMPANIES.len();
    let mut random = Random::of(seed, "places");
    let mut phones = Vec::new();
    for (index, (name, identifier)) in names::companies(companies, seed).into_iter().enumerate() {
        let place = if index < first {
            places::fixed(index)
        } else {
            places::somewhere(&mut random)
        };
        let id = id_from(FIRST_COMPANY, index);
        // Beyond the first ones every tenth is no customer (yet), and every fifteenth out of use.
        let kind = if index >= first && index.is_multiple_of(10) {
            3
        } else {
            1
        };
        let is_active = index < first || !index.is_multiple_of(15);
        put(
            store,
            Entity::Companies,
            company(id, &name, &identifier, kind, &place, is_active),
        );
        phones.push((id, place.phone));
    }
    let mut random = Random::of(seed, "people");
    for index in 0..contacts {
        let Some((company, phone)) = phones.get(index % phones.len().max(1)) else {
            break;
        };
        let (first_name, last_name, title) = if index < 30 {
            names::person(index)
        } else {
            names::somebody(&mut random)
        };
        let letters = |name: &str| {
            name.to_lowercase()
                .replace(|letter: char| !letter.is_ascii_alphabetic(), "")
        };
        let address = format!("{}.{}{index}@example.com", letters(first_name), letters(last_name));
        let contact = json!({
            "id": id_from(FIRST_CONTACT, index), "companyID": company, "firstName": first_name, "lastName": last_name,
            "emailAddress": address, "phone": places::phone_near(phone, &mut random), "title": title,
            "isActive": i32::from(index % 29 != 28), "primaryContact": index < phones.len(), "createDate": ENTERED,
            "lastModifiedDate": ENTERED, "lastActivityDate": ENTERED, "isOptedOutFromBulkEmail": false,
            "receivesEmailNotifications": true, "solicitationOptOut": false, "surveyOptOut": false,
        });
        put(store, Entity::Contacts, contact);
    }
}

fn company(id: i64, name: &str, number: &str, kind: i64, place: &Place, is_active: bool) -> Value {
    json!({
        "id": id, "companyName": name, "companyNumber": number, "companyType": kind, "ownerResourceID": PERSON,
        "phone": place.phone, "address1": place.street, "city": place.city, "state": place.state,
        "postalCode": place.zip, "isActive": is_active, "classification": 1, "isTaxExempt": false,
        "isClientPortalActive": false, "isTaskFireActive": false, "isEnabledForComanaged": false, "countryID": 237,
        "createDate": ENTERED, "lastActivityDate": ENTERED, "lastTrackedModifiedDateTime": ENTERED,
        "createdByResourceID": PERSON, "currencyID": 1, "territoryID": 29_682_778,
    })
}

/// What the first company has.
pub(super) fn fill_devices(store: &mut Store) {
    let Some(product) = ids(store, Entity::Products).first().copied() else {
        return;
    };
    let contact = store
        .of(Entity::Contacts, "companyID", FIRST_COMPANY)
        .next()
        .and_then(|contact: &Record| id_of(contact));
    for (index, (name, serial, kind)) in DEVICES.into_iter().enumerate() {
        let device = json!({
            "id": id_from(1, index), "companyID": FIRST_COMPANY, "contactID": contact, "productID": product,
            "referenceTitle": name, "serialNumber": serial, "configurationItemType": kind, "isActive": index < 3,
            "createDate": ENTERED, "lastModifiedTime": ENTERED, "createdByPersonID": PERSON, "installDate": ENTERED,
        });
        put(store, Entity::ConfigurationItems, device);
    }
}
