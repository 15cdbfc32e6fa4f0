//! Sends one delivery, again where the vendor does, and switches off a callback that fails.

use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::log::LoggedDelivery;
use super::outbox::Delivery;
use super::{message, signature};
use crate::connectwise::model::is_set;
use crate::connectwise::resource::Resource;
use crate::connectwise::resources;
use crate::connectwise::site::Site;
use crate::outbound::{Postman, Queue};

/// The only answers after which a delivery is repeated, as the vendor's guide says.
const REPEATED: [u16; 4] = [404, 409, 419, 429];
/// Who switches off what fails.
const SERVER: &str = "System";

impl Postman for Site {
    type Delivery = Delivery;

    fn queue(&self) -> &Queue<Delivery> {
        &self.outbox.waiting
    }

    fn line(delivery: &Delivery) -> String {
        delivery.callback.to_string()
    }

    async fn deliver(&self, client: &Client, delivery: Delivery) {
        let id = delivery.callback;
        // It may have been removed or switched off since the event.
        if !is_active(self, id) {
            return;
        }
        let delivered = deliver(self, client, &delivery).await;
        if self.outbox.settle(id, delivered, self.shell.now()) {
            switch_off(self, id);
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
            at: site.shell.now(),
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
