//! Waiting for what happens in the background: by asking for it, with a deadline, never by hoping.

use std::time::Duration;

use tokio::time::{Instant, interval};

/// The time between two questions.
const PERIOD: Duration = Duration::from_millis(20);

/// How long anything may take before the test gives up. Generous: the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(90);

/// Asks until there is an answer.
///
/// # Panics
/// There is none before the deadline.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, ask: impl FnMut() -> F) -> T {
    until_within(DEADLINE, what, ask).await
}

/// Asks until there is an answer, for as long as `patience` lasts.
///
/// # Panics
/// There is none before that.
pub async fn until_within<T, F: Future<Output = Option<T>>>(
    patience: Duration,
    what: &str,
    ask: impl FnMut() -> F,
) -> T {
    until_every(PERIOD, patience, what, ask).await
}

/// Asks once in every `period` until there is an answer: for a question that takes from what is measured.
///
/// # Panics
/// There is none within `patience`.
pub async fn until_every<T, F: Future<Output = Option<T>>>(
    period: Duration,
    patience: Duration,
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + patience;
    let mut tick = interval(period);
    loop {
        tick.tick().await;
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "still waiting for {what} after {patience:?}");
    }
}
