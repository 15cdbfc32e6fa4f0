//! The API of one company: its address, its headers, and a call from request to answer.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;

use super::{
    call::Call,
    config::Config,
    discovery::{Base, discover},
    error::{Context, is_misrouted, translate, unreadable},
    query::encode,
};
use crate::{
    error::Result,
    platform::Clock,
    transport::{Effect, Request, Response, Transport, TransportError, TransportErrorKind},
};

/// Pins the version of the models, so that an upgrade of the PSA changes nothing for us.
const MODEL_VERSION: HeaderValue = HeaderValue::from_static("application/vnd.connectwise.com+json; version=2025.1");
const CLIENT_ID: HeaderName = HeaderName::from_static("clientid");
const PAGINATION_TYPE: HeaderName = HeaderName::from_static("pagination-type");

/// The API of one company. Finds its address with the first call and keeps it.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) config: Config,
    transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    base: Mutex<Option<Arc<Base>>>,
    /// Whether the PSA is too old to know forward-only paging. Each client finds out by itself.
    navigable: AtomicBool,
}

impl Client {
    pub(super) fn new(config: Config, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            config,
            transport,
            clock,
            base: Mutex::new(None),
            navigable: AtomicBool::new(false),
        }
    }

    pub(super) fn pages_navigably(&self) -> bool {
        self.navigable.load(Ordering::Relaxed)
    }

    pub(super) fn page_navigably_from_now_on(&self) {
        self.navigable.store(true, Ordering::Relaxed);
    }

    /// Sends a call. When it does not reach the API, the address is looked up once more and the call repeated at the other
    /// one: what was not routed had no effect.
    pub(super) async fn send(&self, call: &Call) -> Result<Response> {
        let context = self.context(call);
        let base = self.base(context).await?;
        let outcome = self.attempt(call, &base.url).await;
        if !matches!(&outcome, Ok(response) if is_misrouted(response)) {
            return translate(context, outcome);
        }
        let fresh = self.discover(context).await?;
        let Some(release) = fresh.release.clone().filter(|release| *release != base.url) else {
            return translate(context, outcome);
        };
        let outcome = self.attempt(call, &release).await;
        if !matches!(&outcome, Ok(response) if is_misrouted(response)) {
            *self.base.lock().await = Some(Arc::new(Base { url: release, ..fresh }));
        }
        translate(context, outcome)
    }

    /// Sends a call and reads its answer.
    pub(super) async fn json<T: DeserializeOwned>(&self, call: &Call) -> Result<T> {
        let response = self.send(call).await?;
        response.json().map_err(|error| unreadable(self.context(call), error))
    }

    /// Looks the address up, whether or not it is known, and keeps it.
    pub(super) async fn locate(&self, operation: &'static str) -> Result<Arc<Base>> {
        let context = self.context(&Call::get(operation, None, ""));
        let base = Arc::new(self.discover(context).await?);
        *self.base.lock().await = Some(Arc::clone(&base));
        Ok(base)
    }

    async fn base(&self, context: Context) -> Result<Arc<Base>> {
        // Held while looking up, so that calls which start together ask once.
        let mut known = self.base.lock().await;
        if let Some(base) = &*known {
            return Ok(Arc::clone(base));
        }
        let base = Arc::new(self.discover(context).await?);
        *known = Some(Arc::clone(&base));
        Ok(base)
    }

    async fn discover(&self, context: Context) -> Result<Base> {
        let context = Context {
            right: None,
            effect: Effect::Read,
            ..context
        };
        discover(&self.config, self.transport.as_ref(), context)
            .await
            .map_err(|error| error.with_operation(context.operation))
    }

    async fn attempt(&self, call: &Call, base: &Url) -> Result<Response, TransportError> {
        let mut url = base.clone();
        url.set_path(&format!("{}{}", base.path(), call.path));
        url.set_query(Some(encode(&call.query).as_str()).filter(|query| !query.is_empty()));
        let request = Request {
            method: call.method.clone(),
            body: call.body.clone(),
            effect: call.effect,
            ..Request::get(call.operation, url)
        };
        let mut request = self.authenticated(request)?;
        if call.forward_only {
            request = request.header(PAGINATION_TYPE, HeaderValue::from_static("forward-only"));
        }
        self.transport.send(request).await
    }

    /// Reads an address of the PSA that lies outside the API, such as that of a signing key, first without our keys and
    /// with them only when they are asked for. The caller has made sure that the address is one of the PSA's own.
    pub(super) async fn fetch(&self, operation: &'static str, url: Url) -> Result<Response> {
        let context = self.context(&Call::get(operation, None, ""));
        let anonymous = self.transport.send(Request::get(operation, url.clone())).await;
        let asks_for_keys = |response: &Response| matches!(response.status.as_u16(), 401 | 403);
        if !anonymous.as_ref().is_ok_and(asks_for_keys) {
            return translate(context, anonymous);
        }
        let outcome = match self.authenticated(Request::get(operation, url)) {
            Ok(request) => self.transport.send(request).await,
            Err(error) => Err(error),
        };
        translate(context, outcome)
    }

    fn authenticated(&self, request: Request) -> Result<Request, TransportError> {
        let mut authorization = HeaderValue::from_str(self.config.authorization.expose_secret())
            .map_err(|error| TransportError::new(TransportErrorKind::NotSent, error))?;
        authorization.set_sensitive(true);
        Ok(request
            .header(ACCEPT, MODEL_VERSION)
            .header(CLIENT_ID, self.config.client_id.clone())
            .header(AUTHORIZATION, authorization))
    }

    pub(super) fn context(&self, call: &Call) -> Context {
        Context {
            operation: call.operation,
            right: call.right,
            effect: call.effect,
            now: self.clock.now(),
        }
    }
}

#[cfg(test)]
impl Client {
    /// A client whose server answers discovery and then with these.
    pub(super) fn testing(answers: &[(u16, &str)]) -> (Self, Arc<crate::transport::scripted::Scripted>) {
        use crate::transport::scripted::{Scripted, answer};

        let found = r#"{"CompanyName":"Acme","Codebase":"v2025_1/","SiteUrl":"api-na.myconnectwise.net"}"#;
        let script = std::iter::once((200, found)).chain(answers.iter().copied());
        let server = Scripted::new(script.map(|(status, body)| Ok(answer(status, body))));
        let transport: Arc<dyn Transport> = Arc::<Scripted>::clone(&server);
        (
            Self::new(Config::testing(), transport, Arc::new(crate::SystemClock)),
            server,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    const FOUND: &str = r#"{"CompanyName":"Acme","Codebase":"v2026_2/","SiteUrl":"api-na.myconnectwise.net"}"#;
    const LOST: (u16, &str) = (400, "Cannot route. Codebase/company is invalid");

    fn read() -> Call {
        Call::get("test", None, "system/info")
    }

    #[tokio::test]
    async fn keys_go_to_the_api_only() {
        let (client, server) = Client::testing(&[(200, "{}")]);
        client.send(&read()).await.expect("answered");
        let sent = server.requests();
        assert_eq!(
            sent[0].url.as_str(),
            "https://na.myconnectwise.net/login/companyinfo/acme"
        );
        assert!(!sent[0].headers.contains_key(AUTHORIZATION));
        assert_eq!(
            sent[1].url.as_str(),
            "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/system/info"
        );
        assert_eq!(sent[1].headers[AUTHORIZATION], "Basic eA==");
        assert!(sent[1].headers[AUTHORIZATION].is_sensitive());
        assert_eq!(sent[1].headers[CLIENT_ID], "11111111-2222-3333-4444-555555555555");
        assert_eq!(sent[1].headers[ACCEPT], MODEL_VERSION);
    }

    #[tokio::test]
    async fn a_codebase_that_is_gone_is_looked_up_once_and_kept() {
        let (client, server) = Client::testing(&[LOST, (200, FOUND), (200, "{}"), (200, "{}")]);
        client.send(&read()).await.expect("found at its release");
        client.send(&read()).await.expect("known by now");
        let paths: Vec<_> = server
            .requests()
            .iter()
            .map(|request| request.url.path().to_owned())
            .collect();
        let release = "/v2026_2/apis/3.0/system/info";
        let expected = [
            "/login/companyinfo/acme",
            "/v4_6_release/apis/3.0/system/info",
            "/login/companyinfo/acme",
            release,
            release,
        ];
        assert_eq!(paths, expected);
    }

    #[tokio::test]
    async fn an_endpoint_that_exists_nowhere_ends_in_an_error_and_changes_nothing() {
        let missing = (
            404,
            r#"{"code":"ConnectWiseApi","message":"The endpoint does not exist."}"#,
        );
        let (client, server) = Client::testing(&[missing, (200, FOUND), missing, (200, "{}")]);
        let error = client.send(&read()).await.expect_err("it exists nowhere");
        assert!(
            matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == "site"),
            "{error}"
        );
        client.send(&read()).await.expect("answered");
        let last = server.requests().pop().expect("a request");
        assert_eq!(last.url.path(), "/v4_6_release/apis/3.0/system/info");
    }
}
