//! The lists that everything else refers to, and what is hidden from the API member.

use std::collections::BTreeMap;

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, Level};
use serde_json::{Value, json};

use super::client::{Bench, ids};

const LISTS: [&str; 24] = [
    "company/communicationTypes",
    "company/companies/statuses",
    "company/companies/types",
    "company/configurations/statuses",
    "company/configurations/types",
    "company/companyTypeAssociations",
    "company/companies/250/managementReportSetup",
    "company/management",
    "company/managementItSolutions",
    "finance/agreements/types",
    "finance/billingCycles",
    "procurement/catalog",
    "procurement/categories",
    "procurement/subcategories/",
    "procurement/types",
    "service/boards",
    "service/boards/1/statuses",
    "service/boards/1/typeSubTypeItemAssociations",
    "service/priorities",
    "service/sources",
    "service/teams",
    "system/members",
    "system/info/members",
    "system/info/members/",
];

#[tokio::test]
async fn every_list_has_single_reads_and_a_count() {
    let bench = Bench::small().await;
    for list in LISTS {
        let records = bench.read(&format!("{list}?pageSize=1000")).await;
        let list = list.trim_end_matches('/');
        assert_eq!(
            bench.read(&format!("{list}/count")).await["count"],
            json!(ids(&records).len()),
            "{list}"
        );
        let last = records.as_array().and_then(|records| records.last()).expect(list);
        assert_eq!(bench.read(&format!("{list}/{}", last["id"])).await, *last, "{list}");
    }
}

#[tokio::test]
async fn references_to_setup_tables_lead_there() {
    let bench = Bench::with(DataSet::Msp, Assumptions::default()).await;
    let mut known: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (member, list) in [
        ("category", "procurement/categories"),
        ("subcategory", "procurement/subcategories"),
        ("type", "procurement/types"),
        ("recurringBillCycle", "finance/billingCycles"),
    ] {
        known.insert(member, ids(&bench.read(list).await));
    }
    let products = bench.read("procurement/catalog?pageSize=1000").await;
    for product in products.as_array().expect("an array") {
        for (member, ids) in &known {
            let id = product[member]["id"].as_i64();
            assert!(id.is_none_or(|id| ids.contains(&id)), "{member} of {product}");
        }
    }
}

#[tokio::test]
async fn the_member_behind_the_keys_is_one_object() {
    let bench = Bench::small().await;
    let member = bench.read("system/myMembers").await;
    assert_eq!(
        (&member["identifier"], &member["licenseClass"]),
        (&json!("APIMember"), &json!("A"))
    );
}

#[tokio::test]
async fn all_notes_are_the_notes_in_their_common_shape() {
    let bench = Bench::small().await;
    let body = json!({ "summary": "x", "company": { "id": 250 }, "initialDescription": "first" });
    let id = bench.post("service/tickets", body).await.1["id"].clone();
    let notes = format!("service/tickets/{id}/notes");
    let (_, note) = bench
        .post(&notes, json!({ "text": "second", "internalAnalysisFlag": true }))
        .await;
    let whole = json!({ "text": "third", "resolutionFlag": true });
    let path = format!("{notes}/{}", note["id"]);
    let (status, replaced) = bench.send(reqwest::Method::PUT, &path, whole).await;
    assert_eq!(
        (status, &replaced["internalAnalysisFlag"], &replaced["createdBy"]),
        (200, &json!(false), &note["createdBy"])
    );

    let all = bench.read(&format!("service/tickets/{id}/allNotes")).await;
    assert_eq!(all[0]["noteType"], "TicketNote");
    assert_eq!(
        (&all[1]["text"], &all[1]["ticket"]["summary"]),
        (&json!("third"), &json!("x"))
    );
    let filtered = bench
        .read(&format!(
            "service/tickets/{id}/allNotes?conditions=resolutionFlag=true&fields=id"
        ))
        .await;
    assert_eq!(filtered, json!([{ "id": note["id"] }]));
}

#[tokio::test]
async fn excluded_boards_hide_themselves_and_their_tickets() {
    let bench = Bench::small().await;
    for board in [1, 2] {
        let body = json!({ "summary": "x", "company": { "id": 250 }, "board": { "id": board } });
        assert_eq!(bench.post("service/tickets", body).await.0, 201);
    }
    let member = json!({ "id": 150, "excludedServiceBoardIds": [1] });
    let member = member.as_object().expect("an object").clone();
    bench.simulator.upsert("apiMembers", member).expect("a kind");
    assert_eq!(ids(&bench.read("service/boards").await), [2]);
    assert_eq!(ids(&bench.read("service/info/boards").await), [2]);
    assert_eq!(ids(&bench.read("service/tickets").await), [2]);
    assert_eq!(bench.read("service/tickets/count").await["count"], 1);
    for path in [
        "service/boards/1",
        "service/boards/1/statuses",
        "service/tickets/1",
        "service/tickets/1/notes",
    ] {
        assert_eq!(bench.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn customised_tables_are_empty_in_silence() {
    let bench = Bench::small().await;
    bench.simulator.hide(&["companyTypes"]);
    assert_eq!(bench.read("company/companies/types").await, json!([]));
    assert_eq!(bench.get("company/companies/types/1").await.status(), 404);
    assert!(!ids(&bench.read("company/companies/statuses").await).is_empty());
    let control = format!("{}/simulator/hidden", bench.simulator.base_url());
    let answer = bench
        .http
        .put(control)
        .json(&json!([]))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 204);
    assert!(!ids(&bench.read("company/companies/types").await).is_empty());
}

#[tokio::test]
async fn at_level_my_what_hangs_on_a_record_follows_it() {
    let bench = Bench::small().await;
    let (_, mine) = bench
        .post("service/tickets", json!({ "summary": "x", "company": { "id": 250 } }))
        .await;
    let record = |value: Value| value.as_object().expect("an object").clone();
    let others = bench
        .simulator
        .upsert("tickets", record(json!({ "summary": "y" })))
        .expect("a kind");
    for ticket in [&mine["id"], &others["id"]] {
        let note = record(json!({ "ticketId": ticket, "text": "by a person" }));
        bench.simulator.upsert("notes", note).expect("a kind");
    }
    bench.grant("Service Desk", "Service Tickets", Level::My);
    assert_eq!(
        ids(&bench.read("service/tickets").await),
        [mine["id"].as_i64().expect("an id")]
    );
    let notes = |ticket: &Value| format!("service/tickets/{ticket}/notes");
    assert_eq!(bench.read(&notes(&mine["id"])).await.as_array().map(Vec::len), Some(1));
    assert_eq!(bench.read(&notes(&others["id"])).await, json!([]));

    let assigned = record(json!({ "id": others["id"], "resources": "TKowalski, APIMember" }));
    bench.simulator.upsert("tickets", assigned).expect("a kind");
    assert_eq!(bench.read("service/tickets/count").await["count"], 2);
}

#[tokio::test]
async fn setup_tables_grow() {
    let bench = Bench::small().await;
    let place = json!({ "id": 2, "name": "Head Office" });
    let department = json!({ "id": 10, "name": "Services" });
    let board = json!({ "name": "Night Shift", "location": place, "department": department });
    let (status, board) = bench.post("service/boards", board).await;
    assert_eq!(status, 201, "{board}");
    let statuses = format!("service/boards/{}/statuses", board["id"]);
    let (status, made) = bench
        .post(&statuses, json!({ "name": "New", "defaultFlag": true }))
        .await;
    assert_eq!((status, &made["board"]["name"]), (201, &json!("Night Shift")));
    let ticket = json!({ "summary": "x", "company": { "id": 250 }, "board": { "name": "night shift" } });
    let (status, ticket) = bench.post("service/tickets", ticket).await;
    assert_eq!((status, &ticket["status"]["id"]), (201, &made["id"]));
    let rename = json!([{ "op": "replace", "path": "name", "value": "Day Shift" }]);
    assert_eq!(
        bench.patch(&format!("service/boards/{}", board["id"]), rename).await.0,
        200
    );
    assert_eq!(
        bench.read("service/tickets/1?fields=board/name").await["board"]["name"],
        "Day Shift"
    );

    let path = format!("service/boards/{}", board["id"]);
    assert_eq!(
        bench.send(reqwest::Method::DELETE, &path, Value::Null).await.0,
        409,
        "it has a ticket"
    );
    bench.simulator.remove("tickets", 1).expect("a ticket");
    assert_eq!(bench.send(reqwest::Method::DELETE, &path, Value::Null).await.0, 204);

    for (path, body) in [
        ("company/companies/statuses", json!({ "name": "On Hold" })),
        ("company/companies/types", json!({ "name": "Partner" })),
        ("company/configurations/types", json!({ "name": "Storage" })),
        ("company/configurations/statuses", json!({ "description": "Sold" })),
        (
            "company/communicationTypes",
            json!({ "description": "Pager", "phoneFlag": true }),
        ),
        ("procurement/categories", json!({ "name": "Cloud" })),
        (
            "procurement/subcategories",
            json!({ "name": "Storage", "category": { "name": "cloud" } }),
        ),
        ("procurement/types", json!({ "name": "Licence" })),
        ("service/priorities", json!({ "name": "Priority 6", "color": "Blue" })),
        ("service/sources", json!({ "name": "Backup" })),
        (
            "finance/billingCycles",
            json!({ "identifier": "2M", "name": "Two Months", "billingOptions": "BiMonthly" }),
        ),
    ] {
        let (status, made) = bench.post(path, body).await;
        assert_eq!(status, 201, "{path} {made}");
        assert_eq!(bench.read(&format!("{path}/{}", made["id"])).await, made, "{path}");
        let (status, refused) = bench.post(path, json!({})).await;
        assert_eq!((status, &refused["code"]), (400, &json!("InvalidObject")), "{path}");
    }
    bench.grant("System", "Table Setup", Level::None);
    assert_eq!(bench.post("service/sources", json!({ "name": "y" })).await.0, 403);
}
