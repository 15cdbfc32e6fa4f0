//! Callbacks: what happens on the site is told to the addresses that were registered for it.
//!
//! An event is matched while its record is locked, so that deliveries leave in the order of the changes; they are sent
//! by a task of the simulator.

mod deliver;
mod interest;
mod log;
mod message;
mod outbox;
mod signature;

use serde_json::Value;

pub(crate) use interest::{is_level, is_type};
pub use log::LoggedDelivery;
pub(crate) use message::key_answer;
pub(crate) use outbox::{Delivery, Outbox};

use crate::connectwise::model::{Record, is_set, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::site::Site;
use crate::connectwise::store::Store;

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Added,
    Updated,
    Deleted,
}

impl Action {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// Something that happened, and who did it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'a> {
    pub(crate) resource: Resource,
    pub(crate) record: &'a Record,
    pub(crate) action: Action,
    /// The identifier of the member.
    pub(crate) by: &'a str,
}

/// Queues a delivery for every active callback that the event concerns.
pub(crate) fn announce(site: &Site, store: &Store, event: Event<'_>) {
    let Some(id) = event.record.get("id").and_then(Value::as_i64) else {
        return;
    };
    for callback in store.all(Resource::Callbacks) {
        let suppressed = is_set(callback, "isSelfSuppressedFlag") && creator(store, callback) == Some(event.by);
        if is_set(callback, "inactiveFlag") || suppressed || !interest::concerns(callback, event) {
            continue;
        }
        let (Some(callback_id), Some(url)) = (callback.get("id").and_then(Value::as_i64), text_of(callback, "url"))
        else {
            continue;
        };
        let number = site.outbox.next_number();
        site.outbox.waiting.add(Delivery {
            callback: callback_id,
            url: format!("{url}{id}&action={}", event.action.word()),
            record: id,
            action: event.action,
            body: message::body(site, callback_id, id, event, number),
        });
    }
}

/// The identifier of the member who registered a callback.
fn creator<'s>(store: &'s Store, callback: &Record) -> Option<&'s str> {
    let member = callback.get("memberId").and_then(Value::as_i64)?;
    text_of(store.get(Resource::Members, member)?, "identifier")
}
