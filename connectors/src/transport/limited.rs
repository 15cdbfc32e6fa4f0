//! Keeps the number of requests in flight within what a PSA can take.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::{Quiet, Request, Response, Transport, TransportError, TransportErrorKind};
use crate::descriptor::Limits;

/// Lets a fixed number of requests through at a time, and where the PSA counts so, a fixed number to each endpoint.
///
/// A request keeps its places until its body is read. One that waited for them looks once more whether the PSA has asked
/// for quiet meanwhile.
#[derive(Debug)]
pub struct Limited {
    inner: Arc<dyn Transport>,
    quiet: Arc<Quiet>,
    places: Semaphore,
    per_endpoint: Option<usize>,
    of_endpoints: Mutex<BTreeMap<&'static str, Arc<Semaphore>>>,
}

impl Limited {
    /// Wraps a transport; at most as many requests as the limits say, and at least one, are in flight at once.
    pub fn new(inner: Arc<dyn Transport>, limits: Limits, quiet: Arc<Quiet>) -> Self {
        Self {
            inner,
            quiet,
            places: Semaphore::new(limits.concurrency.max(1)),
            per_endpoint: limits.concurrency_per_endpoint,
            of_endpoints: Mutex::default(),
        }
    }

    /// The places of the endpoint that a request goes to, where they are counted.
    fn places_of(&self, request: &Request) -> Option<Arc<Semaphore>> {
        let (endpoint, most) = (request.endpoint?, self.per_endpoint?);
        // Nothing under the lock can panic half-way, so what a poisoned lock holds is whole.
        let mut known = self.of_endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        let places = known
            .entry(endpoint)
            .or_insert_with(|| Arc::new(Semaphore::new(most.max(1))));
        Some(Arc::clone(places))
    }
}

#[async_trait]
impl Transport for Limited {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let closed = |closed| TransportError::new(TransportErrorKind::NotSent, closed);
        let of_endpoint = self.places_of(&request);
        // First the endpoint's place: who waits for it must not hold one that another endpoint could use.
        let _of_endpoint = match &of_endpoint {
            Some(places) => Some(places.acquire().await.map_err(closed)?),
            None => None,
        };
        let _place = self.places.acquire().await.map_err(closed)?;
        self.quiet.over().await?;
        self.inner.send(request).await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use tokio::{sync::Barrier, task::JoinSet};
    use url::Url;

    use super::*;
    use crate::{
        connectwise::DESCRIPTOR,
        transport::scripted::{Scripted, answer},
    };

    fn limits(concurrency: usize, concurrency_per_endpoint: Option<usize>) -> Limits {
        Limits {
            concurrency,
            concurrency_per_endpoint,
            ..DESCRIPTOR.limits
        }
    }

    /// Lets requests go on only in groups of the expected size, and records the largest group.
    #[derive(Debug)]
    struct Gauge {
        inside: AtomicUsize,
        most: AtomicUsize,
        group: Barrier,
    }

    #[async_trait]
    impl Transport for Gauge {
        async fn send(&self, _: Request) -> Result<Response, TransportError> {
            let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(inside, Ordering::SeqCst);
            self.group.wait().await;
            self.inside.fetch_sub(1, Ordering::SeqCst);
            Ok(answer(200, ""))
        }
    }

    #[tokio::test]
    async fn no_more_than_the_limit_are_in_flight() {
        let gauge = Arc::new(Gauge {
            inside: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            group: Barrier::new(4),
        });
        let inner: Arc<dyn Transport> = Arc::<Gauge>::clone(&gauge);
        let limited = Arc::new(Limited::new(
            inner,
            limits(4, None),
            Arc::new(Quiet::new(Duration::ZERO)),
        ));
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let limited = Arc::clone(&limited);
            let request = Request::get("test", Url::parse("https://h.example/").expect("url"));
            tasks.spawn(async move { limited.send(request).await.expect("answered") });
        }
        assert_eq!(tasks.join_all().await.len(), 20);
        assert_eq!(gauge.most.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn an_endpoint_has_places_of_its_own() {
        let gauge = Arc::new(Gauge {
            inside: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            group: Barrier::new(4),
        });
        let inner: Arc<dyn Transport> = Arc::<Gauge>::clone(&gauge);
        let limited = Arc::new(Limited::new(
            inner,
            limits(8, Some(2)),
            Arc::new(Quiet::new(Duration::ZERO)),
        ));
        let mut tasks = JoinSet::new();
        // Two of each endpoint make a group: a third of one of them would be counted, and without both none goes on.
        for number in 0..20 {
            let limited = Arc::clone(&limited);
            let request = Request {
                endpoint: Some(if number < 10 { "Tickets" } else { "Contacts" }),
                ..Request::get("test", Url::parse("https://h.example/").expect("url"))
            };
            tasks.spawn(async move { limited.send(request).await.expect("answered") });
        }
        assert_eq!(tasks.join_all().await.len(), 20);
        assert_eq!(gauge.most.load(Ordering::SeqCst), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_waited_for_its_place_hears_the_pause() {
        let quiet = Arc::new(Quiet::new(Duration::from_secs(60)));
        let inner = Scripted::new([Ok(answer(200, ""))]);
        let transport: Arc<dyn Transport> = Arc::<Scripted>::clone(&inner);
        let limited = Arc::new(Limited::new(transport, limits(1, None), Arc::clone(&quiet)));
        let place = limited.places.acquire().await.expect("a place");
        let waiting = tokio::spawn({
            let limited = Arc::clone(&limited);
            async move {
                limited
                    .send(Request::get("test", Url::parse("https://h.example/").expect("url")))
                    .await
            }
        });
        // The request is queued for its place when the PSA asks for a pause.
        tokio::task::yield_now().await;
        quiet.ask(Duration::from_secs(3600));
        drop(place);
        let error = waiting.await.expect("no panic").expect_err("the PSA wants quiet");
        assert!(matches!(error.kind, TransportErrorKind::Paused(_)), "{error:?}");
        assert_eq!(inner.sent(), 0);
    }
}
