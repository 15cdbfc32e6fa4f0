//! How many requests a caller may send: so many a minute, of which some may come at once.
//!
//! A caller is whoever a token stands for: a second token of the same person or script shares the allowance of the first.
//! Each process counts for itself.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, nanos::Nanos, state::keyed::DashMapStateStore,
};
use psa_entities::ProviderId;
use tokio::time::Instant;

use crate::{
    auth::{Actor, Viewer},
    config::LimitsConfig,
};

/// After so many requests those who have been quiet are forgotten.
const FORGET_EVERY: u32 = 10_000;

type Caller = (ProviderId, Actor);

/// Counts the requests of every caller.
pub(super) struct Throttle<C: Clock<Instant = Nanos> = Elapsed> {
    limiter: RateLimiter<Caller, DashMapStateStore<Caller>, C, NoOpMiddleware<Nanos>>,
    clock: C,
    until_forgetting: AtomicU32,
}

impl Throttle {
    /// Takes the allowance from the configuration.
    pub(super) fn new(limits: &LimitsConfig) -> Self {
        Self::with(limits, Elapsed(Instant::now()))
    }
}

impl<C: Clock<Instant = Nanos> + Clone> Throttle<C> {
    fn with(limits: &LimitsConfig, clock: C) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(at_least_one(limits.requests_per_minute))
            .allow_burst(at_least_one(limits.requests_at_once));
        Self {
            limiter: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            clock,
            until_forgetting: AtomicU32::new(FORGET_EVERY),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// It is one too many; the next is welcome after this time.
    pub(super) fn admit(&self, viewer: &Viewer) -> Result<(), Duration> {
        if self.until_forgetting.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.limiter.retain_recent();
            self.until_forgetting.store(FORGET_EVERY, Ordering::Relaxed);
        }
        let caller = (viewer.provider.provider_id(), viewer.actor.clone());
        self.limiter
            .check_key(&caller)
            .map_err(|refused| refused.wait_time_from(self.clock.now()))
    }
}

/// The time since the start.
#[derive(Debug, Clone)]
pub(super) struct Elapsed(Instant);

impl Clock for Elapsed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;
    use psa_entities::ProviderScope;

    use super::*;
    use crate::{auth::PermissionSet, config::Config};

    fn viewer(provider: u128, name: &str) -> Viewer {
        let provider = ProviderId::from_uuid(uuid::Uuid::from_u128(provider));
        Viewer {
            actor: Actor::api_token(name.to_owned()),
            provider: ProviderScope::new(provider),
            permissions: PermissionSet::all(),
        }
    }

    fn throttle(clock: &FakeRelativeClock) -> Throttle<FakeRelativeClock> {
        let mut limits = Config::defaults().unwrap().limits;
        limits.requests_per_minute = 60;
        limits.requests_at_once = 3;
        Throttle::with(&limits, clock.clone())
    }

    #[test]
    fn who_sends_too_many_learns_when_the_next_is_welcome() {
        let clock = FakeRelativeClock::default();
        let throttle = throttle(&clock);
        let ann = viewer(1, "ann");
        assert!((0..3).all(|_| throttle.admit(&ann).is_ok()));
        assert_eq!(throttle.admit(&ann), Err(Duration::from_secs(1)));
        clock.advance(Duration::from_millis(1_001));
        assert_eq!(throttle.admit(&ann), Ok(()));
        assert!(throttle.admit(&ann).is_err());
    }

    #[test]
    fn everybody_has_an_allowance_of_their_own() {
        let clock = FakeRelativeClock::default();
        let throttle = throttle(&clock);
        for caller in [viewer(1, "ann"), viewer(1, "bob"), viewer(2, "ann")] {
            assert!((0..3).all(|_| throttle.admit(&caller).is_ok()));
            assert!(throttle.admit(&caller).is_err());
        }
    }

    #[test]
    fn who_has_been_quiet_is_forgotten() {
        let clock = FakeRelativeClock::default();
        let throttle = throttle(&clock);
        for number in 0..100 {
            assert_eq!(throttle.admit(&viewer(number, "ann")), Ok(()));
        }
        assert_eq!(throttle.limiter.len(), 100);
        clock.advance(Duration::from_secs(60));
        let busy = viewer(1_000, "bob");
        for _ in 0..FORGET_EVERY {
            // Whether it is let in does not matter here.
            _ = throttle.admit(&busy);
        }
        assert_eq!(throttle.limiter.len(), 1);
    }
}
