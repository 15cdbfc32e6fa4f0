//! Lists: pages, links, filters, members, and the size of the large data set.

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, OverLimit};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::client::{Bench, ids};

fn link(response: &Response) -> Option<String> {
    response
        .headers()
        .get("link")
        .map(|link| link.to_str().expect("text").to_owned())
}

#[tokio::test]
async fn numbered_pages_carry_the_four_relations() {
    let bench = Bench::small().await;
    let response = bench.get("company/companies?PAGESIZE=5&Page=2&orderBy=id asc").await;
    let links = link(&response).expect("links");
    for rel in ["first", "prev", "next", "last"] {
        assert!(links.contains(&format!("rel=\"{rel}\"")), "{links}");
    }
    assert!(links.contains("orderBy=id+asc&pageSize=5&page=3"), "{links}");
    let page: Value = response.json().await.expect("JSON");
    assert_eq!(ids(&page), [255, 256, 257, 258, 259]);

    let last = bench.get("company/companies?pageSize=5&page=3").await;
    let links = link(&last).expect("links");
    assert!(
        !links.contains("next") && !links.contains("last") && links.contains("prev"),
        "{links}"
    );
    assert_eq!(link(&bench.get("company/companies").await), None);
    assert_eq!(bench.read("company/companies?page=9").await, json!([]));
}

/// An answer to a request for forward-only pages.
async fn forward(bench: &Bench, path: &str) -> Response {
    let asked = bench
        .request(Method::GET, path)
        .header("pagination-type", "forward-only");
    asked.send().await.expect("an answer")
}

#[tokio::test]
async fn forward_only_pages_end_with_an_empty_link() {
    let bench = Bench::small().await;
    let response = forward(&bench, "company/companies?pageSize=8").await;
    let links = link(&response).expect("a link");
    assert!(
        links.contains("pageId=257") && links.contains("rel=\"next\""),
        "{links}"
    );
    let response = forward(&bench, "company/companies?pageSize=8&pageId=257").await;
    assert_eq!(link(&response).as_deref(), Some(""));
    let page: Value = response.json().await.expect("JSON");
    assert_eq!(ids(&page), [258, 259, 260, 261]);
    assert_eq!(forward(&bench, "company/companies?orderBy=name").await.status(), 400);
}

#[tokio::test]
async fn an_older_server_pages_by_number_whatever_it_is_asked_for() {
    let bench = Bench::with(DataSet::Small, older()).await;
    // The id is not heard: the first page comes again, and its link is one of numbers.
    let response = forward(&bench, "company/companies?pageSize=8&pageId=257").await;
    let links = link(&response).expect("a link");
    assert!(
        links.contains("page=2>; rel=\"next\"") && !links.contains("pageId"),
        "{links}"
    );
    let page: Value = response.json().await.expect("JSON");
    assert_eq!(ids(&page), (250..258).collect::<Vec<_>>());
    let response = forward(&bench, "company/companies?pageSize=8&page=2&orderBy=id desc").await;
    assert!(link(&response).is_some_and(|links| !links.contains("rel=\"next\"")));
    let page: Value = response.json().await.expect("JSON");
    assert_eq!(ids(&page), [253, 252, 251, 250]);
}

fn older() -> Assumptions {
    Assumptions {
        forward_only: false,
        ..Assumptions::default()
    }
}

#[tokio::test]
async fn the_large_data_set_has_its_sizes_and_its_first_companies() {
    let bench = Bench::with(DataSet::Msp, Assumptions::default()).await;
    for (path, wanted) in [
        ("company/companies/count", 2000),
        ("company/contacts/count", 5000),
        ("procurement/catalog/count", 500),
        ("finance/agreements/count", 1200),
        ("service/info/boards/count", 8),
    ] {
        assert_eq!(bench.read(path).await["count"], wanted, "{path}");
    }
    let lines = bench.simulator.records("additions").len();
    assert!((2200..2600).contains(&lines), "{lines}");
    let deleted = bench.read("company/companies/count?conditions=deletedFlag=true").await;
    assert!(deleted["count"].as_i64().is_some_and(|count| count > 10));
    let small = Bench::small()
        .await
        .read("company/companies?fields=id,name,identifier")
        .await;
    assert_eq!(
        bench
            .read("company/companies?fields=id,name,identifier&pageSize=12")
            .await,
        small
    );

    let page = bench.read("company/companies?pageSize=5000").await;
    assert_eq!(page.as_array().map(Vec::len), Some(1000));
    let assumptions = Assumptions {
        page_size_over_limit: OverLimit::Refuse,
        ..Assumptions::default()
    };
    let bench = Bench::with(DataSet::Small, assumptions).await;
    assert_eq!(bench.get("company/companies?pageSize=1001").await.status(), 400);
}

#[tokio::test]
async fn filters_search_members_and_lists() {
    let bench = Bench::small().await;
    let found = bench
        .read("company/companies?conditions=identifier=\"contosodental\" and deletedFlag=false")
        .await;
    assert_eq!(ids(&found), [250]);
    let found = bench
        .read("company/companies?childconditions=types/name=\"Client\"&fields=id&pageSize=3")
        .await;
    assert_eq!(found, json!([{ "id": 250 }, { "id": 251 }, { "id": 252 }]));
    let found = bench
        .read("finance/agreements?conditions=company/id=250 and agreementStatus='Active'")
        .await;
    assert_eq!(found[0]["name"], "Managed Backup");
    assert_eq!(found[0]["nextInvoiceDate"], "2026-04-01T00:00:00Z");
    let found = bench
        .read("company/contacts?conditions=company/identifier='Fabrikam'&orderBy=lastName desc")
        .await;
    assert!(found.as_array().is_some_and(|found| found.len() == 3));
    let changed = bench
        .read("company/companies?conditions=lastUpdated>[2025-01-01T00:00:00Z]")
        .await;
    assert_eq!(changed, json!([]));

    let response = bench.get("company/companies?conditions=deletedFlag=1").await;
    assert_eq!(response.status(), 400);
    let body: Value = response.json().await.expect("JSON");
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("Expected a boolean value, not a numeric."))
    );
}

#[tokio::test]
async fn records_omit_nulls_and_a_rename_shows_in_references() {
    let bench = Bench::small().await;
    let agreement = bench.read("finance/agreements/1").await;
    assert!(
        agreement
            .as_object()
            .is_some_and(|members| !members.values().any(Value::is_null))
    );
    assert_eq!(agreement["company"]["name"], "Contoso Dental Group, LLC");
    let renamed = json!({ "id": 250, "name": "Contoso Smiles" });
    bench
        .simulator
        .upsert("companies", renamed.as_object().expect("an object").clone())
        .expect("a kind");
    assert_eq!(
        bench.read("finance/agreements/1").await["company"]["name"],
        "Contoso Smiles"
    );
    let changed = bench
        .read("company/companies?conditions=lastUpdated>[2026-03-15T00:00:00Z]&fields=id")
        .await;
    assert_eq!(ids(&changed), [250]);
}
