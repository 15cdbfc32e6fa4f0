//! Where a site takes its time from.

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Where the simulator takes its time from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The machine's clock.
#[must_use]
pub fn system_clock() -> Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the simulator meets the machine's clock"
    )]
    let clock: Clock = Arc::new(|| DateTime::<Utc>::from(std::time::SystemTime::now()));
    clock
}
