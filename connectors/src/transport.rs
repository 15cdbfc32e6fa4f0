//! How requests leave: one method, request to response, and the layers around it.
//!
//! ```text
//! Traced > Retried > RateLimited > Limited > TimedOut > Discreet > HttpTransport
//! ```
//!
//! The order matters. A retry passes the rate limit again, so it cannot overrun the budget. The time-out covers one request
//! and not the wait for its turn. A concurrency permit is held until the body is
//! read. When the PSA asks for a pause, nothing passes [`RateLimited`] or [`Limited`] until it is over. What may be retried is the vendor's
//! knowledge and comes in as a [`RetryPolicy`].

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    descriptor::{HostPolicy, Limits},
    error::{Error, ErrorKind},
    network::NetworkPolicy,
    platform::{Clock, Entropy, Platform},
};

mod careful;
mod discreet;
mod http;
mod limited;
mod message;
mod pause;
mod quiet;
mod rate_limited;
mod retried;
mod timed_out;
mod traced;

#[cfg(test)]
pub(crate) mod scripted;

pub use careful::CarefulRetry;
pub use discreet::Discreet;
pub use http::{BODY_LIMIT, HttpTransport};
pub use limited::Limited;
pub use message::{Effect, Request, Response, TransportError, TransportErrorKind};
pub use pause::asked_pause;
pub use quiet::Quiet;
pub use rate_limited::RateLimited;
pub use retried::{Retried, RetryPolicy, Verdict};
pub use timed_out::TimedOut;
pub use traced::Traced;

/// Sends requests.
#[async_trait]
pub trait Transport: Send + Sync + std::fmt::Debug {
    /// Sends one request and reads the whole response, whatever its status.
    ///
    /// # Errors
    /// There is no response; the error says whether the request can have had an effect.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;
}

/// What a stack is made of.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Which hosts may be spoken to.
    pub network: NetworkPolicy,
    /// The PSA's own hosts.
    pub hosts: HostPolicy,
    /// What the PSA can take.
    pub limits: Limits,
    /// What may be retried.
    pub retry: Arc<dyn RetryPolicy>,
    /// Randomness, for jitter.
    pub entropy: Arc<dyn Entropy>,
    /// The time of day, for `Retry-After` dates.
    pub clock: Arc<dyn Clock>,
    /// How long one request may take, from connecting to the last byte of the body.
    pub timeout: Duration,
    /// How long one request may wait between its attempts in all, and the longest pause that is waited for.
    pub max_wait: Duration,
}

impl StackOptions {
    /// How long one request may take, unless something else is set.
    pub const TIMEOUT: Duration = Duration::from_secs(30);

    /// The longest wait, unless something else is set.
    pub const MAX_WAIT: Duration = Duration::from_secs(60);
}

/// Builds the layers in their order around a real HTTP client.
///
/// # Errors
/// The HTTP client cannot be made, such as when the machine has no TLS roots.
pub fn stack(options: StackOptions) -> Result<Arc<dyn Transport>, TransportError> {
    let http = HttpTransport::new(options.network.clone(), options.hosts)?;
    Ok(layers(Arc::new(http), options))
}

/// The stack of a connector: the usual times, and the retries that are right for every PSA. `passes` knows which answers are
/// failures that pass by themselves.
///
/// # Errors
/// [`ErrorKind::Unavailable`]: the HTTP client cannot be made.
pub fn usual(
    platform: &Platform,
    hosts: HostPolicy,
    limits: Limits,
    passes: fn(&Response) -> bool,
) -> crate::Result<Arc<dyn Transport>> {
    let stack = stack(StackOptions {
        network: platform.network.clone(),
        hosts,
        limits,
        retry: Arc::new(CarefulRetry::new(Arc::clone(&platform.clock), passes)),
        entropy: Arc::clone(&platform.entropy),
        clock: Arc::clone(&platform.clock),
        timeout: StackOptions::TIMEOUT,
        max_wait: StackOptions::MAX_WAIT,
    });
    stack.map_err(|error| {
        let message = "the HTTP client of this server cannot be set up";
        Error::new(ErrorKind::Unavailable, message).with_source(error)
    })
}

fn layers(innermost: Arc<dyn Transport>, options: StackOptions) -> Arc<dyn Transport> {
    let quiet = Arc::new(Quiet::new(options.max_wait));
    let discreet = Arc::new(Discreet::new(innermost));
    let timed_out = Arc::new(TimedOut::new(discreet, options.timeout));
    let limited = Arc::new(Limited::new(timed_out, options.limits, Arc::clone(&quiet)));
    let rate_limited = Arc::new(RateLimited::new(limited, options.limits.pace, quiet, options.clock));
    let retried = Retried::new(rate_limited, options.retry, options.entropy, options.max_wait);
    Arc::new(Traced::new(Arc::new(retried)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{connectwise, platform::SystemClock, platform::SystemEntropy};

    #[test]
    fn the_layers_are_in_the_documented_order() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let stack = stack(StackOptions {
            network: NetworkPolicy::default(),
            hosts: connectwise::DESCRIPTOR.hosts,
            limits: connectwise::DESCRIPTOR.limits,
            retry: Arc::new(CarefulRetry::new(Arc::clone(&clock), |_| false)),
            entropy: Arc::new(SystemEntropy),
            clock,
            timeout: StackOptions::TIMEOUT,
            max_wait: StackOptions::MAX_WAIT,
        })
        .expect("a client can be made");
        let shown = format!("{stack:?}");
        let order = [
            "Traced {",
            "Retried {",
            "RateLimited {",
            "Limited {",
            "TimedOut {",
            "Discreet {",
            "HttpTransport {",
        ];
        let mut rest = shown.as_str();
        for name in order {
            let (_, after) = rest
                .split_once(name)
                .unwrap_or_else(|| panic!("{name} is missing or misplaced in {shown}"));
            rest = after;
        }
    }
}
