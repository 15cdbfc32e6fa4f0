//! Where callbacks and webhooks go: a server that keeps what it is sent and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// One delivery as it arrived.
#[derive(Debug)]
pub(crate) struct Received {
    /// Path and query.
    pub(crate) target: String,
    headers: HeaderMap,
    pub(crate) raw: Bytes,
}

impl Received {
    /// The text of a header; empty when absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.raw).expect("JSON")
    }
}

#[derive(Clone)]
struct Desk {
    received: UnboundedSender<Received>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

/// A server on the loopback; it stops when it is dropped.
pub(crate) struct Receiver {
    base: String,
    answers: Arc<Mutex<VecDeque<u16>>>,
    received: UnboundedReceiver<Received>,
    handle: ServerHandle,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let (sender, received) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::default());
        let desk = web::Data::new(Desk {
            received: sender,
            answers: Arc::clone(&answers),
        });
        let server = HttpServer::new(move || App::new().app_data(desk.clone()).default_service(web::to(take)))
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .expect("a free port");
        let base = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            base,
            answers,
            received,
            handle,
        }
    }

    /// An address to register.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    /// What the next deliveries are answered with; all after them with 200.
    pub(crate) fn answer_with(&self, statuses: &[u16]) {
        self.answers.lock().expect("a lock").extend(statuses);
    }

    /// The next delivery.
    pub(crate) async fn next(&mut self) -> Received {
        tokio::time::timeout(Duration::from_secs(20), self.received.recv())
            .await
            .expect("a delivery in time")
            .expect("a running receiver")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn take(request: HttpRequest, raw: Bytes, desk: web::Data<Desk>) -> HttpResponse {
    let received = Received {
        target: request.uri().to_string(),
        headers: request.headers().clone(),
        raw,
    };
    let status = desk.answers.lock().expect("a lock").pop_front().unwrap_or(200);
    desk.received.send(received).expect("a running test");
    HttpResponse::build(StatusCode::from_u16(status).expect("a status")).finish()
}
