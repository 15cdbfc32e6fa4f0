//! The control endpoints of this vendor: rights, required fields, credentials, zone, posting, state, deliveries, raw
//! records.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::autotask::access::Caller;
use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, id_of};
use crate::autotask::rights::RightsChange;
use crate::autotask::rules::{self, Work};
use crate::autotask::site::{Keys, PERSON, Site};
use crate::autotask::webhooks::Action;
use crate::autotask::{posting, state, write};
use crate::call::Call;
use crate::control::read;

/// Answers a control endpoint that the shared ones leave.
pub(crate) fn respond(site: &Site, call: &Call, rest: &[&str]) -> Result<Answer, Answer> {
    let done = || Answer::empty(204);
    match (call.method.as_str(), rest) {
        ("GET", ["rights"]) => Ok(Answer::json(200, &site.rights().settings())),
        ("PUT", ["rights"]) => {
            let change: RightsChange = read(call)?;
            let is_known = site.rights_mut().change(&change);
            if is_known {
                Ok(done())
            } else {
                Err(unknown_entity(&change.entity))
            }
        }
        ("PUT", ["costs"]) => {
            let Costs { hidden } = read(call)?;
            site.rights_mut().hides_costs = hidden;
            Ok(done())
        }
        ("PUT", ["required"]) => {
            let Required { entity, fields } = read(call)?;
            let (entity, fields) = state::named_fields(&entity, &fields).map_err(|error| refused(&error))?;
            site.set_required(entity, fields);
            Ok(done())
        }
        ("PUT", ["keys"]) => {
            let change: KeysChange = read(call)?;
            site.change_keys(|keys| change.apply(keys));
            Ok(done())
        }
        ("POST", ["zone"]) => {
            site.move_zone();
            Ok(Answer::json(200, &json!({ "zone": site.zone() })))
        }
        ("POST", ["post"]) => {
            let Posting { through, contract } = read(call)?;
            Ok(Answer::json(200, &posting::post(site, through, contract)))
        }
        ("GET", ["state"]) => match state::dump(site) {
            Ok(state) => Ok(Answer::json(200, &state)),
            Err(error) => Err(Answer::text(500, &error.to_string())),
        },
        ("PUT", ["state"]) => {
            state::load(site, &read(call)?).map_err(|error| refused(&error))?;
            Ok(done())
        }
        ("GET", ["state", entity]) => {
            let entity = named(entity)?;
            let store = site.store();
            Ok(Answer::json(200, &store.all(entity).collect::<Vec<_>>()))
        }
        ("GET", ["deliveries"]) => Ok(Answer::json(200, &site.outbox.log().entries().collect::<Vec<_>>())),
        ("DELETE", ["deliveries"]) => {
            site.outbox.log().clear();
            Ok(done())
        }
        ("POST", ["records", entity]) => {
            let entity = named(entity)?;
            Ok(Answer::json(200, &upsert(site, entity, read(call)?, resource(call))))
        }
        ("DELETE", ["records", entity, id]) => {
            let entity = named(entity)?;
            let removed = id.parse().ok().and_then(|id| remove(site, entity, id, resource(call)));
            Ok(Answer::empty(if removed.is_some() { 204 } else { 404 }))
        }
        _ => Err(Answer::text(404, "no such control endpoint")),
    }
}

/// Merges members into the record of the given `id`, or stores a new one, as a resource did it. Nothing is validated;
/// what the members do not say is signed and dated as by a write.
pub(crate) fn upsert(site: &Site, entity: Entity, members: Record, resource: i64) -> Record {
    let work = work(site, entity, resource);
    let mut store = site.store_mut();
    let old = id_of(&members).and_then(|id| store.get(entity, id)).cloned();
    let mut new = old.clone().unwrap_or_default();
    rules::stamp(&work, old.is_none(), &mut new);
    new.extend(members);
    let id = match old {
        Some(old) => {
            new.retain(|_, value| !value.is_null());
            let id = id_of(&old).unwrap_or_default();
            write::save(&work, &mut store, &old, new);
            id
        }
        None => {
            let id = store.put(entity, new);
            if let Err(refusal) = rules::after_create(&work, &mut store, id) {
                tracing::debug!(?refusal, "a record is kept although nothing follows from it");
            }
            write::tell(&work, &store, id, Action::Create, &[]);
            id
        }
    };
    store.get(entity, id).cloned().unwrap_or_default()
}

/// Removes a record and what hangs on it, as a resource did it. Nothing is asked.
pub(crate) fn remove(site: &Site, entity: Entity, id: i64, resource: i64) -> Option<Record> {
    let mut store = site.store_mut();
    write::remove(&work(site, entity, resource), &mut store, id)
}

const fn work(site: &Site, entity: Entity, resource: i64) -> Work<'_> {
    Work {
        site,
        caller: Caller::resource(resource),
        entity,
    }
}

/// Who does it: `?resource=`, or the person who works there.
fn resource(call: &Call) -> i64 {
    let named = call.query.get("resource");
    named.and_then(|id| id.parse().ok()).unwrap_or(PERSON)
}

fn named(entity: &str) -> Result<Entity, Answer> {
    Entity::named(entity).ok_or_else(|| {
        let known: Vec<&str> = Entity::all().map(Entity::name).collect();
        Answer::text(404, &format!("no such entity; known: {}", known.join(", ")))
    })
}

fn unknown_entity(name: &str) -> Answer {
    Answer::text(400, &format!("there is no entity `{name}`"))
}

fn refused(error: &state::StateError) -> Answer {
    Answer::text(400, &error.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Costs {
    hidden: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Required {
    entity: String,
    fields: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posting {
    through: NaiveDate,
    #[serde(default)]
    contract: Option<i64>,
}

/// What is absent stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeysChange {
    user_name: Option<String>,
    secret: Option<String>,
    integration_code: Option<String>,
    enabled: Option<bool>,
}

impl KeysChange {
    fn apply(self, keys: &mut Keys) {
        let texts = [
            (self.user_name, &mut keys.user_name),
            (self.secret, &mut keys.secret),
            (self.integration_code, &mut keys.integration_code),
        ];
        for (new, old) in texts {
            if let Some(new) = new {
                *old = new;
            }
        }
        if let Some(enabled) = self.enabled {
            keys.is_enabled = enabled;
        }
    }
}

/// A record of an entity by its name, as [`upsert`] does it; `None` for an unknown entity.
pub(crate) fn upsert_named(site: &Site, entity: &str, members: Record, resource: i64) -> Option<Record> {
    Some(upsert(site, Entity::named(entity)?, members, resource))
}

/// Everything of an entity as stored, without the site's own members.
pub(crate) fn records(site: &Site, entity: &str) -> Vec<Record> {
    let Some(entity) = Entity::named(entity) else {
        return Vec::new();
    };
    let own = |name: &String, _: &mut Value| !name.starts_with('_');
    let store = site.store();
    let records = store.all(entity).cloned();
    records
        .map(|mut record| {
            record.retain(own);
            record
        })
        .collect()
}
