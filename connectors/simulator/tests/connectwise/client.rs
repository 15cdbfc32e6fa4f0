//! A simulator with a client that knows its keys.

use std::sync::Arc;

use psa_simulator::DataSet;
use psa_simulator::connectwise::{Assumptions, Level, RightsChange, Simulator, SimulatorOptions};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

/// The instant that every test's site believes it is.
pub(crate) const NOW: &str = "2026-03-15T10:20:30Z";
pub(crate) const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";

/// A running site and an authenticated client.
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    pub(crate) http: reqwest::Client,
}

impl Bench {
    pub(crate) async fn small() -> Self {
        Self::with(DataSet::Small, Assumptions::default()).await
    }

    pub(crate) async fn with(data_set: DataSet, assumptions: Assumptions) -> Self {
        Self::start(SimulatorOptions {
            data_set,
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

    /// An authenticated request to a path after `…/apis/3.0/`.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/v4_6_release/apis/3.0/{path}", self.simulator.base_url());
        self.http
            .request(method, url)
            .basic_auth("training+public", Some("private"))
            .header("clientId", CLIENT_ID)
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

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::POST, path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::PATCH, path, body).await
    }

    /// Status and body of a request to a control endpoint, without credentials.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/simulator/{path}", self.simulator.base_url());
        let response = self
            .http
            .request(method, url)
            .json(&body)
            .send()
            .await
            .expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("text");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Sets all four levels of a right.
    pub(crate) fn grant(&self, module: &str, function: &str, level: Level) {
        let change = RightsChange {
            module: module.to_owned(),
            function: function.to_owned(),
            add: Some(level),
            edit: Some(level),
            delete: Some(level),
            inquire: Some(level),
        };
        self.simulator.set_rights(&change);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator is tested by a plain client, as foreign ones are"
)]
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// A small site at [`NOW`].
pub(crate) fn options() -> SimulatorOptions {
    let now = NOW.parse().expect("an instant");
    SimulatorOptions {
        clock: Arc::new(move || now),
        ..Default::default()
    }
}

/// The ids of listed records.
pub(crate) fn ids(records: &Value) -> Vec<i64> {
    records
        .as_array()
        .expect("an array")
        .iter()
        .map(|record| record["id"].as_i64().expect("an id"))
        .collect()
}
