//! Sends a request again when the vendor's policy says that it helps and does no harm.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{Request, Response, Transport, TransportError};
use crate::platform::Entropy;

/// What a vendor knows about trying again.
pub trait RetryPolicy: Send + Sync + std::fmt::Debug {
    /// Decides after attempt number `attempt` (the first is 1).
    fn decide(&self, request: &Request, outcome: &Result<Response, TransportError>, attempt: u32) -> Verdict;
}

/// What to do with an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is final.
    Done,
    /// Send the request again after this wait.
    RetryAfter(Duration),
}

/// Retries within a budget of waiting. An outcome whose wait would exceed the budget is given back as it is: the caller
/// decides whether to come again.
#[derive(Debug)]
pub struct Retried {
    inner: Arc<dyn Transport>,
    policy: Arc<dyn RetryPolicy>,
    entropy: Arc<dyn Entropy>,
    max_wait: Duration,
}

impl Retried {
    /// Wraps a transport; the waits of one request add up to `max_wait` at most.
    pub fn new(
        inner: Arc<dyn Transport>,
        policy: Arc<dyn RetryPolicy>,
        entropy: Arc<dyn Entropy>,
        max_wait: Duration,
    ) -> Self {
        Self {
            inner,
            policy,
            entropy,
            max_wait,
        }
    }

    /// Up to a tenth more than asked for, so that requests that failed together do not come back together.
    fn with_jitter(&self, wait: Duration) -> Duration {
        let mut byte = [0_u8; 1];
        match self.entropy.fill(&mut byte) {
            Ok(()) => wait + wait * u32::from(u8::from_ne_bytes(byte)) / 2560,
            // Jitter is a courtesy: without randomness the wait itself is still right.
            Err(error) => {
                tracing::debug!(%error, "no randomness for jitter");
                wait
            }
        }
    }
}

#[async_trait]
impl Transport for Retried {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut attempt = 1;
        let mut waited = Duration::ZERO;
        loop {
            let outcome = self.inner.send(request.clone()).await;
            let wait = match self.policy.decide(&request, &outcome, attempt) {
                Verdict::RetryAfter(wait) if waited + wait <= self.max_wait => self.with_jitter(wait),
                Verdict::RetryAfter(_) | Verdict::Done => return counted(outcome, attempt),
            };
            tracing::debug!(
                operation = request.operation,
                attempt,
                wait_ms = wait.as_millis(),
                "trying again"
            );
            #[expect(
                clippy::disallowed_methods,
                reason = "back-off between attempts is a wait by definition"
            )]
            tokio::time::sleep(wait).await;
            waited += wait;
            attempt += 1;
        }
    }
}

fn counted(outcome: Result<Response, TransportError>, attempts: u32) -> Result<Response, TransportError> {
    match outcome {
        Ok(response) => Ok(Response { attempts, ..response }),
        Err(error) => Err(TransportError { attempts, ..error }),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;
    use url::Url;

    use super::*;
    use crate::{
        platform::SystemEntropy,
        transport::scripted::{Scripted, answer},
    };

    #[derive(Debug)]
    struct Until200(Duration);

    impl RetryPolicy for Until200 {
        fn decide(&self, _: &Request, outcome: &Result<Response, TransportError>, _: u32) -> Verdict {
            match outcome {
                Ok(response) if response.status == 200 => Verdict::Done,
                _ => Verdict::RetryAfter(self.0),
            }
        }
    }

    fn retried(inner: &Arc<Scripted>, wait: u64) -> Retried {
        let inner: Arc<dyn Transport> = Arc::<Scripted>::clone(inner);
        let policy = Arc::new(Until200(Duration::from_secs(wait)));
        Retried::new(inner, policy, Arc::new(SystemEntropy), Duration::from_secs(60))
    }

    fn request() -> Request {
        Request::get("test", Url::parse("https://h.example/").expect("url"))
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_and_counts() {
        let inner = Scripted::new([Ok(answer(503, "")), Ok(answer(503, "")), Ok(answer(200, ""))]);
        let started = Instant::now();
        let response = retried(&inner, 10).send(request()).await.expect("answered at last");
        assert_eq!((response.status.as_u16(), response.attempts, inner.sent()), (200, 3, 3));
        let elapsed = started.elapsed();
        assert!(
            elapsed >= Duration::from_secs(20) && elapsed < Duration::from_secs(23),
            "{elapsed:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_budget_gives_the_outcome_back_at_once() {
        let inner = Scripted::new([Ok(answer(503, "first")), Ok(answer(503, "second"))]);
        let started = Instant::now();
        let response = retried(&inner, 40).send(request()).await.expect("answered");
        assert_eq!((response.body.as_slice(), response.attempts), (b"second".as_slice(), 2));
        assert!(
            started.elapsed() < Duration::from_secs(45),
            "the second wait of 40 s is not taken"
        );
    }
}
