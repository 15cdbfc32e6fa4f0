//! A server with a schema of its own, and a client that speaks to it.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use async_graphql::{Object, Result, Schema, Subscription};
use futures_util::{Stream, StreamExt, stream};
use reqwest::{Client, RequestBuilder, Response, StatusCode, header::HeaderMap};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    app::testing::TestApp,
    auth::{PermissionSet, mint},
    config::Config,
    graphql::{
        complete::{Complete, Shapes},
        cost::{Cost, Telling},
    },
    http::{serve_schema, socket::Patience},
};

struct Query;

#[Object]
impl Query {
    async fn double(&self, n: i64) -> i64 {
        n * 2
    }

    async fn fails(&self) -> Result<Option<i32>> {
        Err(sea_orm::DbErr::Custom("SELECT canary FROM secret".to_owned()).into())
    }

    async fn panics(&self, message: String) -> i32 {
        message.parse().expect("a resolver that panics")
    }

    async fn never(&self) -> i32 {
        std::future::pending().await
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn touch(&self) -> bool {
        true
    }
}

struct Subscriptions;

#[Subscription]
impl Subscriptions {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    async fn follow(&self) -> impl Stream<Item = i32> {
        stream::iter([1]).chain(stream::pending())
    }

    async fn refuses(&self) -> Result<impl Stream<Item = i32>> {
        Err::<stream::Pending<i32>, _>(sea_orm::DbErr::Custom("SELECT canary FROM secret".to_owned()).into())
    }

    async fn stumbles(&self) -> impl Stream<Item = Result<i32>> {
        let stumble = sea_orm::DbErr::Custom("SELECT canary FROM secret".to_owned());
        stream::iter([Ok(1), Err(stumble.into()), Ok(3)])
    }

    async fn breaks(&self, message: String) -> impl Stream<Item = i32> {
        stream::iter([message]).map(|message| message.parse().expect("an event that panics"))
    }
}

pub(super) struct Server {
    pub(super) test: TestApp,
    pub(super) address: SocketAddr,
    pub(super) client: Client,
    pub(super) shutdown: CancellationToken,
    pub(super) task: JoinHandle<io::Result<()>>,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A server with a changed configuration.
    pub(super) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let test = TestApp::with(|config| {
            config.server.request_timeout_seconds = 1;
            config.server.max_body_bytes = 4_096;
            change(config);
        })
        .await;
        let limits = &test.app.config.limits;
        let limited = || {
            Schema::build(Query, Mutation, Subscriptions)
                .limit_depth(limits.depth)
                .limit_complexity(limits.complexity)
        };
        let schema = Telling {
            plain: limited().finish(),
            counting: limited().extension(Cost::new(limits)).finish(),
        };
        let shapes = Shapes::parse(&schema.plain.sdl()).unwrap();
        let schema = Complete::new(schema, Arc::new(shapes));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let patience = Patience {
            init: Duration::from_millis(500),
            heartbeat: Duration::from_millis(300),
            send: Duration::from_secs(2),
        };
        let app = Arc::clone(&test.app);
        let task = tokio::spawn(serve_schema(app, schema, patience, listener, shutdown.clone()));
        #[expect(
            clippy::disallowed_methods,
            reason = "the client of the test speaks to the server of the test"
        )]
        let client = Client::new();
        Self {
            test,
            address,
            client,
            shutdown,
            task,
        }
    }

    pub(super) fn token(&self) -> String {
        let auth = &self.test.app.config.auth;
        let ttl = Duration::from_secs(60);
        mint::mint(auth, "ann", "msp-1", PermissionSet::all(), ttl, self.test.app.now())
            .unwrap()
            .expose_secret()
            .to_owned()
    }

    pub(super) fn post(&self, accept: &str) -> RequestBuilder {
        self.client
            .post(format!("http://{}/graphql", self.address))
            .header("accept", accept)
            .header("content-type", "application/json")
            .bearer_auth(self.token())
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.client
            .get(format!("http://{}{path}", self.address))
            .bearer_auth(self.token())
    }
}

pub(super) const STRICT: &str = "application/graphql-response+json";

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

pub(super) async fn send(request: RequestBuilder) -> Answer {
    let response: Response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer {
        status,
        headers,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

impl Answer {
    pub(super) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
    }

    pub(super) fn media(&self) -> &str {
        self.headers["content-type"].to_str().unwrap()
    }
}

pub(super) fn query(text: &str) -> String {
    json!({ "query": text }).to_string()
}
