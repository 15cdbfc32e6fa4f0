//! Lists: which records, in which order, which page, which members.

mod order;
mod page;

use crate::answer::Answer;
use crate::assumptions::UnknownField;
use crate::call::{Call, Query};
use crate::conditions::scope::Scope;
use crate::conditions::{BadCondition, Condition};
use crate::errors::ApiError;
use crate::model::{Record, at};
use crate::projection::Projection;
use crate::rights::Level;
use crate::route::Endpoint;
use crate::site::{MEMBER, Site};
use crate::store::Store;

/// What is listed for whom.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) call: &'a Call,
    pub(crate) query: &'a Query,
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) parent: Option<i64>,
    pub(crate) level: Level,
}

/// One page of records.
pub(crate) fn list(site: &Site, store: &Store, ask: &Ask<'_>) -> Result<Answer, ApiError> {
    let mut records = select(site, store, ask)?;
    let model = ask.endpoint.resource.model();
    let link = if ask.call.forward_only && site.assumptions.forward_only {
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
        Some(fields) => Answer::json(
            200,
            &records.into_iter().map(|record| fields.of(record)).collect::<Vec<_>>(),
        ),
        None => Answer::json(200, &records),
    };
    Ok(match link {
        Some(link) => answer.with_header("Link", link),
        None => answer,
    })
}

/// How many records there are on all pages.
pub(crate) fn count(site: &Site, store: &Store, ask: &Ask<'_>) -> Result<Answer, ApiError> {
    let records = select(site, store, ask)?;
    Ok(Answer::json(200, &serde_json::json!({ "count": records.len() })))
}

/// Whether a record belongs to the API member, as far as level `My` asks.
pub(crate) fn is_mine(record: &Record) -> bool {
    let names = [
        at(record, &["owner", "identifier"]),
        at(record, &["_info", "enteredBy"]),
    ];
    names.into_iter().flatten().any(|name| name.as_str() == Some(MEMBER))
}

fn select<'s>(site: &Site, store: &'s Store, ask: &Ask<'_>) -> Result<Vec<&'s Record>, ApiError> {
    let resource = ask.endpoint.resource;
    let model = resource.model();
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
    let passes = |record: &&Record| {
        (ask.level != Level::My || is_mine(record))
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
    Ok(candidates(store, ask, conditions.as_ref()).filter(passes).collect())
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
