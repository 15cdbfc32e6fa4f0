//! Devices, and their links to tickets.

use psa_connectors::record::{CompanyId, DeviceId};

use crate::{
    support::World,
    ticketing::{draft, key},
};

#[tokio::test]
async fn a_second_device_is_linked_besides_the_first() {
    let world = World::small().await;
    let ticket = world
        .connector
        .create_ticket(&draft(), &key())
        .await
        .expect("created")
        .id;
    for device in ["1", "2", "1", "2"] {
        world
            .connector
            .link_device(&ticket, &DeviceId::new(device))
            .await
            .expect("linked");
    }
    assert_eq!(world.psa.records("Tickets")[0]["configurationItemID"], 1);
    let more = world.psa.records("TicketAdditionalConfigurationItems");
    let devices: Vec<_> = more.iter().map(|link| link["configurationItemID"].clone()).collect();
    assert_eq!(devices, [2]);
}

#[tokio::test]
async fn a_device_is_found_by_any_of_its_names() {
    let world = World::small().await;
    let names = serde_json::json!({ "id": 2, "referenceNumber": "A1-B2", "rmmDeviceAuditHostname": "sql01" });
    world.put("ConfigurationItems", names);
    for name in ["a1-b2", "SRV-SQL01", "SQL01"] {
        let found = world
            .connector
            .find_devices(&CompanyId::new("174"), name)
            .await
            .expect("devices");
        let seen: Vec<_> = found
            .iter()
            .map(|device| (device.id.as_str(), device.name.as_str()))
            .collect();
        assert_eq!(seen, [("2", "SRV-SQL01")], "{name}");
    }
}
