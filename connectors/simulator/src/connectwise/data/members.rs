//! The people of the managed service provider, and the API member with its role.

use serde_json::json;

use super::{put, to};
use crate::connectwise::resource::Resource;
use crate::connectwise::site::MEMBER;
use crate::connectwise::store::Store;

const BOARD: i64 = 1;
const ROLE: i64 = 60;

/// Members and the security role.
pub(super) fn fill(store: &mut Store) {
    put(
        store,
        Resource::SecurityRoles,
        json!({ "id": ROLE, "name": "API Integration", "adminFlag": false, "inactiveFlag": false }),
    );
    let role = to(store, Resource::SecurityRoles, ROLE);
    for (id, identifier, first, last, class) in [
        (101, "Admin1", "Morgan", "Reyes", "F"),
        (102, "TKowalski", "Tessa", "Kowalski", "F"),
        (103, "DOkafor", "Daniel", "Okafor", "F"),
        (150, MEMBER, "API", "Member", "A"),
    ] {
        let member = json!({
            "id": id, "identifier": identifier, "firstName": first, "lastName": last, "licenseClass": class,
            "inactiveFlag": false, "securityRole": role, "hireDate": "2020-03-02T00:00:00Z",
            "defaultEmail": "Office", "defaultPhone": "Office",
            "invoiceScreenDefaultTabFormat": "ShowInvoicingTab",
            "invoicingDisplayOptions": "RemainOnInvoicingScreen",
            "agreementInvoicingDisplayOptions": "RemainOnInvoicingScreen",
        });
        put(store, Resource::Members, member);
    }
}

/// The API member, whose tickets go to the first board when they name none.
pub(super) fn fill_api_member(store: &mut Store) {
    let member = json!({
        "id": 150, "identifier": MEMBER, "name": "API Member", "inactiveFlag": false,
        "securityRole": to(store, Resource::SecurityRoles, ROLE),
        "serviceDefaultBoard": to(store, Resource::Boards, BOARD),
        "excludedServiceBoardIds": [],
    });
    put(store, Resource::ApiMembers, member);
}
