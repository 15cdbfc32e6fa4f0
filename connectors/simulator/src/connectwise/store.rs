//! The records in memory, with indexes for the fields by which clients look things up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::connectwise::model::{Kind, Record, at, reference_id, text_of};
use crate::connectwise::resource::Resource;

/// Every record of the site.
#[derive(Debug)]
pub(crate) struct Store {
    base_url: String,
    tables: HashMap<Resource, Table>,
}

#[derive(Debug, Default)]
struct Table {
    records: BTreeMap<i64, Record>,
    last_id: i64,
    indexes: HashMap<&'static str, HashMap<String, BTreeSet<i64>>>,
}

impl Store {
    pub(crate) fn new(base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            tables: HashMap::new(),
        }
    }

    pub(crate) fn get(&self, resource: Resource, id: i64) -> Option<&Record> {
        self.tables.get(&resource)?.records.get(&id)
    }

    /// The highest id that was ever given.
    pub(crate) fn last_id(&self, resource: Resource) -> i64 {
        self.tables.get(&resource).map_or(0, |table| table.last_id)
    }

    /// New records get ids above this one.
    pub(crate) fn go_on_from(&mut self, resource: Resource, last_id: i64) {
        let table = self.tables.entry(resource).or_default();
        table.last_id = table.last_id.max(last_id);
    }

    /// All records, id ascending.
    pub(crate) fn all(&self, resource: Resource) -> Box<dyn Iterator<Item = &Record> + '_> {
        match self.tables.get(&resource) {
            Some(table) => Box::new(table.records.values()),
            None => Box::new(std::iter::empty()),
        }
    }

    /// The records whose indexed field has this value (text without regard to case), id ascending.
    pub(crate) fn with(&self, resource: Resource, path: &str, key: &str) -> Box<dyn Iterator<Item = &Record> + '_> {
        let Some(table) = self.tables.get(&resource) else {
            return Box::new(std::iter::empty());
        };
        match table.indexes.get(path).and_then(|index| index.get(&key.to_lowercase())) {
            Some(ids) => Box::new(ids.iter().filter_map(|id| table.records.get(id))),
            None => Box::new(std::iter::empty()),
        }
    }

    /// Stores a record under its `id`, or under the next free one, and answers that id.
    pub(crate) fn put(&mut self, resource: Resource, mut record: Record) -> i64 {
        let id = match record.get("id").and_then(Value::as_i64) {
            Some(id) => id,
            None => {
                let id = self.last_id(resource) + 1;
                record.insert("id".to_owned(), json!(id));
                id
            }
        };
        self.remove(resource, id);
        let table = self.tables.entry(resource).or_default();
        table.last_id = table.last_id.max(id);
        for (path, key) in keys(resource, &record) {
            table
                .indexes
                .entry(path)
                .or_default()
                .entry(key)
                .or_default()
                .insert(id);
        }
        table.records.insert(id, record);
        id
    }

    pub(crate) fn remove(&mut self, resource: Resource, id: i64) -> Option<Record> {
        let table = self.tables.get_mut(&resource)?;
        let record = table.records.remove(&id)?;
        for (path, key) in keys(resource, &record) {
            if let Some(ids) = table.indexes.get_mut(path).and_then(|index| index.get_mut(&key)) {
                ids.remove(&id);
            }
        }
        Some(record)
    }

    /// A reference to a record, as other records show it.
    pub(crate) fn reference(&self, resource: Resource, id: i64) -> Option<Value> {
        let record = self.get(resource, id)?;
        let traits = resource.traits();
        let mut reference = Record::new();
        reference.insert("id".to_owned(), json!(id));
        for name in traits.repeated {
            if let Some(value) = record.get(*name) {
                reference.insert((*name).to_owned(), value.clone());
            }
        }
        if traits.title != "name"
            && let Some(title) = record.get(traits.title)
        {
            reference.insert("name".to_owned(), title.clone());
        }
        match resource {
            Resource::Contacts | Resource::Members => {
                let names = [text_of(record, "firstName"), text_of(record, "lastName")];
                let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
                reference.insert("name".to_owned(), json!(name));
            }
            Resource::Agreements => {
                if let Some(kind) = at(record, &["type", "name"]) {
                    reference.insert("type".to_owned(), kind.clone());
                }
            }
            Resource::Priorities => {
                if let Some(sort) = record.get("sortOrder") {
                    reference.insert("sort".to_owned(), sort.clone());
                }
            }
            _ => {}
        }
        reference.insert("_info".to_owned(), json!({ (traits.href): self.href(traits.path, id) }));
        Some(Value::Object(reference))
    }

    /// An absolute link as the server writes it: with a doubled slash after the version.
    pub(crate) fn href(&self, path: &str, id: i64) -> String {
        format!("{}/v4_6_release/apis/3.0//{path}/{id}", self.base_url)
    }

    /// Rewrites the references to a record after it was renamed, as a join would show them.
    pub(crate) fn refresh_references(&mut self, target: Resource, id: i64) {
        let Some(reference) = self.reference(target, id) else {
            return;
        };
        for resource in Resource::ALL {
            let fields: Vec<&str> = resource
                .model()
                .fields
                .iter()
                .filter(|field| matches!(field.kind, Kind::To(to) | Kind::OfBoard(to) | Kind::OfCompany(to) if to == target))
                .map(|field| field.name)
                .collect();
            if fields.is_empty() {
                continue;
            }
            let Some(table) = self.tables.get_mut(&resource) else {
                continue;
            };
            for record in table.records.values_mut() {
                for field in &fields {
                    if reference_id(record, field) == Some(id) {
                        record.insert((*field).to_owned(), reference.clone());
                    }
                }
            }
        }
    }
}

fn keys(resource: Resource, record: &Record) -> Vec<(&'static str, String)> {
    let paths = resource.traits().indexed.iter();
    paths
        .filter_map(|path| {
            let parts: Vec<&str> = path.split('/').collect();
            let key = match at(record, &parts)? {
                Value::String(text) => text.to_lowercase(),
                other => other.to_string(),
            };
            Some((*path, key))
        })
        .collect()
}
