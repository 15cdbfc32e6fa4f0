//! The innermost layer: the one place that has an HTTP client.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::{
    Client,
    header::{CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};

use super::{Request, Response, Transport, TransportError, TransportErrorKind};
use crate::{
    descriptor::HostPolicy,
    network::{NetworkPolicy, PublicAddresses, Refused},
};

/// The largest body that is read, in bytes after decompression.
pub const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// How we introduce ourselves.
const USER_AGENT: &str = concat!("psa-bridge/", env!("CARGO_PKG_VERSION"));

/// Shorter than a request's own time, so that a connection that never comes about is known not to have carried anything.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Shorter than servers keep idle connections: writing to one that the other end just closed has an unknown outcome.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Speaks HTTP under the network policy: no redirects, no proxy, public addresses only.
#[derive(Debug)]
pub struct HttpTransport {
    client: Client,
    network: NetworkPolicy,
    hosts: HostPolicy,
}

impl HttpTransport {
    /// A client that sends to `hosts` and to what `network` adds.
    ///
    /// # Errors
    /// The client cannot be made, such as when the machine has no TLS roots.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that builds an HTTP client"
    )]
    pub fn new(network: NetworkPolicy, hosts: HostPolicy) -> Result<Self, TransportError> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(Arc::new(PublicAddresses::new(&network)))
            .https_only(!network.allow_loopback)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build()
            .map_err(|error| TransportError::new(TransportErrorKind::NotSent, error))?;
        Ok(Self { client, network, hosts })
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.network
            .check_url(&request.url, &self.hosts)
            .map_err(|refused| TransportError::new(TransportErrorKind::Refused, refused))?;
        let mut outgoing = self
            .client
            .request(request.method, request.url)
            .headers(request.headers);
        if let Some(body) = request.body {
            outgoing = outgoing
                .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(body.to_string());
        }
        let mut incoming = outgoing.send().await.map_err(classify)?;
        let (status, headers) = (incoming.status(), std::mem::take(incoming.headers_mut()));
        let mut body = Vec::new();
        while let Some(chunk) = incoming.chunk().await.map_err(classify)? {
            if body.len() + chunk.len() > BODY_LIMIT {
                let message = format!("the body is larger than {BODY_LIMIT} bytes");
                return Err(TransportError::new(TransportErrorKind::TooLarge, message));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status,
            headers,
            body,
            attempts: 1,
        })
    }
}

/// Only a connection that never came about proves that nothing was sent.
fn classify(error: reqwest::Error) -> TransportError {
    let kind = if was_refused(&error) {
        TransportErrorKind::Refused
    } else if error.is_connect() || error.is_builder() {
        TransportErrorKind::NotSent
    } else {
        TransportErrorKind::MayHaveBeenSent
    };
    // The URL's query may hold names of customers.
    TransportError::new(kind, error.without_url())
}

fn was_refused(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        task::JoinHandle,
    };
    use url::Url;

    use super::*;

    const HOSTS: HostPolicy = HostPolicy {
        domains: &["vendor.example", "localhost"],
    };

    fn transport(allow_loopback: bool) -> HttpTransport {
        HttpTransport::new(
            NetworkPolicy {
                allow_loopback,
                extra_hosts: Vec::new(),
            },
            HOSTS,
        )
        .expect("a client")
    }

    /// Answers one connection with these bytes and closes it.
    async fn serve(answer: Vec<u8>) -> (Url, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = Url::parse(&format!("http://{}/path", listener.local_addr().expect("address"))).expect("url");
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut head = vec![0; 8192];
            let read = socket.read(&mut head).await.expect("a request");
            // The client may hang up early on purpose, as it does on a body that is too large.
            drop(socket.write_all(&answer).await);
            String::from_utf8_lossy(&head[..read]).into_owned()
        });
        (url, server)
    }

    #[tokio::test]
    async fn redirects_are_not_followed_and_the_agent_is_named() {
        let answer = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n".to_vec();
        let (url, server) = serve(answer).await;
        let response = transport(true).send(Request::get("test", url)).await.expect("answered");
        assert_eq!(response.status, 302);
        let head = server.await.expect("served").to_ascii_lowercase();
        assert!(head.contains("user-agent: psa-bridge/"), "{head}");
    }

    #[tokio::test]
    async fn no_kind_of_redirect_is_followed_to_where_somebody_listens() {
        let inside = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let target = format!("http://{}/", inside.local_addr().expect("address"));
        for status in [300, 301, 302, 303, 307, 308] {
            for header in ["location", "refresh", "content-location"] {
                let answer = format!("HTTP/1.1 {status} Elsewhere\r\n{header}: {target}\r\ncontent-length: 0\r\n\r\n");
                let (url, _server) = serve(answer.into_bytes()).await;
                let response = transport(true).send(Request::get("test", url)).await.expect("answered");
                assert_eq!(response.status.as_u16(), status);
            }
        }
        let asked = inside.accept().now_or_never();
        assert!(asked.is_none(), "nobody came");
    }

    #[tokio::test]
    async fn a_refusal_does_not_tell_whether_somebody_listens() {
        let listening = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let [open, shut] = [&listening, &closed].map(|listener| listener.local_addr().expect("address").port());
        drop(closed);
        let said = async |host: &str, port: u16| {
            let url = Url::parse(&format!("https://{host}:{port}/")).expect("url");
            let strict = HttpTransport::new(
                NetworkPolicy {
                    allow_loopback: false,
                    extra_hosts: vec!["localhost".to_owned()],
                },
                HostPolicy { domains: &[] },
            );
            let error = strict
                .expect("a client")
                .send(Request::get("test", url))
                .await
                .expect_err(host);
            assert_eq!(error.kind, TransportErrorKind::Refused, "{error:?}");
            format!("{error} {error:?}").replace(&port.to_string(), "PORT")
        };
        for host in ["127.0.0.1", "localhost"] {
            assert_eq!(said(host, open).await, said(host, shut).await);
        }
        assert!(listening.accept().now_or_never().is_none(), "nobody came");
    }

    #[tokio::test]
    async fn a_truncated_body_may_have_been_sent() {
        let (url, _server) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()).await;
        let error = transport(true)
            .send(Request::get("test", url))
            .await
            .expect_err("the body is cut");
        assert_eq!(error.kind, TransportErrorKind::MayHaveBeenSent);
    }

    #[tokio::test]
    async fn a_closed_port_is_not_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("address"))).expect("url");
        drop(listener);
        let error = transport(true)
            .send(Request::get("test", url))
            .await
            .expect_err("nobody listens");
        assert_eq!(error.kind, TransportErrorKind::NotSent);
    }

    #[tokio::test]
    async fn too_large_a_body_is_refused() {
        let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        answer.resize(answer.len() + BODY_LIMIT + 1, b'x');
        let (url, _server) = serve(answer).await;
        let error = transport(true)
            .send(Request::get("test", url))
            .await
            .expect_err("it is too large");
        assert_eq!(error.kind, TransportErrorKind::TooLarge);
    }

    #[tokio::test]
    async fn the_policy_is_asked_before_and_after_the_name_is_resolved() {
        for url in ["https://evil.example/", "https://127.0.0.1/", "https://localhost/"] {
            let request = Request::get("test", Url::parse(url).expect("url"));
            let error = transport(false).send(request).await.expect_err(url);
            assert_eq!(error.kind, TransportErrorKind::Refused, "{url}: {error:?}");
        }
    }
}
