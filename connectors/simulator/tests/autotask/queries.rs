//! Queries: the grammar over the wire, in both methods.

use psa_simulator::autotask::{Assumptions, Missing, OverLimit};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, CONTOSO, ids, members};

#[tokio::test]
async fn get_and_post_ask_the_same() {
    let bench = Bench::small().await;
    let body = json!({
        "filter": [
            { "op": "or", "items": [
                { "op": "beginsWith", "field": "companyName", "value": "con" },
                { "op": "and", "items": [
                    { "op": "contains", "field": "COMPANYNAME", "value": "traders" },
                    { "op": "eq", "field": "isActive", "value": true },
                ] },
            ] },
        ],
        "IncludeFields": ["ID", "companyname"],
    });
    let (status, posted) = bench.send(Method::POST, "Companies/query", body.clone()).await;
    assert_eq!(status, 200, "{posted}");
    let names: Vec<&str> = posted["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["companyName"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["Contoso Dental Group, LLC", "Northwind Traders Ltd"]);
    assert_eq!(posted["items"][0].as_object().expect("a record").len(), 2);
    let request = bench.request(Method::GET, "Companies/query");
    let got = request.query(&[("search", body.to_string())]).send().await;
    let got: Value = got.expect("an answer").json().await.expect("JSON");
    assert_eq!(got, posted);
    let (_, count) = bench.send(Method::POST, "Companies/query/count", body).await;
    assert_eq!(count, json!({ "queryCount": 2 }));
}

#[tokio::test]
async fn the_company_zero_is_a_company() {
    let bench = Bench::small().await;
    let all = bench
        .query("Companies", json!([{ "op": "gte", "field": "id", "value": 0 }]))
        .await;
    assert_eq!(all.len(), 13);
    assert_eq!(ids(&all)[..2], [0, CONTOSO]);
    assert_eq!(bench.item("Companies", 0).await["companyName"], "Training MSP");
}

#[tokio::test]
async fn user_defined_fields_are_found_by_their_names() {
    let bench = Bench::small().await;
    let values = json!([{ "name": "Number of Employees", "value": 40 }]);
    bench
        .patch("Companies", json!({ "id": CONTOSO, "userDefinedFields": values }))
        .await;
    let over = |number: i64| json!([{ "op": "gt", "field": "number of employees", "udf": true, "value": number }]);
    assert_eq!(ids(&bench.query("Companies", over(39)).await), [CONTOSO]);
    assert!(bench.query("Companies", over(40)).await.is_empty());
    let shown = &bench.item("Companies", CONTOSO).await["userDefinedFields"];
    let expected = json!([
        { "name": "Number of Employees", "value": "40" }, { "name": "Backup Account", "value": null },
    ]);
    assert_eq!(*shown, expected);
}

#[tokio::test]
async fn what_cannot_be_asked_is_an_error_with_a_text() {
    let bench = Bench::small().await;
    let everything = json!([{ "op": "exist", "field": "id" }]);
    let cases = [
        ("Companies", json!({}), "needs a filter"),
        (
            "Companies",
            json!({ "filter": [{ "op": "eq", "field": "nope", "value": 1 }] }),
            "Unable to find nope",
        ),
        (
            "Companies",
            json!({ "filter": everything, "MaxRecords": 501 }),
            "from 1 to 500",
        ),
        (
            "Companies",
            json!({ "filter": everything, "MaxRecords": 0 }),
            "from 1 to 500",
        ),
        (
            "Companies",
            json!({ "filter": everything, "IncludeFields": ["nope"] }),
            "Unable to find nope",
        ),
        (
            "Companies",
            json!({ "filter": everything, "IncludeFields": ["companyName"], "MaxRecords": 3 }),
            "must contain id",
        ),
        (
            "Tickets",
            json!({ "filter": [{ "op": "exist", "field": "creatorType" }] }),
            "cannot be queried",
        ),
        ("Companies", json!([1]), "cannot be read"),
    ];
    for (entity, body, part) in cases {
        let said = bench
            .refused(Method::POST, &format!("{entity}/query"), body.clone())
            .await;
        assert!(said.contains(part), "{body}: {said}");
    }
    let sent = bench.get("Companies/query").await;
    assert_eq!(sent.status(), 500, "a GET needs its search");
    for path in ["Nonsense/query", "ContractServiceAdjustments/query", "Tickets/x"] {
        assert_eq!(bench.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn more_than_a_page_can_hold_is_refused_or_cut() {
    let bench = Bench::with(Assumptions {
        max_records_over_limit: OverLimit::Clamp,
        ..Assumptions::default()
    })
    .await;
    let body = json!({ "filter": [{ "op": "exist", "field": "id" }], "MaxRecords": 1000 });
    let (status, page) = bench.send(Method::POST, "Companies/query", body).await;
    assert_eq!((status, &page["pageDetails"]["requestCount"]), (200, &json!(500)));
}

#[tokio::test]
async fn what_is_not_there_is_missing_in_one_of_two_ways() {
    let bench = Bench::small().await;
    assert_eq!(bench.get("Tickets/99").await.status(), 404);
    let bench = Bench::with(Assumptions {
        missing: Missing::NullItem,
        ..Assumptions::default()
    })
    .await;
    assert_eq!(bench.read("Tickets/99").await, json!({ "item": null }));
}

#[tokio::test]
async fn numbers_keep_their_digits() {
    let bench = Bench::small().await;
    let asset: Value = serde_json::from_str("0.123456789012345678").expect("a number");
    let company = members(json!({ "id": CONTOSO, "assetValue": asset }));
    bench.simulator.upsert("Companies", company).expect("a company");
    let text = bench
        .get(&format!("Companies/{CONTOSO}"))
        .await
        .text()
        .await
        .expect("text");
    assert!(text.contains("\"assetValue\":0.123456789012345678"), "{text}");
}
