//! What the tenant's fields are: picklists with their values, and what is required. Almost every value that a person sees
//! as a word is a number of such a list, and lists differ from tenant to tenant.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::{call::Call, client::Client};
use crate::error::{Error, ErrorKind, Result};

/// How long names are believed that were read before. What people choose from is always read anew.
const BELIEVED: TimeDelta = TimeDelta::hours(1);

/// The fields of an entity.
#[derive(Debug, Deserialize)]
pub(super) struct Fields {
    fields: Vec<Field>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    #[serde(default)]
    is_required: Option<bool>,
    #[serde(default)]
    picklist_values: Option<Vec<PickValue>>,
}

/// A value of a picklist.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PickValue {
    /// The number that records hold, as a text.
    pub(super) value: String,
    label: Option<String>,
    is_default_value: Option<bool>,
    sort_order: Option<i64>,
    parent_value: Option<String>,
    is_active: Option<bool>,
}

impl PickValue {
    /// The name that people see.
    pub(super) fn label(&self) -> &str {
        self.label
            .as_deref()
            .map(str::trim)
            .filter(|label| !label.is_empty())
            .unwrap_or(&self.value)
    }

    /// The number that records hold.
    pub(super) fn number(&self) -> Option<i64> {
        self.value.parse().ok()
    }

    /// The value of the field that this one depends on.
    pub(super) fn parent(&self) -> Option<&str> {
        self.parent_value.as_deref().filter(|parent| !parent.is_empty())
    }

    pub(super) fn is_active(&self) -> bool {
        self.is_active.unwrap_or(true)
    }

    pub(super) fn is_default(&self) -> bool {
        self.is_default_value.unwrap_or(false)
    }
}

impl Fields {
    /// The values of a picklist in the PSA's order.
    ///
    /// # Errors
    /// The entity has no such picklist.
    pub(super) fn picklist(&self, name: &str) -> Result<Vec<PickValue>> {
        let field = self.field(name).and_then(|field| field.picklist_values.as_ref());
        let Some(values) = field else {
            let message = format!("Autotask PSA does not say which values `{name}` can have");
            return Err(Error::new(ErrorKind::Protocol, message));
        };
        let mut values = values.clone();
        values.sort_by_key(|value| value.sort_order);
        Ok(values)
    }

    /// The name of a value, where it is known.
    pub(super) fn label(&self, name: &str, value: i64) -> Option<String> {
        let values = self.field(name)?.picklist_values.as_ref()?;
        let known = values.iter().find(|known| known.number() == Some(value))?;
        Some(known.label().to_owned())
    }

    /// The name of a value that is a number in some tenants and a text in others.
    pub(super) fn label_of(&self, name: &str, value: &Value) -> Option<String> {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let values = self.field(name)?.picklist_values.as_ref()?;
        let known = values.iter().find(|known| known.value == value)?;
        Some(known.label().to_owned())
    }

    /// The value to take when none is named: the default one, or the first that is in use.
    pub(super) fn usual(&self, name: &str) -> Result<i64> {
        let mut values = self.picklist(name)?;
        values.retain(PickValue::is_active);
        let usual = values.iter().find(|value| value.is_default()).or(values.first());
        usual.and_then(PickValue::number).ok_or_else(|| {
            let message = format!("Autotask PSA has no value in use for `{name}`");
            Error::new(ErrorKind::Protocol, message)
        })
    }

    /// Whether a record cannot be created without a field.
    pub(super) fn requires(&self, name: &str) -> bool {
        self.field(name).is_some_and(|field| field.is_required == Some(true))
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// The fields that were read before, by entity. Only names come from here, so that another process needs none of it.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<BTreeMap<&'static str, Believed>>);

/// Fields, and when they were read.
type Believed = (DateTime<Utc>, Arc<Fields>);

impl Known {
    fn get(&self, entity: &'static str, now: DateTime<Utc>) -> Option<Arc<Fields>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, fields) = known.get(entity)?;
        (now - read_at < BELIEVED).then(|| Arc::clone(fields))
    }

    fn keep(&self, entity: &'static str, now: DateTime<Utc>, fields: &Arc<Fields>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(entity, (now, Arc::clone(fields)));
    }
}

impl Client {
    /// Reads the fields of an entity.
    pub(super) async fn fields(
        &self,
        operation: &'static str,
        right: Option<&'static str>,
        entity: &'static str,
    ) -> Result<Arc<Fields>> {
        let call = Call::get(operation, right, entity, format!("{entity}/entityInformation/fields"));
        let fields: Arc<Fields> = Arc::new(self.json(&call).await?);
        self.known_fields.keep(entity, self.clock.now(), &fields);
        Ok(fields)
    }

    /// The fields of an entity, as they were read within the last hour.
    pub(super) async fn usual_fields(
        &self,
        operation: &'static str,
        right: Option<&'static str>,
        entity: &'static str,
    ) -> Result<Arc<Fields>> {
        match self.known_fields.get(entity, self.clock.now()) {
            Some(fields) => Ok(fields),
            None => self.fields(operation, right, entity).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = r#"{"fields":[
        {"name":"title","isRequired":true,"isPickList":false,"picklistValues":null},
        {"name":"priority","isRequired":true,"isPickList":true,"picklistValues":[
            {"value":"3","label":"Low","sortOrder":3,"isActive":true,"parentValue":""},
            {"value":"1","label":" High ","sortOrder":1,"isActive":true,"isDefaultValue":false,"parentValue":null},
            {"value":"2","label":"","sortOrder":2,"isActive":false,"isDefaultValue":true,"parentValue":"7"}]}]}"#;

    #[test]
    fn picklists_are_read() {
        let fields: Fields = serde_json::from_str(FIELDS).expect("fields");
        let values = fields.picklist("Priority").expect("a picklist");
        let seen: Vec<_> = values
            .iter()
            .map(|value| (value.number(), value.label(), value.parent()))
            .collect();
        assert_eq!(
            seen,
            [
                (Some(1), "High", None),
                (Some(2), "2", Some("7")),
                (Some(3), "Low", None)
            ]
        );
        assert_eq!(fields.label("priority", 1).as_deref(), Some("High"));
        assert_eq!(
            fields.usual("priority").expect("a value"),
            1,
            "the default one is out of use"
        );
        assert!(fields.requires("title") && !fields.requires("description"));
        for none in ["title", "colour"] {
            assert_eq!(fields.picklist(none).expect_err(none).kind(), &ErrorKind::Protocol);
        }
    }

    #[tokio::test]
    async fn names_are_believed_for_an_hour() {
        let (client, server) = Client::testing(&[(200, FIELDS), (200, FIELDS)]);
        for _ in 0..3 {
            client.usual_fields("test", None, "Tickets").await.expect("fields");
        }
        client.fields("test", None, "Tickets").await.expect("anew");
        assert_eq!(server.sent(), 3, "the zone, and twice the fields");
        let later = client.clock.now() + BELIEVED;
        assert!(
            client
                .known_fields
                .get("Tickets", later + TimeDelta::seconds(1))
                .is_none()
        );
    }
}
