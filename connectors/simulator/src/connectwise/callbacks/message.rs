//! The body of a delivery, and the key that it is signed with.

use serde_json::{Value, json};

use super::{Action, Event, interest};
use crate::answer::Answer;
use crate::call::Call;
use crate::connectwise::errors::ApiError;
use crate::connectwise::gate;
use crate::connectwise::site::Site;
use crate::guid;

/// The JSON of a delivery, in the layout that is signed and sent. `number` tells deliveries apart.
pub(super) fn body(site: &Site, callback: i64, id: i64, event: Event<'_>, number: u64) -> Vec<u8> {
    // The record travels as JSON in a string; what is gone is not shown.
    let entity = match event.action {
        Action::Deleted => Value::Null,
        Action::Added | Action::Updated => json!(Value::Object(event.record.clone()).to_string()),
    };
    let body = json!({
        "MessageId": guid::of(&["message", &site.company_id, &number.to_string()]),
        "FromUrl": host(site),
        "CompanyId": site.company_id,
        "MemberId": event.by,
        "Action": event.action.word(),
        "Type": interest::type_of(event.resource),
        "ID": id,
        "ProductInstanceId": null,
        "PartnerId": null,
        "Entity": entity,
        "Metadata": { "key_url": key_url(site) },
        "CallbackObjectRecId": callback,
    });
    body.to_string().into_bytes()
}

/// The text whose hash signs deliveries.
pub(super) fn signing_key(site: &Site) -> String {
    guid::of(&["signing key", &site.company_id]).replace('-', "")
}

/// Answers the address in a delivery's `key_url`.
pub(crate) fn key_answer(site: &Site, call: &Call) -> Answer {
    if site.assumptions.callback_key_needs_credentials
        && let Err(refusal) = gate::authenticate(site, call)
    {
        return refusal;
    }
    let company = call.query.get("companyName");
    let known = company.is_some_and(|company| company.eq_ignore_ascii_case(&site.company_id))
        && call.query.get("id") == Some(key_id(site).as_str());
    if known {
        Answer::text(200, &json!({ "signing_key": signing_key(site) }).to_string())
    } else {
        ApiError::no_route().into_answer()
    }
}

/// With a doubled slash, as the real ones have it.
fn key_url(site: &Site) -> String {
    format!(
        "{}/{}//system/callbackkey/index.rails?companyName={}&id={}",
        site.shell.base_url,
        site.codebase().name,
        site.company_id,
        key_id(site),
    )
}

fn key_id(site: &Site) -> String {
    guid::of(&["key", &site.company_id])
}

fn host(site: &Site) -> &str {
    site.shell
        .base_url
        .split_once("://")
        .map_or(site.shell.base_url.as_str(), |(_, host)| host)
}
