//! Sends what waits: each callback's deliveries one after another, different callbacks at the same time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinSet;

use super::log::LoggedDelivery;
use super::outbox::Delivery;
use super::{message, signature};
use crate::model::is_set;
use crate::resource::Resource;
use crate::resources;
use crate::site::Site;

/// How long the server waits for an answer, as the vendor's guide says.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The only answers after which a delivery is repeated, as the vendor's guide says.
const REPEATED: [u16; 4] = [404, 409, 419, 429];
/// Who switches off what fails.
const SERVER: &str = "System";

/// Delivers until it is aborted.
pub(crate) async fn run(site: Arc<Site>) {
    let (Some(mut waiting), Ok(client)) = (site.outbox.take_waiting(), client()) else {
        tracing::error!("callbacks are not delivered: no HTTP client");
        return;
    };
    let mut lines = HashMap::new();
    let mut tasks = JoinSet::new();
    while let Some(delivery) = waiting.recv().await {
        let line = match lines.entry(delivery.callback) {
            Entry::Occupied(line) => line.into_mut(),
            Entry::Vacant(place) => {
                let (line, waiting) = mpsc::unbounded_channel();
                tasks.spawn(in_order(Arc::clone(&site), client.clone(), waiting));
                place.insert(line)
            }
        };
        if line.send(delivery).is_err() {
            tracing::error!("the deliveries of a callback have ended");
        }
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

async fn in_order(site: Arc<Site>, client: Client, mut waiting: UnboundedReceiver<Delivery>) {
    while let Some(delivery) = waiting.recv().await {
        let id = delivery.callback;
        // It may have been removed or switched off since the event.
        if !is_active(&site, id) {
            continue;
        }
        let delivered = deliver(&site, &client, &delivery).await;
        if site.outbox.settle(id, delivered, site.now()) {
            switch_off(&site, id);
        }
    }
}

/// Whether any of the attempts was answered with success.
async fn deliver(site: &Site, client: &Client, delivery: &Delivery) -> bool {
    let mut delays = site.outbox.retry_delays.into_iter();
    let mut attempt = 1;
    loop {
        let status = send(site, client, delivery).await;
        site.outbox.log().add(LoggedDelivery {
            url: delivery.url.clone(),
            callback: delivery.callback,
            record: delivery.record,
            action: delivery.action.word(),
            status,
            attempt,
            at: site.now(),
        });
        match status {
            Some(200..=299) => return true,
            Some(code) if REPEATED.contains(&code) => {}
            _ => return false,
        }
        let Some(delay) = delays.next() else {
            return false;
        };
        pause(delay).await;
        attempt += 1;
    }
}

async fn send(site: &Site, client: &Client, delivery: &Delivery) -> Option<u16> {
    let signature = match signature::sign(&message::signing_key(site), &delivery.body) {
        Ok(signature) => signature,
        Err(error) => {
            tracing::error!(%error, "a delivery cannot be signed");
            return None;
        }
    };
    let request = client
        .post(&delivery.url)
        .header(CONTENT_TYPE, "application/json")
        .header(signature::HEADER, signature)
        .body(delivery.body.clone());
    match request.send().await {
        Ok(response) => Some(response.status().as_u16()),
        Err(error) => {
            tracing::info!(%error, "a callback did not answer");
            None
        }
    }
}

fn is_active(site: &Site, callback: i64) -> bool {
    let store = site.store();
    let found = store.get(Resource::Callbacks, callback);
    found.is_some_and(|callback| !is_set(callback, "inactiveFlag"))
}

fn switch_off(site: &Site, callback: i64) {
    let mut store = site.store_mut();
    let Some(mut record) = store.get(Resource::Callbacks, callback).cloned() else {
        return;
    };
    record.insert("inactiveFlag".to_owned(), Value::Bool(true));
    resources::stamp(site, &store, Resource::Callbacks, &mut record, SERVER);
    store.put(Resource::Callbacks, record);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server waits between attempts; nothing waits on it as a signal"
)]
async fn pause(delay: Duration) {
    tokio::time::sleep(delay).await;
}
