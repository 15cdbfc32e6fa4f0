//! Where a simulated PSA announces changes: a server on the loopback that keeps what it is sent and answers 200.

use std::time::Duration;

use psa_connectors::record::{InboundDelivery, Topic, WebhookEndpoint};
use secrecy::SecretString;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, UnboundedReceiver},
    task::JoinHandle,
};
use url::Url;

/// How long a delivery may take. Generous: the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(30);

/// A delivery as it arrived, or as somebody made it up.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The headers as names and values.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Delivery {
    /// The delivery as a connector takes it.
    pub fn inbound(&self) -> InboundDelivery<'_> {
        InboundDelivery {
            headers: &self.headers,
            body: &self.body,
        }
    }
}

/// A server on the loopback; it stops when it is dropped.
#[derive(Debug)]
pub struct Receiver {
    base: Url,
    received: UnboundedReceiver<Delivery>,
    running: JoinHandle<()>,
}

impl Receiver {
    /// Starts to listen.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, received) = mpsc::unbounded_channel();
        let running = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    if let Some(delivery) = take(stream).await {
                        // Nobody waits any more when the test is over.
                        drop(sender.send(delivery));
                    }
                });
            }
        });
        let base = Url::parse(&format!("http://{address}/")).expect("an address");
        Self {
            base,
            received,
            running,
        }
    }

    /// The address without a path.
    pub fn base(&self) -> &str {
        self.base.as_str()
    }

    /// An endpoint here with a path of its own.
    ///
    /// # Panics
    /// The path is none.
    pub fn endpoint(&self, path: &str, topics: &[Topic]) -> WebhookEndpoint {
        WebhookEndpoint {
            url: self.base.join(path).expect("a path"),
            secret: SecretString::from("a secret that was agreed on"),
            topics: topics.to_vec(),
        }
    }

    /// The next delivery.
    ///
    /// # Panics
    /// There is none in time.
    pub async fn next(&mut self) -> Delivery {
        let waited = tokio::time::timeout(DEADLINE, self.received.recv()).await;
        waited.expect("a delivery in time").expect("a running receiver")
    }

    /// Whether nothing has arrived.
    pub fn is_untouched(&mut self) -> bool {
        self.received.try_recv().is_err()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Reads one HTTP/1.1 request with a length and answers it.
async fn take(stream: TcpStream) -> Option<Delivery> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(Some(0), |(_, value)| value.parse().ok())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).await.ok()?;
    stream.flush().await.ok()?;
    Some(Delivery { headers, body })
}
