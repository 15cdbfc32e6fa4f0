//! The whole site as one JSON value: taken, checked and put back.
//!
//! The keys are left out, as are armed faults and the journal of requests.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::connectwise::codebase::Codebase;
use crate::connectwise::model::Record;
use crate::connectwise::resource::Resource;
use crate::connectwise::rights::RightsRow;
use crate::connectwise::site::Site;
use crate::connectwise::store::Store;

/// The form that is written and read.
const VERSION: u32 = 1;

/// Why a state was not loaded. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It does not have the form of a state.
    #[error("the state cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// It has a form that this program does not know.
    #[error("the state has version {0}, not {VERSION}")]
    Version(u32),
    /// It has records of a kind that this program does not know.
    #[error("no records of the kind `{0}` are kept")]
    Kind(String),
    /// A record lacks a positive `id`, or shares it with another one.
    #[error("{kind}: {problem}")]
    Record {
        /// The kind of record.
        kind: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct State {
    version: u32,
    /// Links in records begin with it; they are rewritten when another address loads them.
    base_url: String,
    clock_offset_seconds: i32,
    codebase: Codebase,
    rights: Vec<RightsRow>,
    /// The kinds whose rows the role hides.
    #[serde(default)]
    hidden: Vec<String>,
    records: BTreeMap<String, Table>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Table {
    /// The highest id ever given, also to a record that is gone.
    last_id: i64,
    records: Vec<Record>,
}

/// Everything that the site holds.
pub(crate) fn dump(site: &Site) -> Result<Value, serde_json::Error> {
    let store = site.store();
    let table = |resource: Resource| Table {
        last_id: store.last_id(resource),
        records: store.all(resource).cloned().collect(),
    };
    serde_json::to_value(State {
        version: VERSION,
        base_url: site.shell.base_url.clone(),
        clock_offset_seconds: site.shell.clock_offset_seconds(),
        codebase: site.codebase(),
        rights: site.rights().rows().to_vec(),
        hidden: site
            .hidden()
            .into_iter()
            .map(|resource| resource.name().to_owned())
            .collect(),
        records: Resource::ALL
            .into_iter()
            .map(|resource| (resource.name().to_owned(), table(resource)))
            .collect(),
    })
}

/// Replaces everything that the site holds. Kinds that the state lacks have no records afterwards.
pub(crate) fn load(site: &Site, state: &Value) -> Result<(), StateError> {
    let state = State::deserialize(state)?;
    if state.version != VERSION {
        return Err(StateError::Version(state.version));
    }
    let hidden = state
        .hidden
        .into_iter()
        .map(|name| Resource::named(&name).ok_or(StateError::Kind(name)))
        .collect::<Result<BTreeSet<Resource>, StateError>>()?;
    let mut store = Store::new(&site.shell.base_url);
    for (name, table) in state.records {
        let resource = Resource::named(&name).ok_or(StateError::Kind(name))?;
        check(resource, &table)?;
        for record in table.records {
            let moved = moved(Value::Object(record), &state.base_url, &site.shell.base_url);
            if let Value::Object(record) = moved {
                store.put(resource, record);
            }
        }
        store.go_on_from(resource, table.last_id);
    }
    *site.store_mut() = store;
    site.rights_mut().replace(state.rights);
    site.set_hidden(hidden);
    site.set_codebase(state.codebase);
    site.shell.set_clock_offset(state.clock_offset_seconds);
    Ok(())
}

fn check(resource: Resource, table: &Table) -> Result<(), StateError> {
    let wrong = |problem: String| StateError::Record {
        kind: resource.name(),
        problem,
    };
    let mut seen = BTreeSet::new();
    for (position, record) in table.records.iter().enumerate() {
        let id = record.get("id").and_then(Value::as_i64).filter(|id| *id > 0);
        let id = id.ok_or_else(|| wrong(format!("the record at position {position} has no positive id")))?;
        if !seen.insert(id) {
            return Err(wrong(format!("the id {id} occurs twice")));
        }
    }
    match seen.last() {
        Some(highest) if *highest > table.last_id => Err(wrong(format!(
            "lastId is {} although {highest} is taken",
            table.last_id
        ))),
        _ => Ok(()),
    }
}

/// A value with its links to one site turned to another.
fn moved(value: Value, from: &str, to: &str) -> Value {
    let is_link = |text: &str| text.strip_prefix(from).is_some_and(|rest| rest.starts_with('/'));
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let link = name.ends_with("_href") && value.as_str().is_some_and(is_link);
                let value = match value {
                    Value::String(text) if link => Value::String(text.replacen(from, to, 1)),
                    Value::String(text) => Value::String(text),
                    other => moved(other, from, to),
                };
                (name, value)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| moved(item, from, to)).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn links_move_and_texts_stay() {
        assert_eq!(
            moved(json!("http://a:1/x"), "http://a:1", "https://b:2"),
            json!("http://a:1/x")
        );
        let record = json!({
            "summary": "http://a:1/x", "note_href": 5, "list": [{ "_info": { "ticket_href": "http://a:1/v/7" } }],
            "_info": { "other_href": "http://a:12/v/7" },
        });
        let expected = json!({
            "summary": "http://a:1/x", "note_href": 5, "list": [{ "_info": { "ticket_href": "https://b:2/v/7" } }],
            "_info": { "other_href": "http://a:12/v/7" },
        });
        assert_eq!(moved(record, "http://a:1", "https://b:2"), expected);
    }

    #[test]
    fn what_contradicts_itself_is_named() {
        let problem = |last_id, records: Value| {
            let table: Table = serde_json::from_value(json!({ "lastId": last_id, "records": records })).expect("form");
            check(Resource::Tickets, &table).map_err(|error| error.to_string())
        };
        assert_eq!(problem(7, json!([{ "id": 3 }, { "id": 7 }])), Ok(()));
        let refused = |text: &str| Err(format!("tickets: {text}"));
        assert_eq!(
            problem(6, json!([{ "id": 7 }])),
            refused("lastId is 6 although 7 is taken")
        );
        assert_eq!(
            problem(7, json!([{ "id": 7 }, { "id": 7 }])),
            refused("the id 7 occurs twice")
        );
        assert_eq!(
            problem(7, json!([{ "id": 0 }])),
            refused("the record at position 0 has no positive id")
        );
    }
}
