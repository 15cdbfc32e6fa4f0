//! Callbacks: ConnectWise announces changes of records by a request to an address of ours.
//!
//! ConnectWise switches a callback off after three days of failed deliveries, so what is registered is looked at again
//! daily. An announcement is a hint: the record is read again.

mod delivery;
mod signature;

pub(super) use delivery::open;
pub(super) use signature::Keys;

use super::{
    call::{Call, List},
    client::Client,
    query::Conditions,
    rights,
    wire::{self, NewCallback, Replace, Value},
};
use crate::{
    error::{ErrorKind, Result},
    record::{Subscription, SubscriptionChange, Topic, WebhookEndpoint},
};

/// The level at which every record of a type is announced; its object is always 1.
const LEVEL: &str = "owner";
const OBJECT: i64 = 1;

/// What ConnectWise calls the types of records.
const TYPES: &[(Topic, &str)] = &[
    (Topic::Companies, "company"),
    (Topic::Contacts, "contact"),
    (Topic::Products, "productcatalog"),
    (Topic::Agreements, "agreement"),
    (Topic::Tickets, "ticket"),
];

pub(super) async fn ensure(client: &Client, endpoint: &WebhookEndpoint) -> Result<Vec<Subscription>> {
    const OPERATION: &str = "ensure_webhook";
    let known = ours(client, OPERATION, endpoint).await?;
    let mut subscriptions = Vec::with_capacity(endpoint.topics.len());
    for &topic in &endpoint.topics {
        let same = |callback: &&wire::Callback| topic_of(callback) == Some(topic);
        let (id, change) = match known.iter().find(same) {
            Some(callback) if callback.inactive_flag.unwrap_or(false) => {
                let steps = [Replace::new("inactiveFlag", Value::Flag(false))];
                let path = format!("system/callbacks/{}", callback.id);
                client
                    .send(&Call::patch(OPERATION, rights::TABLE_SETUP, path, &steps)?)
                    .await?;
                (callback.id, SubscriptionChange::Revived)
            }
            Some(callback) => (callback.id, SubscriptionChange::Unchanged),
            None => register(client, OPERATION, endpoint, topic).await?,
        };
        subscriptions.push(Subscription {
            id: id.to_string(),
            topic,
            change,
        });
    }
    Ok(subscriptions)
}

pub(super) async fn remove(client: &Client, endpoint: &WebhookEndpoint) -> Result<()> {
    const OPERATION: &str = "remove_webhook";
    for callback in ours(client, OPERATION, endpoint).await? {
        let path = format!("system/callbacks/{}", callback.id);
        match client.send(&Call::delete(OPERATION, rights::TABLE_SETUP, path)).await {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn register(
    client: &Client,
    operation: &'static str,
    endpoint: &WebhookEndpoint,
    topic: Topic,
) -> Result<(i64, SubscriptionChange)> {
    let body = NewCallback {
        description: "PSA Bridge",
        url: &address(endpoint),
        object_id: OBJECT,
        kind: type_of(topic),
        level: LEVEL,
        payload_version: "3.0.0",
        is_self_suppressed_flag: true,
        inactive_flag: false,
    };
    let call = Call::post(operation, rights::TABLE_SETUP, "system/callbacks".to_owned(), &body)?;
    match client.json::<wire::Callback>(&call).await {
        Ok(callback) => Ok((callback.id, SubscriptionChange::Registered)),
        // A second one like it is refused: then another process of ours was quicker.
        Err(error) if matches!(error.kind(), ErrorKind::Invalid { .. }) => {
            let known = ours(client, operation, endpoint).await?;
            let found = known.iter().find(|callback| topic_of(callback) == Some(topic));
            found
                .map(|callback| (callback.id, SubscriptionChange::Unchanged))
                .ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// The callbacks that lead to an endpoint, whatever they announce.
async fn ours(client: &Client, operation: &'static str, endpoint: &WebhookEndpoint) -> Result<Vec<wire::Callback>> {
    let list = List::new(operation, rights::TABLE_SETUP, "system/callbacks", Conditions::none());
    let mut callbacks: Vec<wire::Callback> = client.all(&list).await?;
    let address = address(endpoint);
    callbacks.retain(|callback| callback.url.as_deref() == Some(address.as_str()));
    Ok(callbacks)
}

/// ConnectWise appends the record's id and `&action=…` to the address as they are, so it ends in a parameter's name.
fn address(endpoint: &WebhookEndpoint) -> String {
    let joint = if endpoint.url.query().is_some() { '&' } else { '?' };
    format!("{}{joint}recordId=", endpoint.url)
}

fn topic_of(callback: &wire::Callback) -> Option<Topic> {
    let is =
        |text: &Option<String>, wanted: &str| text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    let found = TYPES.iter().find(|(_, name)| is(&callback.kind, name));
    found.filter(|_| is(&callback.level, LEVEL)).map(|(topic, _)| *topic)
}

fn type_of(topic: Topic) -> &'static str {
    TYPES
        .iter()
        .find(|(known, _)| *known == topic)
        .map_or("", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectwise::descriptor::DESCRIPTOR;

    #[test]
    fn every_topic_has_a_type() {
        for &topic in DESCRIPTOR.topics {
            assert!(!type_of(topic).is_empty(), "{topic:?}");
        }
    }

    #[test]
    fn the_id_is_appended_to_the_address() {
        let endpoint = |url: &str| WebhookEndpoint {
            url: url.parse().expect(url),
            secret: "x".into(),
            topics: vec![Topic::Tickets],
        };
        assert_eq!(
            address(&endpoint("https://h.example/w/s")),
            "https://h.example/w/s?recordId="
        );
        assert_eq!(
            address(&endpoint("https://h.example/w?a=b")),
            "https://h.example/w?a=b&recordId="
        );
        assert!(!format!("{:?}", endpoint("https://h.example/w/hush")).contains("hush"));
    }
}
