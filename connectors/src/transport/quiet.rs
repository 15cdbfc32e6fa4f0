//! The pause that a PSA asked all requests of a connector to make.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{TransportError, TransportErrorKind};

/// Until when a PSA wants quiet. Shared by the layers that let requests through.
#[derive(Debug)]
pub struct Quiet {
    until: Mutex<Option<Instant>>,
    max_wait: Duration,
}

impl Quiet {
    /// No pause yet. One that is longer than `max_wait` will not be waited for.
    pub fn new(max_wait: Duration) -> Self {
        Self {
            until: Mutex::new(None),
            max_wait,
        }
    }

    /// Asks for a pause from now on. A longer one that is asked for already stays.
    pub fn ask(&self, pause: Duration) {
        let until = Instant::now() + pause;
        // An instant cannot be half written, so what a poisoned lock holds is whole.
        let mut known = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(known.map_or(until, |known| known.max(until)));
    }

    /// Waits until the pause is over.
    ///
    /// # Errors
    /// [`Paused`](TransportErrorKind::Paused), at once, when the rest of it is longer than may be waited for.
    pub async fn over(&self) -> Result<(), TransportError> {
        loop {
            let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
            let left = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Ok(());
            }
            if left > self.max_wait {
                let message = "the PSA asked all requests to wait";
                return Err(TransportError::new(TransportErrorKind::Paused(left), message));
            }
            wait(left).await;
        }
    }
}

/// Waits; not at all for nothing, because even a sleep of nothing takes a tick of the timer.
#[expect(
    clippy::disallowed_methods,
    reason = "keeping a pace is waiting for time to pass by definition"
)]
pub(super) async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_longest_pause_is_kept() {
        let quiet = Quiet::new(Duration::from_secs(60));
        let started = Instant::now();
        quiet.over().await.expect("nobody asked");
        assert_eq!(started.elapsed(), Duration::ZERO);
        quiet.ask(Duration::from_secs(20));
        quiet.ask(Duration::from_secs(5));
        quiet.over().await.expect("waited for");
        assert!(started.elapsed() >= Duration::from_secs(20));
        quiet.ask(Duration::from_secs(61));
        let error = quiet.over().await.expect_err("too long");
        assert!(
            matches!(error.kind, TransportErrorKind::Paused(left) if left > Duration::from_secs(60)),
            "{error:?}"
        );
    }
}
