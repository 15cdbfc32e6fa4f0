//! Somebody who asks the server, and keeps everything that it answers.

use std::sync::Mutex;

use psa_tests::{receiver::Delivery, setup, wait};
use reqwest::{Method, RequestBuilder, header::CONTENT_TYPE};
use serde_json::{Value, json};

/// A client, and what it has heard.
pub(super) struct Witness {
    http: reqwest::Client,
    base: String,
    heard: Mutex<Vec<(String, Vec<u8>)>>,
}

impl Witness {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test speaks to the server under test, not to a PSA"
    )]
    pub(super) fn of(base: &str) -> Self {
        Self {
            http: reqwest::Client::builder().build().expect("a client can be made"),
            base: base.to_owned(),
            heard: Mutex::default(),
        }
    }

    /// Everything that was answered, with what was asked for.
    pub(super) fn heard(&self) -> Vec<(String, Vec<u8>)> {
        self.heard.lock().expect("not poisoned").clone()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn send(&self, what: &str, request: RequestBuilder, is_kept: bool) -> (u16, Vec<u8>) {
        let answer = request.send().await.expect("the server answers");
        let status = answer.status().as_u16();
        let mut heard = format!("{status} {:?}\n", answer.headers()).into_bytes();
        let body = answer.bytes().await.expect("a body").to_vec();
        heard.extend_from_slice(&body);
        if is_kept {
            self.heard.lock().expect("not poisoned").push((what.to_owned(), heard));
        }
        (status, body)
    }

    /// Sends an operation, and gives the answer back.
    pub(super) async fn ask(&self, token: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let request = self.request(Method::POST, "/graphql").bearer_auth(token).json(&body);
        let (_, answer) = self.send(query, request, true).await;
        serde_json::from_slice(&answer).expect("the answer is JSON")
    }

    /// Sends an operation whose answer shows a secret by its purpose.
    pub(super) async fn ask_for_a_secret(&self, token: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let request = self.request(Method::POST, "/graphql").bearer_auth(token).json(&body);
        let (_, answer) = self.send(query, request, false).await;
        serde_json::from_slice(&answer).expect("the answer is JSON")
    }

    /// Sends a body that may be no operation, and gives the status back.
    pub(super) async fn post(&self, token: &str, path: &str, kind: &str, body: String) -> u16 {
        let request = self.request(Method::POST, path).bearer_auth(token);
        let what = format!("a body of {} bytes as {kind} to {path}", body.len());
        self.send(&what, request.header(CONTENT_TYPE, kind).body(body), true)
            .await
            .0
    }

    /// Reads an address, and gives the status back.
    pub(super) async fn get(&self, path: &str) -> u16 {
        let request = self.request(Method::GET, path);
        self.send("an address", request, true).await.0
    }

    /// Announces something, and gives the status back.
    pub(super) async fn announce(&self, path: &str, delivery: &Delivery) -> u16 {
        let mut request = self.request(Method::POST, path);
        for (name, value) in &delivery.headers {
            if !["host", "content-length"].contains(&name.to_ascii_lowercase().as_str()) {
                request = request.header(name, value);
            }
        }
        self.send("an announcement", request.body(delivery.body.clone()), true)
            .await
            .0
    }

    /// Waits for a job to end, and gives its state back.
    pub(super) async fn finished(&self, token: &str, job: &Value) -> String {
        wait::until("a job", || async {
            let query = "query Job($id: ID!) { node(id: $id) { ... on Job {
                kind state problem { code message remedy } result
            } } }";
            let answer = self.ask(token, query, json!({ "id": job })).await;
            let state = setup::text(&answer["data"]["node"]["state"]);
            ["SUCCEEDED", "FAILED", "CANCELLED"]
                .contains(&state.as_str())
                .then_some(state)
        })
        .await
    }
}
