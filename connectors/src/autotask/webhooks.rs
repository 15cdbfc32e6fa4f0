//! Webhooks: Autotask announces changes of one entity by a request to an address of ours.
//!
//! A webhook is made in steps: itself, whose changes are left out, and the fields whose changes are announced. Only with the
//! last field it is whole, so one that was left half made is completed by the next call. The PSA switches it off after
//! deliveries that failed; what is registered is looked at again daily. An announcement is a hint: the record is read again.

mod delivery;

use std::collections::BTreeSet;

use reqwest::Method;
use secrecy::ExposeSecret;

pub(super) use delivery::open;

use super::{
    call::{Call, List},
    client::Client,
    picklists::PickValue,
    query::Conditions,
    wire::{self, ChangedWebhook, NewExcludedResource, NewWebhook, NewWebhookField},
};
use crate::{
    error::{Error, ErrorKind, Result},
    record::{Subscription, SubscriptionChange, Topic, WebhookEndpoint},
};

/// The longest secret that a webhook takes.
const SECRET_CHARS: usize = 64;

/// What belongs to the webhooks of one topic.
#[derive(Debug)]
struct Kind {
    topic: Topic,
    /// The entity of the webhooks, of their fields, and of those whose changes are left out.
    entity: &'static str,
    fields: &'static str,
    excluded: &'static str,
    /// What deliveries call the records.
    names: &'static [&'static str],
    /// The fields whose changes matter to us, by their names without blanks and in small letters. Tenants differ in how they
    /// name them.
    followed: &'static [&'static str],
}

const KINDS: &[Kind] = &[
    Kind {
        topic: Topic::Companies,
        entity: "CompanyWebhooks",
        fields: "CompanyWebhookFields",
        excluded: "CompanyWebhookExcludedResources",
        names: &["Company", "Account"],
        followed: &[
            "companyname",
            "accountname",
            "companytype",
            "accounttype",
            "companynumber",
            "accountnumber",
            "isactive",
            "active",
        ],
    },
    Kind {
        topic: Topic::Contacts,
        entity: "ContactWebhooks",
        fields: "ContactWebhookFields",
        excluded: "ContactWebhookExcludedResources",
        names: &["Contact"],
        followed: &[
            "firstname",
            "lastname",
            "emailaddress",
            "email",
            "phone",
            "isactive",
            "active",
        ],
    },
    Kind {
        topic: Topic::Tickets,
        entity: "TicketWebhooks",
        fields: "TicketWebhookFields",
        excluded: "TicketWebhookExcludedResources",
        names: &["Ticket"],
        followed: &["status", "queueid", "queue", "priority"],
    },
];

pub(super) async fn ensure(client: &Client, endpoint: &WebhookEndpoint) -> Result<Vec<Subscription>> {
    const OPERATION: &str = "ensure_webhook";
    if endpoint.secret.expose_secret().chars().count() > SECRET_CHARS {
        let message = format!("a secret has at most {SECRET_CHARS} characters");
        return Err(Error::invalid("secret", message));
    }
    let mut subscriptions = Vec::with_capacity(endpoint.topics.len());
    for &topic in &endpoint.topics {
        let Some(kind) = KINDS.iter().find(|kind| kind.topic == topic) else {
            let message = format!("Autotask PSA does not announce {topic:?}");
            return Err(Error::new(ErrorKind::Unsupported, message));
        };
        let registration = Registration {
            client,
            operation: OPERATION,
            endpoint,
            kind,
        };
        let (id, change) = registration.ensure().await?;
        subscriptions.push(Subscription {
            id: id.to_string(),
            topic,
            change,
        });
    }
    Ok(subscriptions)
}

pub(super) async fn remove(client: &Client, endpoint: &WebhookEndpoint) -> Result<()> {
    for kind in KINDS {
        let registration = Registration {
            client,
            operation: "remove_webhook",
            endpoint,
            kind,
        };
        for webhook in registration.known().await? {
            registration.delete(webhook.id).await?;
        }
    }
    Ok(())
}

/// The webhook of one topic at an endpoint.
struct Registration<'r> {
    client: &'r Client,
    operation: &'static str,
    endpoint: &'r WebhookEndpoint,
    kind: &'static Kind,
}

impl Registration<'_> {
    async fn ensure(&self) -> Result<(i64, SubscriptionChange)> {
        let mut ours = None;
        for webhook in self.known().await? {
            let secret = webhook.secret_key.as_deref().filter(|secret| !secret.is_empty());
            if secret.is_some_and(|secret| secret != self.endpoint.secret.expose_secret()) {
                // It signs with a secret that we do not have any more.
                self.delete(webhook.id).await?;
            } else {
                ours = Some(webhook);
            }
        }
        let Some(webhook) = ours else {
            let id = self.create().await?;
            self.complete(id, &self.missing_fields(id).await?).await?;
            return Ok((id, SubscriptionChange::Registered));
        };
        let missing = self.missing_fields(webhook.id).await?;
        if !missing.is_empty() {
            self.complete(webhook.id, &missing).await?;
        }
        if webhook.is_active == Some(false) {
            let body = ChangedWebhook {
                id: webhook.id,
                is_active: true,
            };
            self.write(self.kind.entity, (Method::PATCH, self.kind.entity.to_owned()), &body)
                .await?;
            return Ok((webhook.id, SubscriptionChange::Revived));
        }
        let change = if missing.is_empty() {
            SubscriptionChange::Unchanged
        } else {
            SubscriptionChange::Registered
        };
        Ok((webhook.id, change))
    }

    /// The webhooks that lead to the endpoint.
    async fn known(&self) -> Result<Vec<wire::Webhook>> {
        let mut found: Vec<wire::Webhook> = self.all(self.kind.entity, Conditions::none()).await?;
        found.retain(|webhook| webhook.url.as_deref() == Some(self.endpoint.url.as_str()));
        Ok(found)
    }

    async fn create(&self) -> Result<i64> {
        let url = self.endpoint.url.as_str();
        let body = NewWebhook {
            name: "PSA Bridge",
            is_active: true,
            webhook_url: url,
            deactivation_url: url,
            secret_key: self.endpoint.secret.expose_secret(),
            is_subscribed_to_create_events: true,
            is_subscribed_to_update_events: true,
            is_subscribed_to_delete_events: true,
            send_threshold_exceeded_notification: false,
            owner: self.own_resource().await?,
        };
        self.write(self.kind.entity, (Method::POST, self.kind.entity.to_owned()), &body)
            .await
    }

    /// Leaves our own changes out, and then subscribes to the fields.
    async fn complete(&self, id: i64, fields: &[i64]) -> Result<()> {
        if let Some(resource) = self.own_resource().await? {
            let of_webhook = Conditions::none().number_is("webhookID", id);
            let excluded: Vec<wire::ExcludedResource> = self.all(self.kind.excluded, of_webhook).await?;
            if !excluded.iter().any(|known| known.resource == Some(resource)) {
                let body = NewExcludedResource { webhook: id, resource };
                let path = format!("{}/{id}/ExcludedResources", self.kind.entity);
                self.write(self.kind.excluded, (Method::POST, path), &body).await?;
            }
        }
        for &field in fields {
            let body = NewWebhookField {
                webhook: id,
                field,
                is_subscribed: true,
                is_always_shown: false,
            };
            let path = format!("{}/{id}/Fields", self.kind.entity);
            self.write(self.kind.fields, (Method::POST, path), &body).await?;
        }
        Ok(())
    }

    /// The fields that we follow and that a webhook does not announce yet.
    async fn missing_fields(&self, id: i64) -> Result<Vec<i64>> {
        let fields = self.client.usual_fields(self.operation, None, self.kind.fields).await?;
        let mut wanted = followed(&fields.picklist("fieldID")?, self.kind.followed);
        let of_webhook = Conditions::none().number_is("webhookID", id);
        let known: Vec<wire::WebhookField> = self.all(self.kind.fields, of_webhook).await?;
        let known: BTreeSet<i64> = known
            .iter()
            .filter(|field| field.is_subscribed != Some(false))
            .filter_map(|field| field.field)
            .collect();
        wanted.retain(|field| !known.contains(field));
        Ok(wanted)
    }

    /// The API user as a resource. Without it our own changes are announced too, which costs a look at each and no more.
    async fn own_resource(&self) -> Result<Option<i64>> {
        let conditions = Conditions::none().text_is("userName", &self.client.config.username);
        let found: Result<Vec<wire::Resource>> = self.all("Resources", conditions).await;
        match found {
            Ok(found) => {
                let same = |resource: &&wire::Resource| {
                    let name = resource.user_name.as_deref();
                    name.is_some_and(|name| name.eq_ignore_ascii_case(&self.client.config.username))
                };
                Ok(found.iter().find(same).map(|resource| resource.id))
            }
            Err(error) if matches!(error.kind(), ErrorKind::Forbidden { .. }) => {
                tracing::debug!(%error, "the API user cannot be looked up");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, id: i64) -> Result<()> {
        let entity = self.kind.entity;
        match self
            .client
            .send(&Call::delete(self.operation, entity, format!("{entity}/{id}")))
            .await
        {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn all<T: wire::Listed>(&self, entity: &'static str, conditions: Conditions) -> Result<Vec<T>> {
        let list = List {
            operation: self.operation,
            right: None,
            entity,
            conditions,
        };
        self.client.all(&list).await
    }

    async fn write(&self, entity: &'static str, place: (Method, String), body: &impl serde::Serialize) -> Result<i64> {
        let call = Call::write(self.operation, None, entity, place, body)?;
        self.client.written(&call).await
    }
}

/// The numbers of the fields that are followed. A tenant that names none of them so has all announced.
fn followed(values: &[PickValue], names: &[&str]) -> Vec<i64> {
    let name = |value: &PickValue| {
        let letters = value.label().chars().filter(|c| c.is_alphanumeric());
        letters.collect::<String>().to_lowercase()
    };
    let numbers = |wanted: fn(&str, &[&str]) -> bool| {
        let values = values
            .iter()
            .filter(|value| value.is_active() && wanted(&name(value), names));
        values.filter_map(PickValue::number).collect::<Vec<_>>()
    };
    let named = numbers(|name, names| names.contains(&name));
    if named.is_empty() { numbers(|_, _| true) } else { named }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::autotask::descriptor::DESCRIPTOR;

    #[test]
    fn every_topic_has_its_webhooks() {
        let topics: Vec<_> = KINDS.iter().map(|kind| kind.topic).collect();
        assert_eq!(topics, DESCRIPTOR.topics);
    }

    #[test]
    fn fields_are_followed_by_their_names() {
        let values = json!([
            { "value": "3", "label": "Company Name" },
            { "value": "4", "label": "isActive" },
            { "value": "5", "label": "Fax" },
            { "value": "6", "label": "Account Type", "isActive": false },
        ]);
        let values: Vec<PickValue> = serde_json::from_value(values).expect("values");
        assert_eq!(followed(&values, KINDS[0].followed), [3, 4]);
        assert_eq!(followed(&values, &["nothing"]), [3, 4, 5], "better too many than none");
    }
}
