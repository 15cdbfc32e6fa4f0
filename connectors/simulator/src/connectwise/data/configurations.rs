//! The computers of the customers, and the tools that watch them.

use serde_json::{Value, json};

use super::{id_from, ids, put, to};
use crate::connectwise::model::{is_set, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::store::Store;
use crate::guid;

const SERVER: i64 = 1;
const WORKSTATION: i64 = 2;
const TYPES: [(i64, &str); 4] = [
    (SERVER, "Managed Server"),
    (WORKSTATION, "Managed Workstation"),
    (3, "Network Device"),
    (4, "Printer"),
];
/// Id, description, whether it closes.
const STATUSES: [(i64, &str, bool); 3] = [(1, "Active", false), (2, "Inactive", true), (3, "In Repair", false)];

/// Types and statuses, then one server and one or two workstations for every company.
pub(super) fn fill(store: &mut Store) {
    for (id, name) in TYPES {
        let record = json!({ "id": id, "name": name, "inactiveFlag": false, "systemFlag": id < 3 });
        put(store, Resource::ConfigurationTypes, record);
    }
    for (id, description, closes) in STATUSES {
        let record = json!({ "id": id, "description": description, "closedFlag": closes, "defaultFlag": id == 1 });
        put(store, Resource::ConfigurationStatuses, record);
    }
    let solution = json!({
        "id": 1, "name": "Remote Monitoring", "managementItSolutionType": "Custom", "managementSolutionName": "RMM",
        "globalLoginFlag": false, "usingSslFlag": true, "noDisplayFlag": false,
    });
    put(store, Resource::ManagementItSolutions, solution);
    let settings = json!({
        "id": 1, "addedConfigurationStatus": to(store, Resource::ConfigurationStatuses, 1),
        "deletedConfigurationStatus": to(store, Resource::ConfigurationStatuses, 2),
        "integratorLogin": { "id": 1, "name": "Integrator" }, "scheduleExecutiveSummaryReportFlag": false,
    });
    put(store, Resource::Management, settings);
    for (index, company) in ids(store, Resource::Companies).into_iter().enumerate() {
        for number in 0..2 + index % 2 {
            let record = configuration(store, company, number);
            put(store, Resource::Configurations, record);
        }
    }
}

fn configuration(store: &Store, company: i64, number: usize) -> Value {
    let owner = store.get(Resource::Companies, company);
    let identifier = owner.and_then(|owner| text_of(owner, "identifier")).unwrap_or_default();
    let gone = owner.is_some_and(|owner| is_set(owner, "deletedFlag"));
    let (kind, name, model, os) = if number == 0 {
        (SERVER, "SRV01".to_owned(), "PowerEdge R550", "Windows Server 2022")
    } else {
        (WORKSTATION, format!("PC{number:02}"), "OptiPlex 7010", "Windows 11 Pro")
    };
    let device = guid::of(&["device", identifier, &name]);
    let serial: String = device.chars().filter(char::is_ascii_alphanumeric).take(7).collect();
    let contact = store
        .with(Resource::Contacts, "company/id", &company.to_string())
        .next();
    let contact = contact.and_then(|contact| contact.get("id")?.as_i64());
    json!({
        "name": name,
        "type": to(store, Resource::ConfigurationTypes, kind),
        "status": to(store, Resource::ConfigurationStatuses, if gone { 2 } else { 1 }),
        "company": to(store, Resource::Companies, company),
        "contact": contact.map(|contact| to(store, Resource::Contacts, contact)),
        "site": owner.and_then(|owner| owner.get("site")),
        "deviceIdentifier": device,
        "serialNumber": serial.to_uppercase(),
        "modelNumber": model,
        "osType": os,
        "ipAddress": format!("10.{}.0.{}", company % 250, id_from(10, number)),
        "billFlag": false,
        "activeFlag": !gone,
        "purchaseDate": "2024-03-01T00:00:00Z",
        "warrantyExpirationDate": "2027-03-01T00:00:00Z",
    })
}
