//! Sends what waits: the deliveries of one line one after another, different lines at the same time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

/// How long a server waits for an answer to what it delivers.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The queue between a site and the task that delivers.
#[derive(Debug)]
pub(crate) struct Queue<D> {
    sender: UnboundedSender<D>,
    waiting: Mutex<Option<UnboundedReceiver<D>>>,
}

/// A site that tells others what happens on it.
pub(crate) trait Postman: Send + Sync + 'static {
    /// One event on its way to one address.
    type Delivery: Send + 'static;

    /// Where deliveries wait.
    fn queue(&self) -> &Queue<Self::Delivery>;

    /// Which line it stands in; a line is one receiver.
    fn line(delivery: &Self::Delivery) -> String;

    /// Sends it and notes how that ended.
    fn deliver(&self, client: &Client, delivery: Self::Delivery) -> impl Future<Output = ()> + Send;
}

impl<D> Default for Queue<D> {
    fn default() -> Self {
        let (sender, waiting) = mpsc::unbounded_channel();
        Self {
            sender,
            waiting: Mutex::new(Some(waiting)),
        }
    }
}

impl<D> Queue<D> {
    pub(crate) fn add(&self, delivery: D) {
        if self.sender.send(delivery).is_err() {
            // Only while the simulator shuts down.
            tracing::warn!("nobody delivers any more");
        }
    }

    /// The queue's other end; `None` after the first time.
    fn take_waiting(&self) -> Option<UnboundedReceiver<D>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Delivers until it is aborted.
pub(crate) async fn run<P: Postman>(site: Arc<P>) {
    let (Some(mut waiting), Ok(client)) = (site.queue().take_waiting(), client()) else {
        tracing::error!("nothing is delivered: no HTTP client");
        return;
    };
    let mut lines = HashMap::new();
    let mut tasks = JoinSet::new();
    while let Some(delivery) = waiting.recv().await {
        let line = match lines.entry(P::line(&delivery)) {
            Entry::Occupied(line) => line.into_mut(),
            Entry::Vacant(place) => {
                let (line, waiting) = mpsc::unbounded_channel();
                tasks.spawn(in_order(Arc::clone(&site), client.clone(), waiting));
                place.insert(line)
            }
        };
        if line.send(delivery).is_err() {
            tracing::error!("the deliveries of a line have ended");
        }
    }
}

async fn in_order<P: Postman>(site: Arc<P>, client: Client, mut waiting: UnboundedReceiver<P::Delivery>) {
    while let Some(delivery) = waiting.recv().await {
        site.deliver(&client, delivery).await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulated server calls back by itself; the connectors' transport is on the other side"
)]
fn client() -> reqwest::Result<Client> {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .build()
}
