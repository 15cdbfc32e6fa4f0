//! Bundles: several reads in one request, each with its own outcome.

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, Level};
use serde_json::{Value, json};

use super::client::{Bench, ids};

const BUNDLES: &str = "system/bundles";

async fn results(bench: &Bench, requests: Value) -> Vec<Value> {
    let (status, body) = bench.post(BUNDLES, json!({ "requests": requests })).await;
    assert_eq!(status, 200, "{body}");
    body["results"].as_array().expect("results").clone()
}

#[tokio::test]
async fn each_request_is_answered_as_if_it_had_come_alone() {
    let bench = Bench::small().await;
    let requests = json!([
        { "version": "2025.1", "sequenceNumber": 7, "resourceType": "Company", "apiRequest": {
            "filters": { "conditions": "id > 255", "orderBy": "id desc" }, "page": { "page": 2, "pageSize": 2 },
            "fields": "id,name",
        } },
        { "SequenceNumber": 3, "ResourceType": "ADDITION", "ApiRequest": { "ParentId": 1, "Id": 1 } },
        { "sequenceNumber": 4, "resourceType": "contact", "apiRequest": { "page": { "pageId": 28, "pageSize": 1 } } },
    ]);
    let results = results(&bench, requests).await;
    let page = bench
        .read("company/companies?conditions=id>255&orderBy=id desc&page=2&pageSize=2&fields=id,name")
        .await;
    assert_eq!(
        results[0],
        json!({
            "sequenceNumber": 7, "resourceType": "Company", "entities": page, "count": 2, "version": "2025.1",
            "success": true, "statusCode": 200,
        })
    );
    assert_eq!(results[1]["sequenceNumber"], 3);
    assert_eq!(
        results[1]["entities"],
        json!([bench.read("finance/agreements/1/additions/1").await])
    );
    assert_eq!(ids(&results[2]["entities"]), [29]);
}

#[tokio::test]
async fn a_request_fails_alone() {
    let bench = Bench::small().await;
    bench.grant("Companies", "Contacts", Level::None);
    let ask = |kind: &str, request: Value| json!({ "sequenceNumber": 1, "resourceType": kind, "apiRequest": request });
    let requests = json!([
        ask("invoice", json!({})),
        ask("contact", json!({})),
        ask("addition", json!({ "parentId": 777 })),
        ask("addition", json!({})),
        ask("ticket", json!({ "id": 5 })),
        ask("company", json!({ "filters": { "conditions": "nonsense =" } })),
        ask("member", json!({})),
    ]);
    let results = results(&bench, requests).await;
    let outcomes: Vec<(u64, bool)> = results
        .iter()
        .map(|result| {
            assert_eq!(result.get("error").is_none(), result["success"] == true, "{result}");
            (
                result["statusCode"].as_u64().expect("a status"),
                result["success"] == true,
            )
        })
        .collect();
    let expected = [404, 403, 404, 404, 404, 400, 200].map(|status| (status, status == 200));
    assert_eq!(outcomes, expected);
    assert_eq!(results[1]["error"]["code"], "Security");
    assert_eq!(results[2]["error"]["message"], "Agreement 777 not found");
}

#[tokio::test]
async fn the_limit_and_the_existence_of_bundles_are_assumed() {
    let assumptions = Assumptions {
        bundle_limit: 1,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    let one = json!({ "sequenceNumber": 1, "resourceType": "ticket", "apiRequest": {} });
    assert_eq!(bench.post(BUNDLES, json!({ "requests": [one] })).await.0, 200);
    assert_eq!(bench.post(BUNDLES, json!({ "requests": [one, one] })).await.0, 400);
    assert_eq!(bench.post(BUNDLES, json!({})).await.0, 400);

    let assumptions = Assumptions {
        bundles_served: false,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    let (status, body) = bench.post(BUNDLES, json!({ "requests": [one] })).await;
    assert_eq!(
        (status, &body["message"]),
        (404, &json!("The endpoint does not exist."))
    );
}
