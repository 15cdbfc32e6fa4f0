//! Pages: opaque addresses, forwards and back, and nobody else's.

use psa_simulator::autotask::{Assumptions, LastPage};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Bench, ids};

async fn first(bench: &Bench, most: usize) -> Value {
    let body = json!({ "MaxRecords": most, "filter": [{ "op": "exist", "field": "id" }], "IncludeFields": ["id"] });
    let (status, page) = bench.send(Method::POST, "Companies/query", body).await;
    assert_eq!(status, 200, "{page}");
    page
}

async fn at(bench: &Bench, method: Method, url: &Value) -> Value {
    let sent = bench.at(method, url.as_str().expect("an address")).send().await;
    let answer = sent.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.json().await.expect("JSON")
}

fn page_ids(page: &Value) -> Vec<i64> {
    ids(page["items"].as_array().expect("items"))
}

#[tokio::test]
async fn a_walk_gives_everything_once_by_id_in_either_method() {
    let bench = Bench::small().await;
    for (method, most) in [(Method::GET, 1), (Method::POST, 4), (Method::GET, 13)] {
        let mut page = first(&bench, most).await;
        let mut seen = page_ids(&page);
        while !page["pageDetails"]["nextPageUrl"].is_null() {
            page = at(&bench, method.clone(), &page["pageDetails"]["nextPageUrl"]).await;
            assert!(page_ids(&page).len() <= most);
            seen.extend(page_ids(&page));
        }
        assert_eq!(seen.len(), 13);
        assert!(seen.is_sorted());
    }
}

#[tokio::test]
async fn a_page_knows_the_one_before_it() {
    let bench = Bench::small().await;
    let page = first(&bench, 5).await;
    assert_eq!(page["pageDetails"]["prevPageUrl"], Value::Null);
    let second = at(&bench, Method::GET, &page["pageDetails"]["nextPageUrl"]).await;
    let back = at(&bench, Method::GET, &second["pageDetails"]["prevPageUrl"]).await;
    assert_eq!(page_ids(&back), page_ids(&page));
    assert_eq!(back["pageDetails"]["count"], 5);
}

#[tokio::test]
async fn what_comes_or_goes_meanwhile_moves_no_other_record() {
    let bench = Bench::small().await;
    let page = first(&bench, 5).await;
    let known = page_ids(&page);
    bench.simulator.remove("Companies", known[1]).expect("a company");
    let second = at(&bench, Method::GET, &page["pageDetails"]["nextPageUrl"]).await;
    assert!(page_ids(&second).iter().all(|id| !known.contains(id)));
    assert_eq!(page_ids(&second).len(), 5);
}

#[tokio::test]
async fn a_token_is_good_for_its_own_list_alone() {
    let bench = Bench::small().await;
    let page = first(&bench, 5).await;
    let next = page["pageDetails"]["nextPageUrl"].as_str().expect("an address");
    let (before, token) = next.split_once("paging=").expect("a token");
    let other = Bench::small().await;
    let foreign = first(&other, 5).await;
    let foreign = foreign["pageDetails"]["nextPageUrl"].as_str().expect("an address");
    let (_, foreign) = foreign.split_once("paging=").expect("a token");
    let forged = format!("{}A", &token[..token.len() - 1]);
    let contacts = before.replace("Companies", "Contacts");
    let urls = [
        format!("{before}paging={foreign}"),
        format!("{before}paging={forged}x"),
        format!("{before}paging="),
        format!("{contacts}paging={token}"),
    ];
    for url in urls {
        let answer = bench.at(Method::GET, &url).send().await.expect("an answer");
        assert_eq!(answer.status(), 500, "{url}");
        let said: Value = answer.json().await.expect("JSON");
        assert_eq!(said, json!({ "errors": ["The paging token is invalid."] }));
    }
}

#[tokio::test]
async fn the_end_is_told_in_one_of_three_ways() {
    for (last_page, expected) in [
        (LastPage::Null, Some(Value::Null)),
        (LastPage::Empty, Some(json!(""))),
        (LastPage::Absent, None),
    ] {
        let bench = Bench::with(Assumptions {
            last_page,
            ..Assumptions::default()
        })
        .await;
        let page = first(&bench, 500).await;
        assert_eq!(page["pageDetails"].get("nextPageUrl").cloned(), expected);
    }
}
