//! What may be sent again: the rule that holds for every PSA that is spoken to by HTTP.

use std::{sync::Arc, time::Duration};

use super::{Effect, Request, Response, RetryPolicy, TransportError, TransportErrorKind, Verdict, asked_pause};
use crate::platform::Clock;

/// The waits before a failed read is tried again; after the last of them the failure is final.
const BACK_OFF: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Reads are repeated after failures that pass. Writes are repeated only when they certainly had no effect: no connection
/// came about, or the answer was a 429.
#[derive(Debug)]
pub struct CarefulRetry {
    clock: Arc<dyn Clock>,
    passes: fn(&Response) -> bool,
}

impl CarefulRetry {
    /// The policy, reading `Retry-After` dates by `clock`. Which answers are failures that pass by themselves, `passes`
    /// knows: that differs from vendor to vendor.
    pub fn new(clock: Arc<dyn Clock>, passes: fn(&Response) -> bool) -> Self {
        Self { clock, passes }
    }
}

impl RetryPolicy for CarefulRetry {
    fn decide(&self, request: &Request, outcome: &Result<Response, TransportError>, attempt: u32) -> Verdict {
        let step = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let back_off = BACK_OFF.get(step).copied();
        let asked = outcome
            .as_ref()
            .ok()
            .and_then(|response| asked_pause(response, self.clock.now()));
        let wait = match outcome {
            // Even a pause of nothing must not become a busy loop.
            Ok(response) if response.status == 429 => asked.map(|asked| asked.max(BACK_OFF[0])),
            Ok(response) if request.effect == Effect::Read && (self.passes)(response) => {
                back_off.map(|wait| wait.max(asked.unwrap_or_default()))
            }
            Ok(_) => None,
            Err(error) => match (error.kind, request.effect) {
                (TransportErrorKind::NotSent, _) | (TransportErrorKind::MayHaveBeenSent, Effect::Read) => back_off,
                _ => None,
            },
        };
        wait.map_or(Verdict::Done, Verdict::RetryAfter)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use tokio::time::Instant;
    use url::Url;

    use super::*;
    use crate::{
        SystemClock, SystemEntropy,
        transport::{
            Retried, Transport,
            scripted::{Scripted, answer},
        },
    };

    fn passes(response: &Response) -> bool {
        matches!(response.status.as_u16(), 502 | 503)
    }

    fn request(effect: Effect) -> Request {
        let url = Url::parse("https://h.example/").expect("url");
        match effect {
            Effect::Read => Request::get("test", url),
            Effect::Write => Request::write("test", Method::POST, url, serde_json::json!({})),
        }
    }

    #[test]
    fn the_table() {
        use Effect::{Read, Write};
        use TransportErrorKind::{MayHaveBeenSent, NotSent, Paused, Refused, TooLarge};
        let policy = CarefulRetry::new(Arc::new(SystemClock), passes);
        let (first, pause) = (Some(500), Some(30_000));
        let failed = |kind| Err(TransportError::new(kind, "test"));
        let table = [
            (Ok(answer(200, "")), None, None),
            (Ok(answer(400, "")), None, None),
            (Ok(answer(401, "")), None, None),
            (Ok(answer(429, "")), pause, pause),
            (Ok(answer(500, "")), None, None),
            (Ok(answer(502, "")), first, None),
            (Ok(answer(503, "")), first, None),
            (failed(NotSent), first, first),
            (failed(MayHaveBeenSent), first, None),
            (failed(TooLarge), None, None),
            (failed(Refused), None, None),
            (failed(Paused(Duration::from_secs(1))), None, None),
        ];
        let verdict =
            |wait: Option<u64>| wait.map_or(Verdict::Done, |ms| Verdict::RetryAfter(Duration::from_millis(ms)));
        for (outcome, read, write) in table {
            assert_eq!(
                policy.decide(&request(Read), &outcome, 1),
                verdict(read),
                "read {outcome:?}"
            );
            assert_eq!(
                policy.decide(&request(Write), &outcome, 1),
                verdict(write),
                "write {outcome:?}"
            );
        }
        let busy = Ok(answer(503, ""));
        let waits = [1, 2, 3, 4].map(|attempt| policy.decide(&request(Read), &busy, attempt));
        assert_eq!(
            waits,
            [
                verdict(Some(500)),
                verdict(Some(1000)),
                verdict(Some(2000)),
                Verdict::Done
            ]
        );
    }

    fn retried(inner: &Arc<Scripted>) -> Retried {
        let inner: Arc<dyn Transport> = Arc::<Scripted>::clone(inner);
        let policy = Arc::new(CarefulRetry::new(Arc::new(SystemClock), passes));
        Retried::new(inner, policy, Arc::new(SystemEntropy), Duration::from_secs(60))
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_comes_through_a_bad_moment() {
        let reset = Err(TransportError::new(TransportErrorKind::MayHaveBeenSent, "reset"));
        let inner = Scripted::new([Ok(answer(502, "")), reset, Ok(answer(200, "[]"))]);
        let started = Instant::now();
        let response = retried(&inner).send(request(Effect::Read)).await.expect("answered");
        assert_eq!((response.status.as_u16(), response.attempts), (200, 3));
        assert!(started.elapsed() >= Duration::from_millis(1500));
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_may_have_happened_is_sent_once() {
        let reset = Err(TransportError::new(TransportErrorKind::MayHaveBeenSent, "reset"));
        let inner = Scripted::new([reset]);
        let error = retried(&inner)
            .send(request(Effect::Write))
            .await
            .expect_err("the outcome is unknown");
        assert_eq!(
            (error.kind, error.attempts, inner.sent()),
            (TransportErrorKind::MayHaveBeenSent, 1, 1)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_pause_is_given_back_to_the_caller() {
        let mut told = answer(429, "");
        told.headers.insert("retry-after", "90".parse().expect("header"));
        let inner = Scripted::new([Ok(told)]);
        let response = retried(&inner).send(request(Effect::Write)).await.expect("answered");
        assert_eq!((response.status.as_u16(), inner.sent()), (429, 1));
    }
}
