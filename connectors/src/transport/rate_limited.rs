//! Keeps within the requests that a PSA takes in a time, hears when it asks for quiet, and goes on slower afterwards.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::StatusCode;
use tokio::time::Instant;

use super::{Quiet, Request, Response, Transport, TransportError, asked_pause, quiet::wait};
use crate::{descriptor::Pace, platform::Clock};

/// A token bucket shared by every request of a connector.
///
/// After a 429 all of them wait until its pause is over, not only the one that was told. Then they go on at half the pace
/// and without bursts: others may be using the PSA's budget too. Each minute without another 429 doubles the pace again.
#[derive(Debug)]
pub struct RateLimited {
    inner: Arc<dyn Transport>,
    quiet: Arc<Quiet>,
    clock: Arc<dyn Clock>,
    bucket: Mutex<Bucket>,
}

impl RateLimited {
    /// Wraps a transport. Requests leave at this pace and never faster.
    pub fn new(inner: Arc<dyn Transport>, pace: Pace, quiet: Arc<Quiet>, clock: Arc<dyn Clock>) -> Self {
        let bucket = Mutex::new(Bucket::new(pace, Instant::now()));
        Self {
            inner,
            quiet,
            clock,
            bucket,
        }
    }

    /// When a request may leave.
    fn slot(&self) -> Instant {
        self.bucket().take(Instant::now())
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        // Nothing under the lock can panic half-way, so what a poisoned lock holds is whole.
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for RateLimited {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.quiet.over().await?;
        wait(self.slot().saturating_duration_since(Instant::now())).await;
        let response = self.inner.send(request).await?;
        if response.status == StatusCode::TOO_MANY_REQUESTS
            && let Some(pause) = asked_pause(&response, self.clock.now())
        {
            self.quiet.ask(pause);
            self.bucket().slow_down(Instant::now(), pause);
        }
        Ok(response)
    }
}

/// How many times slower than allowed the pace can get.
const SLOWEST: u32 = 8;

/// How long the PSA must be content until the pace is doubled again.
const CONTENT: Duration = Duration::from_secs(60);

/// A token bucket kept as the time at which it would be full again (the generic cell rate algorithm).
#[derive(Debug)]
struct Bucket {
    interval: Duration,
    slack: Duration,
    full_at: Instant,
    /// By how much slower than allowed requests leave: 1, 2, 4 or 8.
    slowness: u32,
    /// When the pace was last changed or the pause for it ended.
    paced_at: Instant,
}

impl Bucket {
    fn new(pace: Pace, now: Instant) -> Self {
        let burst = pace.burst.max(1);
        // Burst and refill of one window add up to the limit, so that no window exceeds it.
        let refill = pace.requests.saturating_sub(burst).max(1);
        let interval = pace.window / refill;
        Self {
            interval,
            slack: interval * (burst - 1),
            full_at: now,
            slowness: 1,
            paced_at: now,
        }
    }

    /// Takes a token and says from when on it may be used.
    fn take(&mut self, now: Instant) -> Instant {
        while self.slowness > 1 && now.saturating_duration_since(self.paced_at) >= CONTENT {
            self.slowness /= 2;
            self.paced_at += CONTENT;
        }
        let full_at = self.full_at.max(now);
        self.full_at = full_at + self.interval * self.slowness;
        let slack = if self.slowness > 1 { Duration::ZERO } else { self.slack };
        full_at.checked_sub(slack).unwrap_or(now).max(now)
    }

    /// Halves the pace after a 429. Those that were in flight together are told together, which counts once.
    fn slow_down(&mut self, now: Instant, pause: Duration) {
        if self.slowness > 1 && now < self.paced_at {
            return;
        }
        self.slowness = (self.slowness * 2).min(SLOWEST);
        self.paced_at = now + pause;
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::{
        platform::SystemClock,
        transport::{
            TransportErrorKind,
            scripted::{Scripted, answer},
        },
    };

    fn request() -> Request {
        Request::get("test", Url::parse("https://h.example/").expect("url"))
    }

    fn limited(inner: &Arc<Scripted>, per_minute: u32) -> RateLimited {
        let inner: Arc<dyn Transport> = Arc::<Scripted>::clone(inner);
        let quiet = Arc::new(Quiet::new(Duration::from_secs(60)));
        RateLimited::new(inner, Pace::per_minute(per_minute), quiet, Arc::new(SystemClock))
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_exceeds_the_limit() {
        let inner = Scripted::new((0..180).map(|_| Ok(answer(200, ""))));
        let transport = limited(&inner, 60);
        let started = Instant::now();
        let mut times = Vec::new();
        for _ in 0..180 {
            transport.send(request()).await.expect("answered");
            times.push(started.elapsed());
        }
        assert!(
            times[5] < Duration::from_millis(10),
            "a burst of a tenth leaves at once: {:?}",
            times[5]
        );
        assert!(times[6] > Duration::from_secs(1), "the next one waits: {:?}", times[6]);
        for window in times.windows(61) {
            assert!(
                window[60] - window[0] >= Duration::from_secs(59),
                "61 requests within {:?}",
                window[60] - window[0]
            );
        }
    }

    #[test]
    fn an_hour_is_kept_like_a_minute() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Pace::per_hour(2500), start);
        let mut times: Vec<Instant> = Vec::new();
        let mut now = start;
        for _ in 0..6000 {
            now = bucket.take(now);
            times.push(now);
        }
        assert_eq!(
            times.iter().filter(|time| **time == start).count(),
            625,
            "a quarter at once"
        );
        for window in times.windows(2501) {
            assert!(window[2500] - window[0] >= Duration::from_secs(3599));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_429_every_request_waits() {
        let mut told = answer(429, "");
        told.headers.insert("retry-after", "20".parse().expect("header"));
        let inner = Scripted::new([Ok(told), Ok(answer(200, ""))]);
        let transport = limited(&inner, 1000);
        let started = Instant::now();
        assert_eq!(transport.send(request()).await.expect("answered").status, 429);
        assert_eq!(transport.send(request()).await.expect("answered").status, 200);
        let elapsed = started.elapsed();
        assert!(
            elapsed >= Duration::from_secs(20) && elapsed < Duration::from_secs(21),
            "{elapsed:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_is_too_long_is_not_waited_for() {
        let mut told = answer(429, "");
        told.headers.insert("retry-after", "3600".parse().expect("header"));
        let inner = Scripted::new([Ok(told)]);
        let transport = limited(&inner, 1000);
        transport.send(request()).await.expect("answered");
        let error = transport.send(request()).await.expect_err("the pause is not over");
        assert!(
            matches!(error.kind, TransportErrorKind::Paused(left) if left > Duration::from_secs(3590)),
            "{error:?}"
        );
        assert_eq!(inner.sent(), 1, "nothing was sent");
    }

    #[test]
    fn the_pace_halves_with_each_429_and_recovers_by_the_minute() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut bucket = Bucket::new(Pace::per_minute(60), start);
        let pause = Duration::from_secs(30);
        for told in [0, 1, 1] {
            bucket.slow_down(at(told), pause);
        }
        assert_eq!(bucket.slowness, 2, "told together");
        let gap = |bucket: &mut Bucket, seconds: u64| {
            let first = bucket.take(at(seconds));
            bucket.take(at(seconds)) - first
        };
        let usual = bucket.interval;
        assert_eq!(gap(&mut bucket, 31), usual * 2);
        for told in [40, 80, 120, 160] {
            bucket.slow_down(at(told), pause);
        }
        assert_eq!(gap(&mut bucket, 191), usual * 8, "no slower than an eighth");
        assert_eq!(gap(&mut bucket, 251), usual * 4);
        assert_eq!(gap(&mut bucket, 311), usual * 2);
        bucket.take(at(371));
        assert_eq!((bucket.slowness, bucket.take(at(1000))), (1, at(1000)));
    }
}
