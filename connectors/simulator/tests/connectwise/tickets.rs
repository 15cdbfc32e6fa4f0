//! Tickets: boards and their statuses, closing, notes, searching.

use psa_simulator::connectwise::Level;
use serde_json::{Value, json};

use super::client::{Bench, NOW, ids};

async fn open(bench: &Bench, body: Value) -> Value {
    let (status, ticket) = bench.post("service/tickets", body).await;
    assert_eq!(status, 201, "{ticket}");
    ticket
}

#[tokio::test]
async fn a_ticket_takes_its_defaults_and_its_first_notes() {
    let bench = Bench::small().await;
    let body = json!({
        "summary": "Backup failed", "company": { "identifier": "Fabrikam" }, "board": { "name": "backup alerts" },
        "initialDescription": "The nightly job failed.", "initialInternalAnalysis": "Disk full?", "externalXRef": "cond-1",
    });
    let ticket = open(&bench, body).await;
    assert_eq!(
        (&ticket["board"]["id"], &ticket["status"]["name"]),
        (&json!(2), &json!("New"))
    );
    assert_eq!(
        ticket["company"],
        bench.read("service/tickets/1?fields=company").await["company"]
    );
    assert_eq!(
        (&ticket["closedFlag"], &ticket["severity"]),
        (&json!(false), &json!("Medium"))
    );
    assert_eq!(ticket["priority"]["name"], "Priority 3 - Normal Response");
    assert_eq!(ticket["_info"]["lastUpdated"], NOW);
    assert!(ticket.get("initialDescription").is_none());
    let notes = bench.read("service/tickets/1/notes").await;
    assert_eq!(notes.as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&notes[0]["detailDescriptionFlag"], &notes[1]["internalFlag"]),
        (&json!(true), &json!(true))
    );
}

#[tokio::test]
async fn company_and_summary_are_required_and_the_company_must_be_alive() {
    let bench = Bench::small().await;
    let (status, body) = bench
        .post("service/tickets", json!({ "summary": "x".repeat(101) }))
        .await;
    assert_eq!((status, &body["message"]), (400, &json!("ticket object is invalid")));
    assert_eq!(
        body["errors"][0]["message"],
        "The field summary must be a string with a maximum length of 100."
    );
    assert_eq!(body["errors"][1]["field"], "company");
    let gone = json!({ "id": 250, "deletedFlag": true });
    bench
        .simulator
        .upsert("companies", gone.as_object().expect("an object").clone())
        .expect("a kind");
    let (status, body) = bench
        .post("service/tickets", json!({ "summary": "x", "company": { "id": 250 } }))
        .await;
    assert_eq!(
        (status, &body["errors"][0]["message"]),
        (400, &json!("Company 250 not found"))
    );
}

#[tokio::test]
async fn a_status_belongs_to_its_board() {
    let bench = Bench::small().await;
    let ticket = open(
        &bench,
        json!({ "summary": "x", "company": { "id": 250 }, "board": { "id": 2 } }),
    )
    .await;
    let path = format!("service/tickets/{}", ticket["id"]);
    let other = json!([{ "op": "replace", "path": "status", "value": { "id": 102 } }]);
    let (status, body) = bench.patch(&path, other).await;
    assert_eq!(status, 400);
    let error = json!({
        "code": "NotFound", "message": "Service Status 102 not found for Service Board 2", "resource": "ticket",
        "field": "status/id",
    });
    assert_eq!(body["errors"], json!([error]));
    let own = json!([{ "op": "replace", "path": "status", "value": { "name": "In Progress" } }]);
    assert_eq!(bench.patch(&path, own).await.1["status"]["id"], 202);
}

#[tokio::test]
async fn closing_takes_its_own_right_and_reopening_clears_the_date() {
    let bench = Bench::small().await;
    let ticket = open(&bench, json!({ "summary": "x", "company": { "id": 250 } })).await;
    let path = format!("service/tickets/{}", ticket["id"]);
    let closed = bench
        .read("service/boards/1/statuses?conditions=closedStatus=true and inactive=false")
        .await;
    assert_eq!(ids(&closed), [104]);
    let close = json!([{ "op": "replace", "path": "status", "value": { "id": 104 } }]);
    bench.grant("Service Desk", "Close Service Tickets", Level::None);
    assert_eq!(bench.patch(&path, close.clone()).await.0, 403);
    assert_eq!(bench.read(&path).await["closedFlag"], false);
    bench.grant("Service Desk", "Close Service Tickets", Level::All);
    let (status, ticket) = bench.patch(&path, close).await;
    assert_eq!(
        (status, &ticket["closedFlag"], &ticket["closedDate"]),
        (200, &json!(true), &json!(NOW))
    );
    let reopen = json!([{ "op": "replace", "path": "/status", "value": { "id": 105 } }]);
    let (_, ticket) = bench.patch(&path, reopen).await;
    assert_eq!((&ticket["closedFlag"], ticket.get("closedDate")), (&json!(false), None));
}

#[tokio::test]
async fn notes_name_a_destination_and_are_signed() {
    let bench = Bench::small().await;
    open(&bench, json!({ "summary": "x", "company": { "id": 250 } })).await;
    let (status, body) = bench
        .post(
            "service/tickets/1/notes",
            json!({ "text": "Recovered.", "internalAnalysisFlag": true }),
        )
        .await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(
        (&body["member"]["identifier"], &body["internalFlag"]),
        (&json!("APIMember"), &json!(true))
    );
    assert_eq!(
        bench
            .post("service/tickets/1/notes", json!({ "text": "Nowhere" }))
            .await
            .0,
        400
    );
    let (status, body) = bench
        .post(
            "service/tickets/1/notes",
            json!({ "text": "x", "emailContactFlag": true }),
        )
        .await;
    let message = "Could not find member 'emailContactFlag' on object of type 'ServiceNote'.";
    assert_eq!((status, &body["message"]), (400, &json!(message)));
    assert_eq!(
        bench.post("service/tickets/9/notes", json!({ "text": "x" })).await.0,
        404
    );
}

#[tokio::test]
async fn tickets_are_found_by_key_and_by_search() {
    let bench = Bench::small().await;
    for number in 0..3 {
        let body = json!({ "summary": format!("T{number}"), "company": { "id": 250 + number }, "externalXRef": format!("Key-{number}") });
        open(&bench, body).await;
    }
    let found = bench
        .read("service/tickets?conditions=closedFlag=false and company/id=251 and externalXRef=\"key-1\"")
        .await;
    assert_eq!(ids(&found), [2]);
    let filter = json!({ "conditions": "summary like 'T*' and id > 1", "orderBy": "id desc" });
    let (status, found) = bench.post("service/tickets/search?fields=id", filter).await;
    assert_eq!((status, found), (200, json!([{ "id": 3 }, { "id": 2 }])));
    assert_eq!(bench.read("service/tickets/count").await["count"], 3);
    assert_eq!(
        bench.post("service/tickets/search", json!({ "filter": "x" })).await.0,
        400
    );
}
