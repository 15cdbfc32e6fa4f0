//! Records every request: method, host, path, outcome, duration, attempts. Never a query, a header or a body.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Request, Response, Transport, TransportError};

/// The outermost layer. A failure is no error here: whoever handles it logs it, once.
#[derive(Debug)]
pub struct Traced {
    inner: Arc<dyn Transport>,
}

impl Traced {
    /// Wraps a transport.
    pub fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Transport for Traced {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let (operation, method, url) = (request.operation, request.method.clone(), request.url.clone());
        let started = Instant::now();
        let outcome = self.inner.send(request).await;
        let elapsed_ms = started.elapsed().as_millis();
        let (host, path) = (url.host_str().unwrap_or_default(), url.path());
        match &outcome {
            Ok(Response { status, attempts, .. }) => {
                let status = status.as_u16();
                tracing::debug!(operation, %method, host, path, status, elapsed_ms, attempts, "request answered");
            }
            Err(error) => {
                let (kind, attempts) = (error.kind, error.attempts);
                tracing::debug!(operation, %method, host, path, ?kind, elapsed_ms, attempts, "request not answered");
            }
        }
        outcome
    }
}
