//! Lists: which records, in which order, which page, which members.

mod order;
mod page;

use serde_json::Value;

use crate::answer::Answer;
use crate::call::{Call, Query};
use crate::connectwise::answer;
use crate::connectwise::assumptions::UnknownField;
use crate::connectwise::conditions::scope::Scope;
use crate::connectwise::conditions::{BadCondition, Condition};
use crate::connectwise::errors::ApiError;
use crate::connectwise::model::{Record, at};
use crate::connectwise::projection::Projection;
use crate::connectwise::rights::Level;
use crate::connectwise::route::{Endpoint, Parent};
use crate::connectwise::sight::Sight;
use crate::connectwise::site::{MEMBER, Site};
use crate::connectwise::store::Store;

/// What is listed for whom.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) call: &'a Call,
    pub(crate) query: &'a Query,
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) parent: Option<i64>,
    pub(crate) level: Level,
}

/// The header that chooses the way of paging.
pub(crate) const PAGING: &str = "pagination-type";
/// Its value for pages by the last id.
pub(crate) const FORWARD_ONLY: &str = "forward-only";

/// Whether pages by the last id are asked for.
pub(crate) fn is_forward_only(call: &Call) -> bool {
    call.header(PAGING)
        .is_some_and(|paging| paging.eq_ignore_ascii_case(FORWARD_ONLY))
}

/// One page of records.
pub(crate) fn list(site: &Site, store: &Store, ask: &Ask<'_>) -> Result<Answer, ApiError> {
    let shaped = shaped(store, ask);
    let mut records = select(site, store, ask, shaped.as_deref())?;
    let model = ask.endpoint.model();
    let link = if is_forward_only(ask.call) && site.assumptions.forward_only {
        if site.assumptions.refuse_order_by_when_forward_only && ask.query.get("orderBy").is_some() {
            return Err(bad(
                site,
                BadCondition("orderBy is not supported with forward-only pagination.".to_owned()),
            ));
        }
        Some(page::forward(site, ask, &mut records)?)
    } else {
        if let Some(text) = ask.query.get("orderBy") {
            order::sort(&mut records, text, &Scope::record(model)).map_err(|error| bad(site, error))?;
        }
        page::navigable(site, ask, &mut records)?
    };
    let answer = match ask.query.get("fields").map(Projection::parse) {
        Some(fields) => answer::json(
            200,
            &records.into_iter().map(|record| fields.of(record)).collect::<Vec<_>>(),
        ),
        None => answer::json(200, &records),
    };
    Ok(match link {
        Some(link) => answer.with_header("Link", link),
        None => answer,
    })
}

/// How many records there are on all pages.
pub(crate) fn count(site: &Site, store: &Store, ask: &Ask<'_>) -> Result<Answer, ApiError> {
    let shaped = shaped(store, ask);
    let records = select(site, store, ask, shaped.as_deref())?;
    Ok(answer::json(200, &serde_json::json!({ "count": records.len() })))
}

/// Whether a record belongs to the API member, as far as level `My` asks.
pub(crate) fn is_mine(record: &Record) -> bool {
    let names = [
        at(record, &["owner", "identifier"]),
        at(record, &["_info", "enteredBy"]),
    ];
    let resources = at(record, &["resources"]).and_then(Value::as_str).unwrap_or_default();
    names.into_iter().flatten().any(|name| name.as_str() == Some(MEMBER))
        || resources.split(',').any(|name| name.trim() == MEMBER)
}

/// Whether level `My` reaches a record of an endpoint: what hangs on another record belongs to whom that belongs to.
pub(crate) fn reaches_mine(store: &Store, endpoint: &Endpoint, parent: Option<i64>, record: &Record) -> bool {
    let above = endpoint.parent.zip(parent);
    match above.and_then(|(Parent { resource, .. }, id)| store.get(resource, id)) {
        Some(parent) => is_mine(parent),
        None => is_mine(record),
    }
}

/// The records of an endpoint that shows them in another shape.
fn shaped(store: &Store, ask: &Ask<'_>) -> Option<Vec<Record>> {
    let (view, parent) = ask.endpoint.view.zip(ask.parent)?;
    Some((view.records)(store, parent))
}

fn select<'s>(
    site: &Site,
    store: &'s Store,
    ask: &Ask<'_>,
    shaped: Option<&'s [Record]>,
) -> Result<Vec<&'s Record>, ApiError> {
    let resource = ask.endpoint.resource;
    let model = ask.endpoint.model();
    let forgiving = site.assumptions.unknown_condition_field == UnknownField::Null;
    let parse = |name: &str, scope: Scope| {
        let text = ask.query.get(name);
        text.map(|text| Condition::parse(text, &scope.forgiving(forgiving)))
            .transpose()
            .map_err(|error| bad(site, error))
    };
    let conditions = parse("conditions", Scope::record(model))?;
    let children = parse("childConditions", Scope::children(model))?;
    let custom = parse("customFieldConditions", Scope::custom_fields(model))?;

    let null_differs = site.assumptions.null_differs;
    let sight = Sight::of(site, store);
    let passes = |record: &&Record| {
        sight.sees(resource, record)
            && (ask.level != Level::My || reaches_mine(store, ask.endpoint, ask.parent, record))
            && conditions
                .as_ref()
                .is_none_or(|condition| condition.holds(&|path: &[String]| at(record, path), null_differs))
            && children
                .as_ref()
                .is_none_or(|condition| condition.holds_for_a_child(record, null_differs))
            && custom
                .as_ref()
                .is_none_or(|condition| condition.holds_for_a_child(record, null_differs))
    };
    let candidates = match shaped {
        Some(shaped) => Box::new(shaped.iter()),
        None => candidates(store, ask, conditions.as_ref()),
    };
    Ok(candidates.filter(passes).collect())
}

/// The smallest set that an index offers.
fn candidates<'s>(
    store: &'s Store,
    ask: &Ask<'_>,
    conditions: Option<&Condition>,
) -> Box<dyn Iterator<Item = &'s Record> + 's> {
    let resource = ask.endpoint.resource;
    if let (Some(parent), Some(id)) = (ask.endpoint.parent, ask.parent) {
        return store.with(resource, parent.field, &id.to_string());
    }
    let Some(conditions) = conditions else {
        return store.all(resource);
    };
    if let Some(id) = conditions.required_equal("id").and_then(|id| id.parse().ok()) {
        return Box::new(store.get(resource, id).into_iter());
    }
    let indexed = resource.traits().indexed.iter();
    let found = indexed
        .filter_map(|path| Some((*path, conditions.required_equal(path)?)))
        .next();
    match found {
        Some((path, key)) => store.with(resource, path, &key),
        None => store.all(resource),
    }
}

fn bad(site: &Site, BadCondition(message): BadCondition) -> ApiError {
    ApiError::with_null_errors(400, &site.assumptions.bad_conditions_code, message)
}
