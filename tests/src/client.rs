//! A client of the API, as a script would write it.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::{Said, Socket};

/// A client with the permissions of one role.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    endpoint: String,
    token: Option<SecretString>,
}

impl Client {
    /// A client of the server at `base`; without a token it is nobody in particular.
    ///
    /// # Panics
    /// The TLS library cannot be set up.
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests speak to the server under test, not to a PSA"
    )]
    pub fn new(base: &str, token: Option<SecretString>) -> Self {
        let http = reqwest::Client::builder().build().expect("a client can be made");
        Self {
            http,
            base: base.to_owned(),
            endpoint: format!("{base}/graphql"),
            token,
        }
    }

    /// Sends an operation and gives status and whole answer back.
    ///
    /// # Errors
    /// The server cannot be reached or breaks off, which is what some tests are about.
    pub async fn send(&self, query: &str, variables: Value) -> Result<(u16, Value), reqwest::Error> {
        let mut request = self
            .http
            .post(&self.endpoint)
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await?))
    }

    /// Sends an operation and gives its data back.
    ///
    /// # Panics
    /// The answer has errors.
    pub async fn run(&self, query: &str, variables: Value) -> Value {
        let (status, mut answer) = self.send(query, variables).await.expect("the server answers");
        assert!(answer.get("errors").is_none(), "{status}: {answer:#}\nfor {query}");
        answer["data"].take()
    }

    /// Sends an operation and gives the whole answer back as it came, not compressed.
    ///
    /// # Panics
    /// The server does not answer.
    pub async fn text(&self, query: &str, variables: &Value) -> String {
        let mut request = self
            .http
            .post(&self.endpoint)
            .header("accept-encoding", "identity")
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let answer = request.send().await.expect("the server answers");
        answer.text().await.expect("a text")
    }

    /// Subscribes, on a connection of its own.
    ///
    /// # Panics
    /// The client has no token, or is not let in.
    pub async fn subscribe(&self, query: &str, variables: Value) -> Socket {
        let token = self.token.as_ref().expect("a client with a token").expose_secret();
        let mut socket = Socket::open(&self.base).await;
        socket
            .introduce(json!({ "Authorization": format!("Bearer {token}") }))
            .await;
        assert_eq!(socket.hear().await, Said::Ack);
        socket.subscribe(query, variables).await;
        socket
    }

    /// Runs a mutation of one field and gives its payload back, whatever its user errors.
    ///
    /// # Panics
    /// The answer has errors.
    pub async fn mutate(&self, query: &str, input: Value) -> Value {
        let data = self.run(query, json!({ "input": input })).await;
        let fields = data.as_object().expect("the data is an object");
        fields.values().next().expect("a mutation has one field").clone()
    }

    /// Runs a mutation of one field that must succeed.
    ///
    /// # Panics
    /// The payload has user errors.
    pub async fn succeed(&self, query: &str, input: Value) -> Value {
        let payload = self.mutate(query, input).await;
        assert_eq!(payload["userErrors"], json!([]), "for {query}");
        payload
    }
}
