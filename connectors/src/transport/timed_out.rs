//! Bounds how long one request may take.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{Request, Response, Transport, TransportError, TransportErrorKind};

/// Gives up on a request after a time. What it may have done by then is unknown.
#[derive(Debug)]
pub struct TimedOut {
    inner: Arc<dyn Transport>,
    limit: Duration,
}

impl TimedOut {
    /// Wraps a transport; a request may take `limit`, from connecting to the last byte of the answer.
    pub fn new(inner: Arc<dyn Transport>, limit: Duration) -> Self {
        Self { inner, limit }
    }
}

#[async_trait]
impl Transport for TimedOut {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let answered = tokio::time::timeout(self.limit, self.inner.send(request)).await;
        answered.unwrap_or_else(|elapsed| Err(TransportError::new(TransportErrorKind::MayHaveBeenSent, elapsed)))
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[derive(Debug)]
    struct Silent;

    #[async_trait]
    impl Transport for Silent {
        async fn send(&self, _: Request) -> Result<Response, TransportError> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_and_may_have_been_heard() {
        let transport = TimedOut::new(Arc::new(Silent), Duration::from_secs(30));
        let request = Request::get("test", Url::parse("https://h.example/").expect("url"));
        let error = transport.send(request).await.expect_err("nobody answers");
        assert_eq!(error.kind, TransportErrorKind::MayHaveBeenSent);
    }
}
