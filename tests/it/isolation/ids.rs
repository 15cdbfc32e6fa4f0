//! Global ids as somebody could forge them: they are opaque, not secret.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// The keys of rows that a global id names: one for most, two for a mapping, none for a licence type.
pub(super) fn keys(id: &str) -> Vec<Uuid> {
    let text = decode(id);
    text.split(':').filter_map(|part| Uuid::parse_str(part).ok()).collect()
}

/// An id of the same form that names nothing.
pub(super) fn never(id: &str) -> String {
    let keys = keys(id);
    assert!(!keys.is_empty(), "{id} names no row");
    keys.iter().fold(id.to_owned(), |id, key| {
        swapped(&id, *key, Uuid::from_u128(!key.as_u128()))
    })
}

/// The id with another key in the place of `key`.
pub(super) fn swapped(id: &str, key: Uuid, other: Uuid) -> String {
    let text = decode(id);
    let parts: Vec<_> = text
        .split(':')
        .map(|part| match Uuid::parse_str(part) {
            Ok(found) if found == key => other.simple().to_string(),
            _ => part.to_owned(),
        })
        .collect();
    URL_SAFE_NO_PAD.encode(parts.join(":"))
}

fn decode(id: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(id).expect("a global id is base64");
    String::from_utf8(bytes).expect("a global id is text inside")
}
