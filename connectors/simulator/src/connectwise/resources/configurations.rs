//! Configurations: what the server fills in, and what links them to tickets and agreements.

use serde_json::{Value, json};

use super::parse;
use crate::answer::Answer;
use crate::connectwise::answer;
use crate::connectwise::assumptions::LinkedTwice;
use crate::connectwise::draft::{Draft, unknown_member};
use crate::connectwise::errors::{ApiError, FieldError};
use crate::connectwise::model::{Record, is_set, reference_id};
use crate::connectwise::models::configuration::CONFIGURATION_REFERENCE;
use crate::connectwise::resource::Resource;
use crate::connectwise::site::Site;
use crate::connectwise::store::Store;

/// Fills in a configuration.
pub(super) fn complete(store: &Store, draft: &mut Draft) {
    if !draft.has("status") {
        let mut statuses = store.all(Resource::ConfigurationStatuses);
        let default = statuses.find(|status| is_set(status, "defaultFlag"));
        let id = default.and_then(|status| status.get("id")?.as_i64());
        if let Some(status) = id.and_then(|id| store.reference(Resource::ConfigurationStatuses, id)) {
            draft.fill("status", status);
        }
    }
    draft.fill_default("activeFlag", true);
    draft.fill_default("billFlag", false);
}

/// The configurations of a ticket.
pub(crate) fn of_ticket(store: &Store, ticket: i64) -> Vec<Record> {
    linked(store, Resource::TicketConfigurations, "ticketId", ticket)
}

/// The configurations of an agreement.
pub(crate) fn of_agreement(store: &Store, agreement: i64) -> Vec<Record> {
    linked(store, Resource::AgreementConfigurations, "agreementId", agreement)
}

fn linked(store: &Store, links: Resource, field: &str, holder: i64) -> Vec<Record> {
    let mut ids: Vec<i64> = store
        .with(links, field, &holder.to_string())
        .filter_map(|link| reference_id(link, "configuration"))
        .collect();
    ids.sort_unstable();
    let references = ids
        .into_iter()
        .filter_map(|id| store.reference(Resource::Configurations, id));
    references
        .filter_map(|reference| reference.as_object().cloned())
        .collect()
}

/// POST: links the configuration that the body names by `id` or `deviceIdentifier`.
pub(super) fn link(
    site: &Site,
    store: &mut Store,
    links: Resource,
    (field, holder): (&'static str, i64),
    body: &[u8],
) -> Result<Answer, ApiError> {
    let model = &CONFIGURATION_REFERENCE;
    let Value::Object(body) = parse(model, body)? else {
        return Err(ApiError::unreadable(&json!("a value"), model.type_name, ""));
    };
    if let Some(unknown) = body.keys().find(|name| model.field_any_case(name).is_none()) {
        return Err(unknown_member(&site.assumptions, unknown, model.type_name));
    }
    let invalid = |error: FieldError| ApiError::invalid_object(model.resource, &[error]);
    let id = named(store, &body).map_err(invalid)?;
    let reference = store.reference(Resource::Configurations, id).unwrap_or_default();
    let mut others = store.with(links, field, &holder.to_string());
    let linked = others.any(|link| reference_id(link, "configuration") == Some(id));
    drop(others);
    match site.assumptions.linked_twice {
        LinkedTwice::Refuse if linked => {
            let message = "The configuration is already associated with this record.";
            return Err(invalid(FieldError::exists("id", message)));
        }
        _ if linked => {}
        _ => {
            let mut row = Record::new();
            row.insert(field.to_owned(), json!(holder));
            row.insert("configuration".to_owned(), reference.clone());
            store.put(links, row);
        }
    }
    Ok(answer::json(201, &reference))
}

/// The id of the configuration that a body means.
fn named(store: &Store, body: &Record) -> Result<i64, FieldError> {
    let member = |name: &str| {
        let found = body.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    };
    if let Some(id) = member("id").and_then(Value::as_i64).filter(|id| *id != 0) {
        let known = store.get(Resource::Configurations, id).map(|_| id);
        return known.ok_or_else(|| FieldError::not_found("id", format!("Configuration {id} not found")));
    }
    let Some(device) = member("deviceIdentifier")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
    else {
        return Err(FieldError::missing("id", "id or deviceIdentifier is required."));
    };
    let mut found = store.with(Resource::Configurations, "deviceIdentifier", device);
    let id = found.next().and_then(|record| record.get("id")?.as_i64());
    id.ok_or_else(|| FieldError::not_found("deviceIdentifier", format!("Configuration {device} not found")))
}

/// DELETE: removes the link, not the configuration.
pub(super) fn unlink(
    store: &mut Store,
    links: Resource,
    (field, holder): (&'static str, i64),
    configuration: i64,
) -> Result<Answer, ApiError> {
    let found = store
        .with(links, field, &holder.to_string())
        .find(|link| reference_id(link, "configuration") == Some(configuration))
        .and_then(|link| link.get("id")?.as_i64());
    match found {
        Some(link) => {
            store.remove(links, link);
            Ok(Answer::empty(204))
        }
        None => Err(ApiError::no_record(CONFIGURATION_REFERENCE.label, configuration)),
    }
}

/// Removes every link to a configuration with it.
pub(super) fn unlink_all(store: &mut Store, configuration: i64) {
    for links in [Resource::TicketConfigurations, Resource::AgreementConfigurations] {
        let rows: Vec<i64> = store
            .all(links)
            .filter(|link| reference_id(link, "configuration") == Some(configuration))
            .filter_map(|link| link.get("id").and_then(Value::as_i64))
            .collect();
        for row in rows {
            store.remove(links, row);
        }
    }
}
