//! What keeps callers apart and strangers out: allowances, origins, trusted documents, the page for trying queries.

use std::path::PathBuf;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::server::{STRICT, Server, query, send};

#[tokio::test]
async fn who_sends_too_many_requests_is_told_when_to_come_back() {
    let server = Server::with(|config| {
        config.limits.requests_per_minute = 2;
        config.limits.requests_at_once = 2;
    })
    .await;
    for _ in 0..2 {
        let answer = send(server.post(STRICT).body(query("{ double(n: 1) }"))).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    for request in [
        server.post("application/json").body(query("{ double(n: 1) }")),
        server.get("/graphql?query={double(n:1)}"),
    ] {
        let answer = send(request).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::TOO_MANY_REQUESTS, "THROTTLED")
        );
        let pause: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=30).contains(&pause), "{pause}");
        assert!(
            answer.body.to_string().contains(&format!("wait for {pause} s")),
            "{}",
            answer.body
        );
    }
    // Whoever has no token spends nobody's allowance.
    let address = format!("http://{}/graphql", server.address);
    let stranger = server.client.post(address).header("content-type", "application/json");
    let answer = send(stranger.body(query("{ double(n: 1) }"))).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn pages_of_the_configured_origins_may_read_answers_and_no_others() {
    let server =
        Server::with(|config| config.server.cors_origins = vec!["https://console.example.com".to_owned()]).await;
    let allowed = |headers: &reqwest::header::HeaderMap| {
        let header = headers.get("access-control-allow-origin");
        header.map(|value| value.to_str().unwrap().to_owned())
    };
    for (origin, expected) in [
        ("https://console.example.com", Some("https://console.example.com")),
        ("https://console.example.com.evil.example", None),
        ("http://console.example.com", None),
        ("null", None),
    ] {
        let address = format!("http://{}/graphql", server.address);
        let asked = server
            .client
            .request(reqwest::Method::OPTIONS, address)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type");
        let asked = send(asked).await;
        assert_eq!(allowed(&asked.headers).as_deref(), expected, "{origin}");
        assert!(asked.headers.get("access-control-allow-credentials").is_none());
        let answer = send(
            server
                .post(STRICT)
                .header("origin", origin)
                .body(query("{ double(n: 1) }")),
        )
        .await;
        assert_eq!(answer.status, StatusCode::OK, "{origin}");
        assert_eq!(allowed(&answer.headers).as_deref(), expected, "{origin}");
    }
    let answer = send(
        server
            .post(STRICT)
            .header("origin", "https://console.example.com")
            .body("[]"),
    )
    .await;
    let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap();
    assert!(
        exposed.contains("x-request-id") && exposed.contains("retry-after"),
        "{exposed}"
    );
}

#[tokio::test]
async fn without_configured_origins_no_page_is_let_in() {
    let server = Server::start().await;
    let request = server.post(STRICT).header("origin", "https://console.example.com");
    let answer = send(request.body(query("{ double(n: 1) }"))).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.headers.get("access-control-allow-origin").is_none());
}

/// A file of documents, in the directory that goes with it.
fn documents() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::TempDir::new().unwrap();
    let file = directory.path().join("documents.json");
    let content = json!({ "sha256:aa01": "query Twice($n: Int!) { double(n: $n) }", "bb02": "mutation { touch }" });
    std::fs::write(&file, content.to_string()).unwrap();
    (directory, file)
}

#[tokio::test]
async fn a_stored_document_is_answered_by_its_id() {
    let (_directory, file) = documents();
    let server = Server::with(|config| config.server.documents_file = Some(file)).await;
    let named = json!({ "documentId": "sha256:aa01", "variables": { "n": 21 } }).to_string();
    let answer = send(server.post(STRICT).body(named)).await;
    assert_eq!(answer.body, json!({ "data": { "double": 42 } }));
    let answer = send(server.get("/graphql?documentId=aa01&variables={\"n\":4}")).await;
    assert_eq!(answer.body, json!({ "data": { "double": 8 } }));
    let answer = send(server.get("/graphql?documentId=bb02")).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::METHOD_NOT_ALLOWED, "MUTATION_BY_GET")
    );
    let of_apollo = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "cc03" } } }).to_string();
    let answer = send(server.post(STRICT).body(of_apollo)).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::BAD_REQUEST, "PERSISTED_QUERY_NOT_FOUND")
    );
    let answer = send(server.post(STRICT).body(query("{ double(n: 3) }"))).await;
    assert_eq!(answer.body, json!({ "data": { "double": 6 } }));
}

#[tokio::test]
async fn where_only_stored_documents_are_trusted_no_other_is_answered() {
    let (_directory, file) = documents();
    let server = Server::with(|config| {
        config.server.documents_file = Some(file);
        config.server.documents_only = true;
    })
    .await;
    for refused in [
        "{ double(n: 3) }",
        "{ __schema { queryType { name } } }",
        "mutation { touch touch }",
    ] {
        let answer = send(server.post(STRICT).body(query(refused))).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "DOCUMENT_NOT_TRUSTED")
        );
    }
    let whole = json!({ "query": "query Twice($n: Int!) { double(n: $n) }", "variables": { "n": 1 } }).to_string();
    let answer = send(server.post(STRICT).body(whole)).await;
    assert_eq!(answer.body, json!({ "data": { "double": 2 } }));
}

#[tokio::test]
async fn the_cost_is_told_to_whoever_asks_for_it() {
    let server = Server::start().await;
    let ask = |asked: Value| json!({ "query": "{ a: double(n: 1) b: double(n: 2) }", "extensions": { "cost": asked } });
    let answer = send(server.post(STRICT).body(ask(json!(true)).to_string())).await;
    assert_eq!(
        answer.body["extensions"],
        json!({ "cost": { "cost": 2, "depth": 1, "maximumCost": 5_000, "maximumDepth": 15 } })
    );
    let answer = send(server.post(STRICT).body(ask(json!(false)).to_string())).await;
    assert!(answer.body.get("extensions").is_none(), "{}", answer.body);
}

#[tokio::test]
async fn the_page_for_trying_queries_is_there_when_it_is_wanted() {
    let server = Server::with(|config| config.server.graphiql = true).await;
    let answer = server.get("/graphiql").send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("connect-src 'self'"), "{policy}");
    let page = answer.text().await.unwrap();
    assert!(page.contains("PSA Bridge") && page.contains("Authorization"), "{page}");
}
