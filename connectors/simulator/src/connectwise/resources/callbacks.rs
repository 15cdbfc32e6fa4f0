//! Callbacks: what the server demands of a registration and fills in.

use serde_json::Value;
use url::Url;

use crate::connectwise::callbacks::{is_level, is_type};
use crate::connectwise::draft::Draft;
use crate::connectwise::errors::FieldError;
use crate::connectwise::model::{Record, text_of};
use crate::connectwise::resource::Resource;
use crate::connectwise::site::MEMBER;
use crate::connectwise::store::Store;
use crate::guid;

/// The object that stands for the whole company at level owner.
const OWNER: i64 = 1;

/// Fills in and checks a callback. Texts as recorded from a real server, but for that of an unknown type.
pub(super) fn complete(store: &Store, draft: &mut Draft) {
    let level = text_of(&draft.record, "level").unwrap_or_default().to_owned();
    if level.eq_ignore_ascii_case("owner") && object_of(&draft.record) == Some(0) {
        draft.fill("objectId", OWNER);
    }
    if let Some(url) = text_of(&draft.record, "url")
        && !Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    {
        draft.errors.push(FieldError::invalid("url", "Invalid URL"));
    }
    if let Some(kind) = text_of(&draft.record, "type").filter(|kind| !kind.is_empty()) {
        if !is_type(kind) {
            draft.errors.push(FieldError::object("type", "Unrecognized type"));
        } else if draft.has("level") && !is_level(kind, &level) {
            let message = "Unrecognized level for type, see documentation for supported levels for each type";
            draft.errors.push(FieldError::object("level", message));
        }
    }
    if is_taken(store, &draft.record) {
        let message = "A matching callback entry already exists";
        draft.errors.push(FieldError::exists("objectId", message));
    }
    if draft.is_new() {
        fill_in(store, draft);
    }
    draft.fill_default("payloadVersion", "3.0.0");
    for name in ["inactiveFlag", "isSelfSuppressedFlag"] {
        draft.fill_default(name, false);
    }
}

fn fill_in(store: &Store, draft: &mut Draft) {
    let creator = store.with(Resource::Members, "identifier", MEMBER).next();
    if let Some(id) = creator.and_then(|member| member.get("id")).cloned() {
        draft.fill("memberId", id);
    }
    draft.fill("isSoapCallbackFlag", false);
    let parts = ["url", "type", "level"].map(|name| text_of(&draft.record, name).unwrap_or_default().to_lowercase());
    let object = object_of(&draft.record).unwrap_or_default().to_string();
    let [url, kind, level] = &parts;
    draft.fill("connectWiseID", guid::of(&[url, kind, level, &object]));
}

/// Whether another callback has the same address, type, level and object.
fn is_taken(store: &Store, record: &Record) -> bool {
    let own = record.get("id");
    store.all(Resource::Callbacks).any(|other| {
        other.get("id") != own
            && text_of(other, "url") == text_of(record, "url")
            && object_of(other) == object_of(record)
            && ["type", "level"].into_iter().all(|name| {
                let pair = text_of(other, name).zip(text_of(record, name));
                pair.is_some_and(|(one, another)| one.eq_ignore_ascii_case(another))
            })
    })
}

fn object_of(record: &Record) -> Option<i64> {
    record.get("objectId").and_then(Value::as_i64)
}
