//! The endpoint over real connections.

mod defences;
mod server;
mod socket;

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use server::{STRICT, Server, query, send};

#[tokio::test]
async fn a_query_is_answered_in_the_media_type_that_was_asked_for() {
    let server = Server::start().await;
    for (accept, media) in [
        (STRICT, "application/graphql-response+json; charset=utf-8"),
        ("application/json", "application/json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
    ] {
        let body = json!({ "query": "query D($n: Int!) { double(n: $n) }", "variables": { "n": 21 } }).to_string();
        let answer = send(server.post(accept).body(body)).await;
        assert_eq!(
            (answer.status, answer.media(), &answer.body),
            (StatusCode::OK, media, &json!({ "data": { "double": 42 } }))
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
    let answer = send(server.post("text/html").body(query("{ double(n: 1) }"))).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE")
    );
}

#[tokio::test]
async fn a_request_that_is_refused_has_no_data_and_says_so_in_its_status() {
    let server = Server::start().await;
    let coercion = json!({ "query": "query C($n: Int!) { double(n: $n) }", "variables": { "n": null } }).to_string();
    for (body, code) in [
        (query("{ double("), "GRAPHQL_PARSE_FAILED"),
        (query("{ nothing }"), "GRAPHQL_VALIDATION_FAILED"),
        (query("subscription { nothing }"), "GRAPHQL_VALIDATION_FAILED"),
        (
            query("query A { double(n: 1) } query B { double(n: 1) }"),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (coercion, "GRAPHQL_VALIDATION_FAILED"),
        (
            query(&format!("{{ {} }}", "double(n: 1) ".repeat(21))),
            "QUERY_TOO_COMPLEX",
        ),
        (
            query(&format!("{}{}", "{a".repeat(40), "}".repeat(40))),
            "QUERY_TOO_COMPLEX",
        ),
    ] {
        let strict = send(server.post(STRICT).body(body.clone())).await;
        let legacy = send(server.post("application/json").body(body.clone())).await;
        assert_eq!(
            (strict.status, legacy.status),
            (StatusCode::BAD_REQUEST, StatusCode::OK),
            "{body}"
        );
        for answer in [strict, legacy] {
            assert_eq!(answer.code(), code, "{body}");
            assert!(answer.body.get("data").is_none(), "{body}");
            assert_eq!(
                answer.body["errors"][0]["extensions"]["requestId"],
                answer.headers["x-request-id"].to_str().unwrap()
            );
        }
    }
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let server = Server::start().await;
    for body in [
        "",
        "nope",
        "[]",
        "{}",
        "[{\"query\":\"{ double(n: 1) }\"}]",
        "{\"query\":\"{a}\",\"variables\":[]}",
    ] {
        let answer = send(server.post("application/json").body(body.to_owned())).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            "{body}"
        );
    }
    let answer = send(server.post("application/json").body(query(&"x".repeat(5_000)))).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE")
    );
}

#[tokio::test]
async fn what_any_web_page_could_send_is_refused() {
    let server = Server::start().await;
    let url = format!("http://{}/graphql", server.address);
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let request = server
            .client
            .post(&url)
            .header("content-type", media)
            .bearer_auth(server.token());
        let answer = send(request.body(query("mutation { touch }"))).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
            "{media}"
        );
    }
    let answer = send(
        server
            .client
            .post(&url)
            .bearer_auth(server.token())
            .body(query("{ double(n: 1) }")),
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn get_answers_queries_and_never_mutations() {
    let server = Server::start().await;
    let answer =
        send(server.get("/graphql?query=query%20D(%24n%3AInt!)%7Bdouble(n%3A%24n)%7D&variables=%7B%22n%22%3A2%7D"))
            .await;
    assert_eq!(
        (answer.status, &answer.body),
        (StatusCode::OK, &json!({ "data": { "double": 4 } }))
    );
    for path in [
        "?query=mutation%7Btouch%7D",
        "?query=query%20A%7Bdouble(n%3A1)%7D%20mutation%20B%7Btouch%7D&operationName=B",
    ] {
        let answer = send(server.get(&format!("/graphql{path}"))).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::METHOD_NOT_ALLOWED, "MUTATION_BY_GET"),
            "{path}"
        );
        assert_eq!(answer.headers["allow"], "POST");
    }
    let answer = send(server.client.delete(format!("http://{}/graphql", server.address))).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED")
    );
    let answer = send(server.get("/graphql")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
}

#[tokio::test]
async fn nobody_without_a_valid_token_is_answered() {
    let server = Server::start().await;
    let url = format!("http://{}/graphql", server.address);
    for header in [
        None,
        Some("Bearer nope".to_owned()),
        Some("Basic YTpi".to_owned()),
        Some(format!("Bearer {}x", server.token())),
    ] {
        let mut request = server
            .client
            .post(&url)
            .header("content-type", "application/json")
            .body(query("{ double(n: 1) }"));
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let answer = send(request).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
            "{header:?}"
        );
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert!(answer.body.get("data").is_none());
    }
}

#[tokio::test]
async fn what_breaks_inside_is_not_told() {
    let server = Server::start().await;
    let answer = send(server.post(STRICT).body(query("{ double(n: 1) fails }"))).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::OK, "INTERNAL"));
    assert_eq!(answer.body["data"], json!({ "double": 2, "fails": null }));
    assert!(!answer.body.to_string().contains("canary"), "{}", answer.body);
    let answer = send(server.post(STRICT).body(query("{ panics(message: \"x\") }"))).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL")
    );
    let answer = send(server.post(STRICT).body(query("{ never }"))).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::GATEWAY_TIMEOUT, "TIMEOUT"));
}

#[tokio::test]
async fn a_usable_request_id_is_kept_and_another_replaced() {
    let server = Server::start().await;
    let answer = send(
        server
            .post(STRICT)
            .header("x-request-id", "abc-123")
            .body(query("{ double(n: 1) }")),
    )
    .await;
    assert_eq!(answer.headers["x-request-id"], "abc-123");
    let answer = send(
        server
            .post(STRICT)
            .header("x-request-id", "a b")
            .body(query("{ double(n: 1) }")),
    )
    .await;
    assert_eq!(answer.headers["x-request-id"].len(), 36);
}

#[tokio::test]
async fn the_introspection_query_of_common_tools_passes_the_limits() {
    let server = Server::start().await;
    let mut kind = String::from("kind name");
    for _ in 0..9 {
        kind = format!("kind name ofType {{ {kind} }}");
    }
    let introspection = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} \
         subscriptionType {{ name kind }} types {{ ...FullType }} directives {{ name description isRepeatable locations \
         args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description specifiedByURL isOneOf \
         fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }} \
         type {{ ...TypeRef }} isDeprecated deprecationReason }} \
         inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} \
         enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} \
         possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }} \
         fragment TypeRef on __Type {{ {kind} }}"
    );
    let answer = send(server.post(STRICT).body(query(&introspection))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.body.get("errors").is_none(), "{}", answer.body);
}

#[tokio::test]
async fn the_other_pages_answer() {
    let server = Server::start().await;
    let answer = send(server.get("/healthz")).await;
    assert_eq!(
        (answer.status, &answer.body),
        (StatusCode::OK, &json!({ "status": "ok" }))
    );
    let answer = send(server.get("/readyz")).await;
    assert_eq!(
        (answer.status, &answer.body),
        (StatusCode::OK, &json!({ "status": "ok" }))
    );
    let answer = send(server.get("/graphiql")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
    let answer = send(server.get("/elsewhere")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
    server.test.app.db.close_by_ref().await.unwrap();
    let answer = send(server.get("/readyz")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_stopping_server_finishes_what_it_began() {
    let server = Server::start().await;
    let request = tokio::spawn(server.post(STRICT).body(query("{ never }")).send());
    // The request is under way once the viewer's provider exists.
    let begun = async {
        use sea_orm::EntityTrait;
        while psa_entities::provider::Entity::find()
            .one(server.test.app.db.read())
            .await
            .unwrap()
            .is_none()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), begun).await.unwrap();
    server.shutdown.cancel();
    assert_eq!(request.await.unwrap().unwrap().status(), StatusCode::GATEWAY_TIMEOUT);
    tokio::time::timeout(Duration::from_secs(10), server.task)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}
