//! Webhooks: what happens is told to the addresses that were registered for it, signed, in the order of the events.

mod deliver;
mod message;
mod outbox;
mod signature;

pub use outbox::LoggedDelivery;
pub(crate) use outbox::Outbox;

use crate::autotask::entity::{Entity, Topic};
use crate::autotask::model::{Record, id_of, is_set, number, text_of};
use crate::autotask::site::Site;
use crate::autotask::store::Store;
use outbox::Delivery;

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Create,
    Update,
    Delete,
}

impl Action {
    const fn word(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
        }
    }

    const fn flag(self) -> &'static str {
        match self {
            Self::Create => "isSubscribedToCreateEvents",
            Self::Update => "isSubscribedToUpdateEvents",
            Self::Delete => "isSubscribedToDeleteEvents",
        }
    }
}

/// Something that happened, and who did it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'a> {
    pub(crate) entity: Entity,
    pub(crate) record: &'a Record,
    pub(crate) action: Action,
    /// The fields that are other than before, of an update.
    pub(crate) changed: &'a [&'static str],
    /// The resource.
    pub(crate) by: i64,
}

/// Queues a delivery for every webhook that the event concerns.
pub(crate) fn announce(site: &Site, store: &Store, event: Event<'_>) {
    let (Some(topic), Some(record)) = (Topic::of(event.entity), id_of(event.record)) else {
        return;
    };
    for hook in store.all(Entity::Hooks(topic)) {
        let (Some(id), Some(url)) = (id_of(hook), text_of(hook, "webhookUrl")) else {
            continue;
        };
        let mut excluded = store.of(Entity::HookExclusions(topic), "webhookID", id);
        let is_wanted = is_set(hook, "isActive") && is_set(hook, "isReady") && is_set(hook, event.action.flag());
        if !is_wanted || excluded.any(|excluded| number(excluded, "resourceID") == Some(event.by)) {
            continue;
        }
        let Some(fields) = message::fields(store, topic, id, event) else {
            continue;
        };
        let number = site.outbox.next_number(topic, id);
        site.outbox.waiting.add(Delivery {
            topic,
            hook: id,
            url: url.to_owned(),
            record,
            action: event.action.word().to_owned(),
            body: message::body(site, hook, topic, event, record, &fields, number),
            number,
        });
    }
}
