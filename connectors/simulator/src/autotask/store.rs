//! The records in memory, with indexes for the ids by which clients look things up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, id_of};

/// The fields that are indexed wherever a record has them.
const INDEXED: [&str; 8] = [
    "companyID",
    "contractID",
    "contractServiceID",
    "externalID",
    "serviceID",
    "ticketID",
    "webhookID",
    "resourceID",
];

/// Every record of the tenant.
#[derive(Debug, Default)]
pub(crate) struct Store {
    tables: HashMap<Entity, Table>,
}

#[derive(Debug)]
struct Table {
    records: BTreeMap<i64, Record>,
    last_id: i64,
    indexes: [HashMap<String, BTreeSet<i64>>; INDEXED.len()],
}

impl Default for Table {
    fn default() -> Self {
        Self {
            records: BTreeMap::new(),
            last_id: 0,
            indexes: std::array::from_fn(|_| HashMap::new()),
        }
    }
}

impl Store {
    pub(crate) fn get(&self, entity: Entity, id: i64) -> Option<&Record> {
        self.tables.get(&entity)?.records.get(&id)
    }

    /// The highest id that was ever given.
    pub(crate) fn last_id(&self, entity: Entity) -> i64 {
        self.tables.get(&entity).map_or(0, |table| table.last_id)
    }

    /// New records get ids above this one.
    pub(crate) fn go_on_from(&mut self, entity: Entity, last_id: i64) {
        let table = self.tables.entry(entity).or_default();
        table.last_id = table.last_id.max(last_id);
    }

    /// All records, id ascending.
    pub(crate) fn all(&self, entity: Entity) -> Box<dyn DoubleEndedIterator<Item = &Record> + '_> {
        match self.tables.get(&entity) {
            Some(table) => Box::new(table.records.values()),
            None => Box::new(std::iter::empty()),
        }
    }

    /// The records whose field has this value, id ascending; `None` for a field that is not indexed.
    pub(crate) fn with(
        &self,
        entity: Entity,
        field: &str,
        value: &Value,
    ) -> Option<Box<dyn DoubleEndedIterator<Item = &Record> + '_>> {
        let place = INDEXED.iter().position(|known| *known == field)?;
        let Some(table) = self.tables.get(&entity) else {
            return Some(Box::new(std::iter::empty()));
        };
        let ids = table.indexes.get(place)?.get(&key(value));
        Some(match ids {
            Some(ids) => Box::new(ids.iter().filter_map(|id| table.records.get(id))),
            None => Box::new(std::iter::empty()),
        })
    }

    /// The records that name another one by its id in an indexed field.
    pub(crate) fn of(
        &self,
        entity: Entity,
        field: &'static str,
        id: i64,
    ) -> Box<dyn DoubleEndedIterator<Item = &Record> + '_> {
        let found = self.with(entity, field, &json!(id));
        found.unwrap_or_else(|| Box::new(std::iter::empty()))
    }

    /// Stores a record under its `id`, or under the next free one, and answers that id.
    pub(crate) fn put(&mut self, entity: Entity, mut record: Record) -> i64 {
        let id = id_of(&record).unwrap_or_else(|| self.last_id(entity) + 1);
        record.insert("id".to_owned(), json!(id));
        record.retain(|_, value| !value.is_null());
        self.remove(entity, id);
        let table = self.tables.entry(entity).or_default();
        for (place, value) in indexed(&record) {
            if let Some(index) = table.indexes.get_mut(place) {
                index.entry(value).or_default().insert(id);
            }
        }
        table.last_id = table.last_id.max(id);
        table.records.insert(id, record);
        id
    }

    pub(crate) fn remove(&mut self, entity: Entity, id: i64) -> Option<Record> {
        let table = self.tables.get_mut(&entity)?;
        let record = table.records.remove(&id)?;
        for (place, value) in indexed(&record) {
            if let Some(ids) = table.indexes.get_mut(place).and_then(|index| index.get_mut(&value)) {
                ids.remove(&id);
            }
        }
        Some(record)
    }
}

fn indexed(record: &Record) -> impl Iterator<Item = (usize, String)> + '_ {
    let fields = INDEXED.iter().enumerate();
    fields.filter_map(|(place, field)| Some((place, key(record.get(*field)?))))
}

/// Text without regard to case, anything else as JSON.
fn key(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(id: Option<i64>, company: i64) -> Record {
        let mut record = Record::new();
        if let Some(id) = id {
            record.insert("id".to_owned(), json!(id));
        }
        record.insert("companyID".to_owned(), json!(company));
        record
    }

    #[test]
    fn an_index_follows_its_records() {
        let mut store = Store::default();
        assert_eq!(store.put(Entity::Tickets, ticket(Some(7), 1)), 7);
        assert_eq!(store.put(Entity::Tickets, ticket(None, 1)), 8);
        let of = |store: &Store, company| store.of(Entity::Tickets, "companyID", company).count();
        assert_eq!((of(&store, 1), of(&store, 2)), (2, 0));
        store.put(Entity::Tickets, ticket(Some(7), 2));
        assert_eq!((of(&store, 1), of(&store, 2)), (1, 1));
        assert!(store.remove(Entity::Tickets, 8).is_some());
        assert_eq!((of(&store, 1), store.last_id(Entity::Tickets)), (0, 8));
    }
}
