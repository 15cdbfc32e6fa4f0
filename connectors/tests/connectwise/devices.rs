//! Devices, and the filters of lists.

use psa_connectors::{
    ErrorKind, Filter, ReadQuery,
    record::{ChoiceId, CompanyId, DeviceId, TicketId},
};
use psa_simulator::Fault;
use serde_json::json;

use crate::support::{World, refused_fields, walk};

#[tokio::test]
async fn a_device_is_found_by_the_consoles_identifier_and_linked_once() {
    let world = World::small().await;
    let stored = world.psa.records("configurations").remove(0);
    let company = CompanyId::new(stored["company"]["id"].to_string());
    let identifier = stored["deviceIdentifier"].as_str().expect("an identifier");
    let find = async |company: &CompanyId, identifier: &str| {
        world.connector.find_devices(company, identifier).await.expect("found")
    };
    let found = find(&company, &identifier.to_uppercase()).await;
    let [device] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(device.id, DeviceId::new(stored["id"].to_string()));
    assert_eq!(
        (device.company.as_ref(), device.identifier.as_deref()),
        (Some(&company), Some(identifier))
    );
    assert_eq!(find(&company, "nothing").await, []);
    assert_eq!(find(&CompanyId::new("999999"), identifier).await, []);

    let members = json!({ "id": 1, "summary": "x", "company": { "id": 250 } });
    world
        .psa
        .upsert("tickets", members.as_object().expect("an object").clone());
    let ticket = TicketId::new("1");
    for _ in 0..2 {
        world.connector.link_device(&ticket, &device.id).await.expect("linked");
    }
    let writes = || world.requests("POST", "service/tickets/1/configurations");
    assert_eq!(writes(), 1, "what is linked is left as it is");

    let second = world.psa.records("configurations").remove(1);
    let second = DeviceId::new(second["id"].to_string());
    world.trouble("POST", "configurations", Fault::ResetAfterCommit, Some(1));
    let lost = world
        .connector
        .link_device(&ticket, &second)
        .await
        .expect_err("the answer is lost");
    assert_eq!(lost.kind(), &ErrorKind::Ambiguous);
    world
        .connector
        .link_device(&ticket, &second)
        .await
        .expect("linked by now");
    assert_eq!(writes(), 2);
}

#[tokio::test]
async fn lists_are_narrowed_down_by_what_the_psa_offers() {
    let world = World::small().await;
    let connector = &world.connector;
    let members = json!({ "id": 251, "status": { "id": 2, "name": "Not Approved" },
        "types": [{ "id": 3, "name": "Vendor" }, { "id": 1, "name": "Client" }] });
    world
        .psa
        .upsert("companies", members.as_object().expect("an object").clone());

    let mut offered = Vec::new();
    for filter in [Filter::CompanyType, Filter::CompanyStatus, Filter::AgreementType] {
        let values = connector.filter_values(filter).await.expect("values");
        assert!(values.iter().all(|value| !value.name.is_empty()) && values.iter().any(|value| value.active));
        offered.push(values.len());
    }
    assert_eq!(
        offered,
        ["companyTypes", "companyStatuses", "agreementTypes"].map(|kind| world.psa.records(kind).len())
    );

    let count = async |query: ReadQuery| connector.companies(&query).await.expect("a page").records.len();
    let ids = |ids: &[&str]| ids.iter().map(|id| ChoiceId::new(*id)).collect::<Vec<_>>();
    let all = ReadQuery::all;
    assert_eq!(count(all().only(Filter::CompanyType, ids(&["3"]))).await, 1);
    assert_eq!(count(all().only(Filter::CompanyType, ids(&["1", "3"]))).await, 12);
    assert_eq!(count(all().only(Filter::CompanyStatus, ids(&["2"]))).await, 1);
    assert_eq!(count(all().only(Filter::CompanyStatus, ids(&["1", "2"]))).await, 12);
    let both = all()
        .only(Filter::CompanyType, ids(&["3"]))
        .only(Filter::CompanyStatus, ids(&["1"]));
    assert_eq!(count(both).await, 0);
    assert_eq!(
        count(all().only(Filter::CompanyType, [])).await,
        12,
        "no value is no filter"
    );

    let of_type = all().only(Filter::AgreementType, ids(&["1"]));
    let (agreements, _) = walk(of_type, |query| async move { connector.agreements(&query).await }).await;
    let stored = world.psa.records("agreements");
    let expected = stored.iter().filter(|agreement| agreement["type"]["id"] == 1).count();
    assert!(
        agreements.len() == expected && expected < stored.len(),
        "{} of {expected}",
        agreements.len()
    );

    let strange = connector.contacts(&all().only(Filter::CompanyType, ids(&["1"]))).await;
    assert_eq!(
        refused_fields(&strange.expect_err("contacts have no such types")),
        ["only"]
    );
    let strange = connector
        .companies(&all().only(Filter::CompanyType, ids(&["x' or 1=1"])))
        .await;
    assert_eq!(refused_fields(&strange.expect_err("no id of this PSA")), ["only"]);
}
