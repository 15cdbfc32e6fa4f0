//! The API of one company: address, headers, pages.

use std::sync::Arc;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;

use super::{
    call::{Call, List},
    config::Config,
    descriptor::DESCRIPTOR,
    discovery::{Base, discover},
    error::{Context, is_misrouted, translate, unreadable},
    query::{encode, next_page_id, page_id},
    wire::Listed,
};
use crate::{
    error::{Error, ErrorKind, Result},
    platform::Clock,
    query::{Cursor, Page, ReadQuery},
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
}

impl Client {
    pub(super) fn new(config: Config, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            config,
            transport,
            clock,
            base: Mutex::new(None),
        }
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

    /// Reads the page of a list that a query asks for.
    pub(super) async fn read<T: Listed>(&self, list: &List, query: &ReadQuery) -> Result<Page<T>> {
        let size = query.page_size.unwrap_or(DESCRIPTOR.limits.page_size);
        self.page(list, query.after.as_ref(), size).await
    }

    /// Reads a page of a list: the records with ids above the cursor's, in their order.
    pub(super) async fn page<T: Listed>(&self, list: &List, after: Option<&Cursor>, size: u16) -> Result<Page<T>> {
        let size = size.clamp(1, DESCRIPTOR.limits.page_size);
        let after = page_id(after)?;
        let mut call = Call::get(list.operation, Some(list.right), list.path.clone())
            .with("pageSize", size.to_string())
            .with("pageId", after.to_string());
        call.forward_only = true;
        if let Some(conditions) = list.conditions.text() {
            call = call.with("conditions", conditions);
        }
        if let Some(fields) = T::FIELDS {
            call = call.with("fields", fields);
        }
        let response = self.send(&call).await?;
        let records: Vec<T> = response
            .json()
            .map_err(|error| unreadable(self.context(&call), error))?;
        let next = next_page(&records, usize::from(size), response.header("link"));
        if next.is_some_and(|next| next <= after) {
            let message = "ConnectWise PSA answered with a page that leads back";
            return Err(Error::new(ErrorKind::Protocol, message).with_operation(list.operation));
        }
        Ok(Page {
            records,
            next: next.map(|id| Cursor(id.to_string())),
            total: None,
        })
    }

    /// Reads a whole list that is known to be short.
    pub(super) async fn all<T: Listed>(&self, list: &List) -> Result<Vec<T>> {
        let mut records = Vec::new();
        let mut after = None;
        loop {
            let page = self.page(list, after.as_ref(), DESCRIPTOR.limits.page_size).await?;
            records.extend(page.records);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(records),
            }
        }
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
        let request = match &call.body {
            None => Request::get(call.operation, url),
            Some(body) => Request::write(call.operation, call.method.clone(), url, body.clone()),
        };
        let mut authorization = HeaderValue::from_str(self.config.authorization.expose_secret())
            .map_err(|error| TransportError::new(TransportErrorKind::NotSent, error))?;
        authorization.set_sensitive(true);
        let mut request = request
            .header(ACCEPT, MODEL_VERSION)
            .header(CLIENT_ID, self.config.client_id.clone())
            .header(AUTHORIZATION, authorization);
        if call.forward_only {
            request = request.header(PAGINATION_TYPE, HeaderValue::from_static("forward-only"));
        }
        self.transport.send(request).await
    }

    fn context(&self, call: &Call) -> Context {
        let effect = if call.body.is_some() {
            Effect::Write
        } else {
            Effect::Read
        };
        Context {
            operation: call.operation,
            right: call.right,
            effect,
            now: self.clock.now(),
        }
    }
}

/// Where the next page starts. An empty page is the last. A `Link` to the next is believed also after a short page; without
/// any, a full page may have a successor.
fn next_page<T: Listed>(records: &[T], size: usize, link: Option<&str>) -> Option<i64> {
    let last = records.last()?;
    link.and_then(next_page_id)
        .or_else(|| (records.len() >= size).then(|| last.id()))
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
    use serde_json::Value;

    use super::*;
    use crate::connectwise::{query::Conditions, wire::BoardInfo};

    #[test]
    fn the_last_page_is_recognised() {
        let records = |ids: &[i64]| {
            let json: Vec<_> = ids
                .iter()
                .map(|id| serde_json::json!({ "id": id, "name": "x" }))
                .collect();
            serde_json::from_value::<Vec<BoardInfo>>(Value::from(json)).expect("boards")
        };
        let link = Some("<https://h/x?pageId=9>; rel=\"next\"");
        let cases = [
            (records(&[]), link, None),
            (records(&[1]), None, None),
            (records(&[1]), Some(""), None),
            (records(&[1, 9]), Some(""), Some(9)),
            (records(&[1, 8]), None, Some(8)),
            (records(&[1]), link, Some(9)),
        ];
        for (records, link, expected) in cases {
            assert_eq!(next_page(&records, 2, link), expected, "{records:?} {link:?}");
        }
    }

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

    #[tokio::test]
    async fn a_page_that_leads_back_ends_the_list() {
        let (client, _) = Client::testing(&[(200, r#"[{"id":3,"name":"x"}]"#)]);
        let list = List::new("test", "right", "service/info/boards", Conditions::none());
        let error = client
            .page::<BoardInfo>(&list, Some(&Cursor("3".into())), 1)
            .await
            .expect_err("it repeats");
        assert_eq!(error.kind(), &ErrorKind::Protocol);
        let error = client
            .page::<BoardInfo>(&list, Some(&Cursor("x".into())), 1)
            .await
            .expect_err("not ours");
        assert!(matches!(error.kind(), ErrorKind::Invalid { .. }));
    }
}
