//! A simulator with a client that knows its credentials.

use std::sync::Arc;

use psa_simulator::autotask::{Assumptions, Simulator, SimulatorOptions};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Map, Value, json};

/// The instant that every test's tenant believes it is.
pub(crate) const NOW: &str = "2026-03-15T10:20:30Z";
/// The first customer, Contoso.
pub(crate) const CONTOSO: i64 = 174;
/// Contoso's contract "Managed Backup", which runs with the year 2026 and has three desktops.
pub(crate) const CONTRACT: i64 = 29_684_100;
/// The service of those desktops on the contract.
pub(crate) const DESKTOPS: i64 = 1;
pub(crate) const API_USER: i64 = 30_690_001;
/// The person at the tenant whom others may act for.
pub(crate) const ADA: i64 = 29_682_885;

/// A running tenant and an authenticated client.
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    pub(crate) http: reqwest::Client,
}

impl Bench {
    pub(crate) async fn small() -> Self {
        Self::with(Assumptions::default()).await
    }

    pub(crate) async fn with(assumptions: Assumptions) -> Self {
        Self::start(SimulatorOptions {
            assumptions,
            ..options()
        })
        .await
    }

    pub(crate) async fn start(options: SimulatorOptions) -> Self {
        let simulator = Simulator::start(options).await.expect("a free port");
        Self {
            simulator,
            http: http(),
        }
    }

    /// A request with credentials to a whole address.
    pub(crate) fn at(&self, method: Method, url: &str) -> RequestBuilder {
        let known = options();
        self.http
            .request(method, url)
            .header("UserName", known.user_name)
            .header("Secret", known.secret)
            .header("ApiIntegrationCode", known.integration_code)
    }

    /// A request with credentials to a path after `…/V1.0/`.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.at(method, &format!("{}V1.0/{path}", self.simulator.zone_url()))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    /// The body of a GET that must succeed.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.expect("JSON")
    }

    /// Status and body of a write.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let response = self.request(method, path).json(&body).send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// The id of what is created.
    pub(crate) async fn create(&self, path: &str, body: Value) -> i64 {
        let (status, said) = self.send(Method::POST, path, body).await;
        assert_eq!(status, 200, "{path}: {said}");
        assert_eq!(said.as_object().expect("an object").len(), 1, "nothing but the id");
        said["itemId"].as_i64().expect("an id")
    }

    /// Changes something, which must succeed.
    pub(crate) async fn patch(&self, path: &str, body: Value) {
        let (status, said) = self.send(Method::PATCH, path, body.clone()).await;
        assert_eq!((status, &said["itemId"]), (200, &body["id"]), "{path}: {said}");
    }

    /// The texts of a refusal, which has the status 500 like every other.
    pub(crate) async fn refused(&self, method: Method, path: &str, body: Value) -> String {
        let (status, said) = self.send(method, path, body).await;
        assert_eq!(status, 500, "{path}: {said}");
        let errors = said["errors"].as_array().expect("texts").iter();
        let errors: Vec<&str> = errors.map(|error| error.as_str().expect("text")).collect();
        errors.join(" ")
    }

    /// One record, which must be there.
    pub(crate) async fn item(&self, entity: &str, id: i64) -> Value {
        self.read(&format!("{entity}/{id}")).await["item"].clone()
    }

    /// What a filter finds on its first page.
    pub(crate) async fn query(&self, entity: &str, filter: Value) -> Vec<Value> {
        let (status, said) = self
            .send(Method::POST, &format!("{entity}/query"), json!({ "filter": filter }))
            .await;
        assert_eq!(status, 200, "{entity}: {said}");
        said["items"].as_array().expect("items").clone()
    }

    /// Status and body of a request to a control endpoint, without credentials.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/simulator/{path}", self.simulator.base_url());
        let sent = self.http.request(method, url).json(&body).send().await;
        let response = sent.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("text");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator is tested by a plain client, as foreign ones are"
)]
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// A small tenant at [`NOW`].
pub(crate) fn options() -> SimulatorOptions {
    let now = NOW.parse().expect("an instant");
    SimulatorOptions {
        clock: Arc::new(move || now),
        ..Default::default()
    }
}

/// The ids of records.
pub(crate) fn ids(records: &[Value]) -> Vec<i64> {
    records
        .iter()
        .map(|record| record["id"].as_i64().expect("an id"))
        .collect()
}

/// An object's members.
pub(crate) fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

/// A ticket of Contoso that can be created.
pub(crate) fn ticket(title: &str) -> Value {
    json!({ "companyID": CONTOSO, "title": title, "status": 1, "priority": 2 })
}
