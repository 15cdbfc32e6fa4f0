//! Queries: which records, which members, which page.

mod eval;
mod filter;
mod page;
mod value;

use serde_json::{Map, Value, json};

pub(crate) use filter::Condition;
pub(crate) use value::{day, decimal, instant};

use crate::answer::Answer;
use crate::autotask::assumptions::{LastPage, Missing, OverLimit};
use crate::autotask::entity::Entity;
use crate::autotask::model::{Record, id_of, number};
use crate::autotask::projection::Projection;
use crate::autotask::refusal::Refusal;
use crate::autotask::rights::Access;
use crate::autotask::site::{API_USER, Site};
use crate::autotask::store::Store;
use crate::autotask::write::Target;
use crate::autotask::zone;
use crate::call::Call;
use page::Cursor;

/// How many records one page has at most.
const LARGEST_PAGE: usize = 500;

/// What a query says, before its names are looked up.
#[derive(Debug, Clone)]
pub(crate) struct Body(Map<String, Value>);

/// A query with its names looked up.
struct Query {
    body: Body,
    condition: Condition,
    fields: Option<Vec<&'static crate::autotask::model::Field>>,
    most: usize,
}

impl Body {
    /// The body of a POST, or what a GET has in `search`.
    pub(crate) fn of(call: &Call, is_search: bool) -> Result<Self, Refusal> {
        let read = if is_search {
            let search = call.query.get("search");
            let search = search.ok_or_else(|| Refusal::error("The search parameter is missing."))?;
            serde_json::from_str(search)
        } else {
            serde_json::from_slice(&call.body)
        };
        let body = read.map_err(|error| Refusal::error(format!("The query cannot be read: {error}")))?;
        Ok(Self(body))
    }

    /// A member, whatever the capitals of its name; `None` for null.
    fn member(&self, name: &str) -> Option<&Value> {
        let mut members = self.0.iter();
        let found = members.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value).filter(|value| !value.is_null())
    }
}

impl Query {
    fn new(site: &Site, entity: Entity, body: Body) -> Result<Self, Refusal> {
        let right = site.rights().of(entity).query;
        if right == Access::None {
            return Err(Refusal::forbidden("query", entity.model().single));
        }
        let filter = body.member("filter");
        let filter = filter.ok_or_else(|| Refusal::error("A query needs a filter."))?;
        let condition = filter::read(entity.model(), filter)?;
        let fields = body
            .member("includefields")
            .map(|names| named(entity, names))
            .transpose()?;
        let most = match body.member("maxrecords") {
            None => LARGEST_PAGE,
            Some(wanted) => most(site, wanted)?,
        };
        Ok(Self {
            body,
            condition,
            fields,
            most,
        })
    }

    fn projection<'s>(&self, site: &'s Site, entity: Entity) -> Projection<'s> {
        Projection {
            entity,
            fields: self.fields.clone(),
            hides_costs: site.rights().hides_costs,
            assumptions: &site.assumptions,
        }
    }
}

fn named(entity: Entity, names: &Value) -> Result<Vec<&'static crate::autotask::model::Field>, Refusal> {
    let names = names.as_array();
    let names = names.ok_or_else(|| Refusal::error("IncludeFields must be an array of names."))?;
    let field = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        let found = entity.model().field(name);
        found.ok_or_else(|| filter::unknown_field(name, entity.model()))
    };
    names.iter().map(field).collect()
}

fn most(site: &Site, wanted: &Value) -> Result<usize, Refusal> {
    let number = wanted.as_u64().and_then(|number| usize::try_from(number).ok());
    match number {
        Some(number @ 1..=LARGEST_PAGE) => Ok(number),
        Some(number) if number > 0 && site.assumptions.max_records_over_limit == OverLimit::Clamp => Ok(LARGEST_PAGE),
        _ => Err(Refusal::error("MaxRecords must be a number from 1 to 500.")),
    }
}

/// The first page of a query.
pub(crate) fn first_page(site: &Site, entity: Entity, body: Body) -> Result<Answer, Refusal> {
    let query = Query::new(site, entity, body)?;
    page(site, entity, &query, i64::MIN)
}

/// The page that a paging token stands for.
pub(crate) fn further_page(site: &Site, entity: Entity, call: &Call) -> Result<Answer, Refusal> {
    let token = call.query.get("paging").unwrap_or_default();
    let cursor = Cursor::read(site, entity, token)?;
    let query = Query::new(site, entity, Body(cursor.query))?;
    page(site, entity, &query, cursor.after)
}

/// How many records a query finds.
pub(crate) fn count(site: &Site, entity: Entity, body: &Body) -> Result<Answer, Refusal> {
    let query = Query::new(site, entity, body.clone())?;
    let store = site.store();
    let count = found(site, &store, entity, &query.condition).count();
    Ok(Answer::json(200, &json!({ "queryCount": count })))
}

/// One record.
pub(crate) fn one(site: &Site, entity: Entity, parent: Option<i64>, id: i64) -> Result<Answer, Refusal> {
    if site.rights().of(entity).query == Access::None {
        return Err(Refusal::forbidden("query", entity.model().single));
    }
    let store = site.store();
    let record = store.get(entity, id).filter(|record| is_seen(site, entity, record));
    let field = entity.model().parent.map(|parent| parent.field);
    let record = record.filter(|record| parent.is_none() || number(record, field.unwrap_or_default()) == parent);
    match (record, site.assumptions.missing) {
        (Some(record), _) => Ok(Answer::json(200, &json!({ "item": whole(site, entity).of(record) }))),
        (None, Missing::NotFound) => Err(Refusal::NoRecord),
        (None, Missing::NullItem) => Ok(Answer::json(200, &json!({ "item": null }))),
    }
}

/// The records below another one, as one page.
pub(crate) fn children(site: &Site, target: &Target) -> Result<Answer, Refusal> {
    let (Some(parent), Some(id)) = (target.entity.model().parent, target.parent) else {
        return Err(Refusal::NoRecord);
    };
    let filter = json!({ "filter": [{ "op": "eq", "field": parent.field, "value": id }] });
    match filter {
        Value::Object(filter) => first_page(site, target.entity, Body(filter)),
        _ => Err(Refusal::NoRecord),
    }
}

fn whole(site: &Site, entity: Entity) -> Projection<'_> {
    Projection {
        entity,
        fields: None,
        hides_costs: site.rights().hides_costs,
        assumptions: &site.assumptions,
    }
}

/// Whether the API user may see a record.
pub(crate) fn is_seen(site: &Site, entity: Entity, record: &Record) -> bool {
    match site.rights().of(entity).query {
        Access::All => true,
        Access::None => false,
        Access::Restricted => is_own(record),
    }
}

/// Whether the API user has made a record itself.
pub(crate) fn is_own(record: &Record) -> bool {
    let makers = [
        "creatorResourceID",
        "createdByResourceID",
        "createdByPersonID",
        "impersonatorCreatorResourceID",
    ];
    makers.iter().any(|maker| number(record, maker) == Some(API_USER))
}

/// What a condition finds, id ascending.
fn found<'s>(
    site: &'s Site,
    store: &'s Store,
    entity: Entity,
    condition: &'s Condition,
) -> impl DoubleEndedIterator<Item = &'s Record> {
    let indexed = condition.lookup();
    let candidates = indexed.and_then(|(field, value)| store.with(entity, field, value));
    let candidates = candidates.unwrap_or_else(|| store.all(entity));
    let null_differs = site.assumptions.null_differs;
    let access = site.rights().of(entity).query;
    candidates.filter(move |record| {
        (access == Access::All || (access == Access::Restricted && is_own(record)))
            && eval::holds(condition, record, null_differs)
    })
}

fn page(site: &Site, entity: Entity, query: &Query, after: i64) -> Result<Answer, Refusal> {
    let store = site.store();
    let id = |record: &&Record| id_of(record).unwrap_or_default();
    let matching = || found(site, &store, entity, &query.condition);
    let mut records: Vec<&Record> = matching()
        .filter(|record| id(record) > after)
        .take(query.most + 1)
        .collect();
    let has_more = records.len() > query.most;
    records.truncate(query.most);
    if has_more
        && query
            .fields
            .as_ref()
            .is_some_and(|fields| !fields.iter().any(|field| field.name == "id"))
    {
        return Err(Refusal::error(
            "IncludeFields must contain id when there is more than one page.",
        ));
    }
    let earlier = matching()
        .rev()
        .filter(|record| id(record) <= after)
        .take(query.most)
        .last();
    let url = |after: i64| {
        let cursor = Cursor {
            query: query.body.0.clone(),
            after,
        };
        let token = cursor.write(site, entity)?;
        let name = entity.name();
        Ok(format!("{}V1.0/{name}/query/next?paging={token}", zone::base(site)))
    };
    let next = records.last().filter(|_| has_more).map(id).map(url).transpose()?;
    let previous = earlier
        .as_ref()
        .map(|record| url(id(record).saturating_sub(1)))
        .transpose()?;
    let projection = query.projection(site, entity);
    let items: Vec<Value> = records.iter().map(|record| projection.of(record)).collect();
    let mut details = json!({
        "count": items.len(), "requestCount": query.most, "prevPageUrl": previous, "nextPageUrl": next,
    });
    if let (None, Value::Object(details)) = (next, &mut details) {
        match site.assumptions.last_page {
            LastPage::Null => {}
            LastPage::Empty => {
                details.insert("nextPageUrl".to_owned(), json!(""));
            }
            LastPage::Absent => {
                details.remove("nextPageUrl");
            }
        }
    }
    Ok(Answer::json(200, &json!({ "items": items, "pageDetails": details })))
}
