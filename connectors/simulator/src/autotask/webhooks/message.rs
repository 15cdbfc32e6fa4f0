//! What a webhook is told.

use serde_json::{Map, Value, json};

use super::{Action, Event};
use crate::autotask::entity::{Entity, Topic};
use crate::autotask::model::{Record, is_set, number};
use crate::autotask::models::webhook;
use crate::autotask::site::{PERSON, Site};
use crate::autotask::store::Store;
use crate::time;

/// The fields that a webhook is told of an event, values as text; `None` when the event does not concern it: an update
/// of no field that it subscribed to.
pub(super) fn fields(store: &Store, topic: Topic, hook: i64, event: Event<'_>) -> Option<Map<String, Value>> {
    let chosen: Vec<&Record> = store.of(Entity::HookFields(topic), "webhookID", hook).collect();
    let choice = |id: i64| chosen.iter().find(|chosen| number(chosen, "fieldID") == Some(id));
    let mut out = Map::new();
    let mut concerns = event.action != Action::Update;
    for (id, field) in webhook::told(topic) {
        let Some(choice) = choice(id) else { continue };
        let has_changed = event.action != Action::Update || event.changed.contains(&field.name);
        let is_subscribed = is_set(choice, "isSubscribedField") && has_changed;
        concerns |= is_subscribed;
        if is_subscribed || is_set(choice, "isDisplayAlwaysField") {
            out.insert(pascal(field.name), text(event.record.get(field.name)));
        }
    }
    concerns.then_some(out)
}

/// The body of a delivery.
pub(super) fn body(
    site: &Site,
    hook: &Record,
    topic: Topic,
    event: Event<'_>,
    record: i64,
    fields: &Map<String, Value>,
    number: u64,
) -> Vec<u8> {
    let said = json!({
        "Action": event.action.word(),
        "Guid": hook.get("webhookGUID"),
        "EntityType": topic.entity().model().single,
        "Id": record,
        "Fields": fields,
        "EventTime": time::show(site.shell.now()),
        "SequenceNumber": number,
        "PersonId": event.by,
    });
    said.to_string().into_bytes()
}

/// The body of the callout that says that a webhook was switched off.
pub(super) fn deactivated(site: &Site, hook: &Record, topic: Topic, id: i64, number: u64) -> Vec<u8> {
    let said = json!({
        "Action": site.assumptions.deactivated_action,
        "Guid": hook.get("webhookGUID"),
        "EntityType": topic.entity().model().single,
        "Id": id,
        "Fields": {},
        "EventTime": time::show(site.shell.now()),
        "SequenceNumber": number,
        "PersonId": PERSON,
    });
    said.to_string().into_bytes()
}

fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn text(value: Option<&Value>) -> Value {
    match value {
        None | Some(Value::Null) => Value::Null,
        Some(Value::String(text)) => Value::from(text.as_str()),
        Some(other) => Value::from(other.to_string()),
    }
}
