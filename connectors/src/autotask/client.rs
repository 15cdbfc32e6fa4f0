//! The API of one tenant: its zone, its headers, and a call from request to answer.

use std::sync::Arc;

use reqwest::{
    StatusCode,
    header::{HeaderName, HeaderValue},
};
use secrecy::ExposeSecret;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::Mutex;

use super::{
    budget::{Budget, Turn},
    call::Call,
    config::Config,
    error::{Context, translate, unreadable},
    picklists::Known,
    zone::{Zone, discover},
};
use crate::{
    error::{Error, ErrorKind, Result},
    platform::Clock,
    transport::{Effect, Request, Response, Transport, TransportError, TransportErrorKind},
};

const INTEGRATION_CODE: HeaderName = HeaderName::from_static("apiintegrationcode");
const USER_NAME: HeaderName = HeaderName::from_static("username");
const SECRET: HeaderName = HeaderName::from_static("secret");

/// The API of one tenant. Finds its zone with the first call and keeps it.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) config: Config,
    transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    zone: Mutex<Option<Arc<Zone>>>,
    budget: Budget,
    pub(super) known_fields: Known,
}

/// One record, as it is answered when it is asked for by its id.
#[derive(Deserialize)]
struct Item<T> {
    item: Option<T>,
}

/// What is answered to a write: the record's id and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    item_id: i64,
}

impl Client {
    pub(super) fn new(config: Config, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            config,
            transport,
            clock,
            zone: Mutex::new(None),
            budget: Budget::default(),
            known_fields: Known::default(),
        }
    }

    /// Sends a call when its turn has come.
    pub(super) async fn send(&self, call: &Call) -> Result<Response> {
        let mut turn = self.budget.turn(self.clock.now());
        if turn == Turn::Look {
            self.look_at_the_threshold(call.operation).await?;
            turn = self.budget.turn(self.clock.now());
        }
        if let Turn::Wait(left) = turn {
            let message = "the PSA's requests of this hour are nearly used up, also by others: we stand back";
            return Err(Error::new(ErrorKind::RateLimited, message)
                .with_operation(call.operation)
                .with_retry_after(Some(left)));
        }
        self.deliver(call).await
    }

    /// Sends a call and reads its answer.
    pub(super) async fn json<T: DeserializeOwned>(&self, call: &Call) -> Result<T> {
        let response = self.send(call).await?;
        response.json().map_err(|error| unreadable(self.context(call), error))
    }

    /// Reads one record.
    pub(super) async fn item<T: DeserializeOwned>(&self, call: &Call) -> Result<T> {
        let answer: Item<T> = self.json(call).await?;
        answer.item.ok_or_else(|| {
            let message = format!("Autotask PSA has no record at {}", call.path);
            Error::new(ErrorKind::NotFound, message).with_operation(call.operation)
        })
    }

    /// Writes, and gives back the id of what was written.
    pub(super) async fn written(&self, call: &Call) -> Result<i64> {
        self.json::<Written>(call).await.map(|written| written.item_id)
    }

    /// Asks how many requests the whole tenant has sent in this hour. What cannot be found out is no reason to stop.
    pub(super) async fn look_at_the_threshold(&self, operation: &'static str) -> Result<()> {
        let call = Call::get(operation, None, "ThresholdInformation", "ThresholdInformation");
        match self.deliver(&call).await {
            Ok(response) => match response.json() {
                Ok(usage) => self.budget.learn(usage, self.clock.now()),
                Err(error) => tracing::debug!(%error, "the threshold cannot be read"),
            },
            Err(error) if matches!(error.kind(), ErrorKind::Unauthorized) => return Err(error),
            Err(error) => tracing::debug!(%error, "the threshold cannot be asked for"),
        }
        Ok(())
    }

    /// Sends a call. When the keys are refused the tenant may have moved: the zone is asked for once more, and the call
    /// repeated there when it is another one. What was refused had no effect.
    async fn deliver(&self, call: &Call) -> Result<Response> {
        let context = self.context(call);
        let zone = self.zone(call.operation).await?;
        let outcome = self.attempt(call, &zone).await;
        if !matches!(&outcome, Ok(response) if response.status == StatusCode::UNAUTHORIZED) {
            return translate(context, outcome);
        }
        let fresh = self.discover(call.operation).await?;
        if fresh.url == zone.url {
            return translate(context, outcome);
        }
        let outcome = self.attempt(call, &fresh).await;
        *self.zone.lock().await = Some(Arc::new(fresh));
        translate(context, outcome)
    }

    /// The zone, found with the first call.
    pub(super) async fn zone(&self, operation: &'static str) -> Result<Arc<Zone>> {
        // Held while looking up, so that calls which start together ask once.
        let mut known = self.zone.lock().await;
        if let Some(zone) = &*known {
            return Ok(Arc::clone(zone));
        }
        let zone = Arc::new(self.discover(operation).await?);
        *known = Some(Arc::clone(&zone));
        Ok(zone)
    }

    async fn discover(&self, operation: &'static str) -> Result<Zone> {
        let context = Context {
            operation,
            right: None,
            effect: Effect::Read,
            now: self.clock.now(),
        };
        let found = discover(&self.config, self.transport.as_ref(), context).await;
        found.map_err(|error| error.with_operation(operation))
    }

    async fn attempt(&self, call: &Call, zone: &Zone) -> Result<Response, TransportError> {
        let url = zone
            .url
            .join(&call.path)
            .map_err(|error| TransportError::new(TransportErrorKind::NotSent, error))?;
        let mut secret = HeaderValue::from_str(self.config.secret.expose_secret())
            .map_err(|error| TransportError::new(TransportErrorKind::NotSent, error))?;
        secret.set_sensitive(true);
        let request = Request {
            endpoint: Some(call.entity),
            method: call.method.clone(),
            body: call.body.clone(),
            effect: call.effect,
            ..Request::get(call.operation, url)
        };
        let request = request
            .header(INTEGRATION_CODE, self.config.integration_code.clone())
            .header(USER_NAME, self.config.user.clone())
            .header(SECRET, secret);
        self.transport.send(request).await
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
    /// A client whose server names its zone and then answers with these.
    pub(super) fn testing(answers: &[(u16, &str)]) -> (Self, Arc<crate::transport::scripted::Scripted>) {
        use crate::transport::scripted::{Scripted, answer};

        let script = std::iter::once((200, ZONE)).chain(answers.iter().copied());
        let server = Scripted::new(script.map(|(status, body)| Ok(answer(status, body))));
        let transport: Arc<dyn Transport> = Arc::<Scripted>::clone(&server);
        (
            Self::new(Config::testing(), transport, Arc::new(crate::SystemClock)),
            server,
        )
    }
}

#[cfg(test)]
const ZONE: &str = r#"{"zoneName":"14","url":"https://webservices14.autotask.net/ATServicesRest/",
    "webUrl":"https://ww14.autotask.net/","ci":7}"#;

#[cfg(test)]
mod tests {
    use super::*;

    const MOVED: &str = r#"{"url":"https://webservices15.autotask.net/ATServicesRest/"}"#;

    fn read() -> Call {
        Call::get("test", None, "Tickets", "Tickets/1")
    }

    #[tokio::test]
    async fn secrets_go_to_the_zone_only() {
        let (client, server) = Client::testing(&[(200, "{}")]);
        client.send(&read()).await.expect("answered");
        let sent = server.requests();
        assert!(!sent[0].headers.contains_key(SECRET));
        let expected = "https://webservices14.autotask.net/ATServicesRest/V1.0/Tickets/1";
        assert_eq!((sent[1].url.as_str(), sent[1].endpoint), (expected, Some("Tickets")));
        assert_eq!(sent[1].headers[SECRET], "hush");
        assert_eq!(sent[1].headers[USER_NAME], "api@acme.example");
        // The name is looked for in answers: what is sensitive is blotted out there.
        let shown = sent[1].headers.iter().filter(|(_, value)| !value.is_sensitive());
        assert_eq!(shown.map(|(name, _)| name).collect::<Vec<_>>(), [USER_NAME]);
    }

    #[tokio::test]
    async fn a_tenant_that_moved_is_followed_once() {
        let (client, server) = Client::testing(&[(401, ""), (200, MOVED), (200, "{}"), (200, "{}")]);
        client.send(&read()).await.expect("found at its new zone");
        client.send(&read()).await.expect("known by now");
        let hosts: Vec<_> = server.requests().iter().map(|sent| sent.url.to_string()).collect();
        assert!(hosts[3].starts_with("https://webservices15.") && hosts[4].starts_with("https://webservices15."));
    }

    #[tokio::test]
    async fn refused_keys_are_not_sent_again() {
        for script in [vec![(401, ""), (200, ZONE)], vec![(401, ""), (200, MOVED), (401, "")]] {
            let (client, server) = Client::testing(&script);
            let error = client.send(&read()).await.expect_err("refused");
            assert_eq!(error.kind(), &ErrorKind::Unauthorized);
            assert_eq!(server.sent(), script.len() + 1);
        }
    }

    #[tokio::test]
    async fn no_record_is_not_found() {
        for body in [r#"{"item":null}"#, "{}"] {
            let (client, _) = Client::testing(&[(200, body)]);
            let error = client.item::<serde_json::Value>(&read()).await.expect_err("nothing");
            assert_eq!(error.kind(), &ErrorKind::NotFound);
        }
    }

    #[tokio::test]
    async fn near_the_threshold_we_stand_back() {
        let high =
            r#"{"externalRequestThreshold":10000,"requestThresholdTimeframe":60,"currentTimeframeRequestCount":8000}"#;
        let mut script = vec![(200, "{}"); 100];
        script.push((200, high));
        let (client, server) = Client::testing(&script);
        for _ in 0..100 {
            client.send(&read()).await.expect("within the budget");
        }
        let error = client.send(&read()).await.expect_err("nearly used up");
        assert_eq!(error.kind(), &ErrorKind::RateLimited);
        assert!(error.retry_after().is_some());
        assert_eq!(server.sent(), script.len() + 1);
    }
}
