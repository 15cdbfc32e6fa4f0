//! A record as it is answered.

use serde_json::{Value, json};

use crate::autotask::assumptions::Assumptions;
use crate::autotask::entity::Entity;
use crate::autotask::model::{Field, Record};

/// The member that holds the user-defined fields of a record.
pub(crate) const USER_DEFINED: &str = "userDefinedFields";

/// Which members of a record are answered.
#[derive(Debug, Clone)]
pub(crate) struct Projection<'a> {
    pub(crate) entity: Entity,
    /// `None` for all.
    pub(crate) fields: Option<Vec<&'static Field>>,
    pub(crate) hides_costs: bool,
    pub(crate) assumptions: &'a Assumptions,
}

impl Projection<'_> {
    pub(crate) fn of(&self, record: &Record) -> Value {
        let model = self.entity.model();
        let mut out = Record::new();
        match &self.fields {
            Some(fields) => fields.iter().for_each(|field| self.copy(record, field, &mut out)),
            None => {
                model.fields.iter().for_each(|field| self.copy(record, field, &mut out));
                let values = record.get(USER_DEFINED).and_then(Value::as_array);
                let value = |field: &Field| {
                    let known = values.and_then(|values| values.iter().find(|value| value["name"] == field.name));
                    json!({ "name": field.name, "value": known.map(|known| &known["value"]) })
                };
                let values: Vec<Value> = model.user_defined.iter().map(value).collect();
                out.insert(USER_DEFINED.to_owned(), json!(values));
            }
        }
        Value::Object(out)
    }

    fn copy(&self, record: &Record, field: &Field, out: &mut Record) {
        let is_cost = ["cost", "ourCost", "unitCost", "extendedCost", "internalCost"].contains(&field.name);
        let is_secret = field.name == "secretKey" && !self.assumptions.shows_secret_key;
        let value = match record.get(field.name) {
            Some(value) if !(is_secret || is_cost && self.hides_costs) => value.clone(),
            _ => Value::Null,
        };
        out.insert(field.name.to_owned(), value);
    }
}
