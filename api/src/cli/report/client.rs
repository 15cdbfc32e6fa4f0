//! A small client of the server's own GraphQL API, for the commands that work through it like any script.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

/// A client with a token.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    endpoint: Url,
    token: SecretString,
}

/// Why a call did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server cannot be reached or answers something else than GraphQL.
    #[error("{endpoint} does not answer: {source}")]
    Unreachable {
        /// Where it was looked for.
        endpoint: Url,
        /// Why.
        source: reqwest::Error,
    },
    /// The server refuses the request.
    #[error("the server refuses the request: {0}")]
    Refused(String),
    /// The mutation's payload says why it did not do what it was asked to.
    #[error("{field}: {errors}")]
    UserErrors {
        /// The mutation.
        field: String,
        /// Its user errors.
        errors: Value,
    },
}

impl Client {
    /// A client of the API at `endpoint`, such as `http://127.0.0.1:8080/graphql`.
    ///
    /// # Errors
    /// The TLS library cannot be set up.
    #[expect(
        clippy::disallowed_methods,
        reason = "this client speaks to this server's own API, never to a PSA"
    )]
    pub fn new(endpoint: Url, token: SecretString) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
        Ok(Self { http, endpoint, token })
    }

    /// Runs an operation and gives its data back.
    ///
    /// # Errors
    /// The server cannot be reached or answers with errors.
    pub async fn run(&self, query: &str, variables: Value) -> Result<Value, ClientError> {
        let unreachable = |source| ClientError::Unreachable {
            endpoint: self.endpoint.clone(),
            source,
        };
        let request = self
            .http
            .post(self.endpoint.clone())
            .bearer_auth(self.token.expose_secret())
            .json(&json!({ "query": query, "variables": variables }));
        let mut answer: Value = request
            .send()
            .await
            .map_err(unreachable)?
            .json()
            .await
            .map_err(unreachable)?;
        if let Some(errors) = answer.get("errors") {
            return Err(ClientError::Refused(errors.to_string()));
        }
        Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
    }

    /// Runs a mutation of one field and gives its payload back.
    ///
    /// # Errors
    /// As [`run`](Self::run), and when the payload has user errors.
    pub async fn mutate(&self, query: &str, input: Value) -> Result<Value, ClientError> {
        let data = self.run(query, json!({ "input": input })).await?;
        let Value::Object(fields) = data else {
            return Err(ClientError::Refused("there is no data".to_owned()));
        };
        let Some((field, payload)) = fields.into_iter().next() else {
            return Err(ClientError::Refused("there is no payload".to_owned()));
        };
        match payload.get("userErrors") {
            Some(Value::Array(errors)) if !errors.is_empty() => Err(ClientError::UserErrors {
                field,
                errors: Value::Array(errors.clone()),
            }),
            _ => Ok(payload),
        }
    }
}
