//! Sends one delivery, and switches off a webhook that fails.

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::outbox::{Delivery, LoggedDelivery};
use super::{message, signature};
use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, is_set, text_of};
use crate::autotask::site::Site;
use crate::outbound::{Postman, Queue};
use crate::time;

impl Postman for Site {
    type Delivery = Delivery;

    fn queue(&self) -> &Queue<Delivery> {
        &self.outbox.waiting
    }

    fn line(delivery: &Delivery) -> String {
        delivery.url.clone()
    }

    async fn deliver(&self, client: &Client, delivery: Delivery) {
        let entity = Entity::Hooks(delivery.topic);
        let hook = self.store().get(entity, delivery.hook).cloned();
        // It may have been removed or switched off since the event.
        let Some(hook) = hook.filter(|hook| is_set(hook, "isActive")) else {
            return;
        };
        let status = send(self, client, &hook, &delivery).await;
        let is_delivered = status.is_some_and(|status| (200..300).contains(&status));
        if !is_delivered {
            note_failure(self, &delivery, status);
        }
        if self.outbox.settle(delivery.topic, delivery.hook, is_delivered) {
            switch_off(self, client, &delivery).await;
        }
    }
}

async fn send(site: &Site, client: &Client, hook: &Record, delivery: &Delivery) -> Option<u16> {
    let status = post(client, hook, &delivery.url, &delivery.body).await;
    site.outbox.log().add(LoggedDelivery {
        url: delivery.url.clone(),
        webhook: delivery.hook,
        entity_type: delivery.topic.entity().model().single,
        record: delivery.record,
        action: delivery.action.clone(),
        sequence_number: delivery.number,
        status,
        at: site.shell.now(),
    });
    status
}

async fn post(client: &Client, hook: &Record, url: &str, body: &[u8]) -> Option<u16> {
    let key = text_of(hook, "secretKey").unwrap_or_default();
    let signature = match signature::sign(key, body) {
        Ok(signature) => signature,
        Err(error) => {
            tracing::error!(%error, "a delivery cannot be signed");
            return None;
        }
    };
    let request = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(signature::HEADER, signature)
        .body(body.to_vec());
    match request.send().await {
        Ok(response) => Some(response.status().as_u16()),
        Err(error) => {
            tracing::info!(%error, "a webhook did not answer");
            None
        }
    }
}

fn note_failure(site: &Site, delivery: &Delivery, status: Option<u16>) {
    let message = status.map_or_else(
        || "The address did not answer.".to_owned(),
        |status| format!("The address answered {status}."),
    );
    let entity = Entity::Hooks(delivery.topic);
    let log = json!({
        "createDateTime": time::show_exactly(site.shell.now()),
        "errorMessage": message,
        "payload": String::from_utf8_lossy(&delivery.body),
        "sequenceNumber": delivery.number,
        "webhookId": delivery.hook,
        "webhookTypeName": entity.model().single,
    });
    if let Value::Object(log) = log {
        site.store_mut().put(Entity::WebhookEventErrorLogs, log);
    }
}

/// The webhook is inactive from now on, and its other address is told so, once.
async fn switch_off(site: &Site, client: &Client, delivery: &Delivery) {
    let entity = Entity::Hooks(delivery.topic);
    let hook = {
        let mut store = site.store_mut();
        let Some(mut hook) = store.get(entity, delivery.hook).cloned() else {
            return;
        };
        hook.insert("isActive".to_owned(), Value::Bool(false));
        store.put(entity, hook.clone());
        hook
    };
    let Some(url) = text_of(&hook, "deactivationUrl") else {
        return;
    };
    let number = site.outbox.next_number(delivery.topic, delivery.hook);
    let callout = Delivery {
        url: url.to_owned(),
        action: site.assumptions.deactivated_action.clone(),
        body: message::deactivated(site, &hook, delivery.topic, delivery.record, number),
        number,
        ..delivery.clone()
    };
    send(site, client, &hook, &callout).await;
}
