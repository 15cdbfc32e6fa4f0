//! From a request to its answer, without HTTP: zone, credentials, threshold, then the entity.

use serde_json::json;

use crate::answer::Answer;
use crate::autotask::entity::Entity;
use crate::autotask::refusal::Refusal;
use crate::autotask::site::Site;
use crate::autotask::write::{self, Target};
use crate::autotask::{access, metadata, query, zone};
use crate::call::Call;

/// Answers one request to the simulated tenant.
pub(crate) fn answer(site: &Site, call: &Call) -> Answer {
    respond(site, call).unwrap_or_else(Refusal::into_answer)
}

fn respond(site: &Site, call: &Call) -> Result<Answer, Refusal> {
    let segments = call.segments();
    let (zone, rest) = zone::split(&segments).ok_or_else(|| no_route(call))?;
    let lower: Vec<String> = rest.iter().map(|part| part.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    match lower.as_slice() {
        ["versioninformation"] => get(call, || Answer::json(200, &json!({ "apiVersions": ["1.0"] }))),
        ["v1.0", "zoneinformation"] => match call.method.as_str() {
            "GET" => zone::information(site, call),
            _ => Err(no_method(call)),
        },
        ["v1.0", rest @ ..] => {
            // Whoever asks in a zone where the tenant does not live is nobody there.
            if zone != site.zone() {
                return Err(Refusal::Unauthorized);
            }
            access::authenticate(site, call)?;
            site.hour().admit(site.shell.now(), &site.assumptions)?;
            authenticated(site, call, rest)
        }
        _ => Err(no_route(call)),
    }
}

fn authenticated(site: &Site, call: &Call, rest: &[&str]) -> Result<Answer, Refusal> {
    match rest {
        ["version"] => get(call, || {
            let version = json!({
                "majorVersion": 2026, "minorVersion": 1, "build": 12, "revision": 0, "customerType": "Production",
            });
            Answer::json(200, &version)
        }),
        ["thresholdinformation"] => get(call, || {
            let count = site.hour().count(site.shell.now());
            let body = json!({
                "externalRequestThreshold": site.assumptions.requests_per_hour,
                "requestThresholdTimeframe": 60,
                "currentTimeframeRequestCount": count,
            });
            Answer::json(200, &body)
        }),
        [name, rest @ ..] => {
            let entity = Entity::named(name).ok_or_else(|| no_route(call))?;
            of_entity(site, call, entity, rest)
        }
        [] => Err(no_route(call)),
    }
}

/// What can be asked of a collection.
fn of_entity(site: &Site, call: &Call, entity: Entity, rest: &[&str]) -> Result<Answer, Refusal> {
    let model = entity.model();
    match (call.method.as_str(), rest) {
        (method, ["entityinformation", rest @ ..]) => match method {
            "GET" => metadata::answer(site, entity, rest).ok_or_else(|| no_route(call)),
            _ => Err(no_method(call)),
        },
        (_, ["query", ..]) if !model.operations.query => Err(no_route(call)),
        (method @ ("GET" | "POST"), ["query"]) => {
            let asked = query::Body::of(call, method == "GET")?;
            query::first_page(site, entity, asked)
        }
        (method @ ("GET" | "POST"), ["query", "count"]) => {
            let asked = query::Body::of(call, method == "GET")?;
            query::count(site, entity, &asked)
        }
        ("GET" | "POST", ["query", "next"]) => query::further_page(site, entity, call),
        (_, ["query"] | ["query", "count" | "next"]) => Err(no_method(call)),
        (method @ ("POST" | "PATCH" | "PUT"), []) if model.writes_at_root => {
            written(site, call, method, &Target::root(entity))
        }
        // Children have no collection of their own to write to.
        (_, []) if !model.writes_at_root => Err(no_route(call)),
        (_, []) => Err(no_method(call)),
        ("GET", [id]) if model.operations.query => {
            query::one(site, entity, None, id.parse().map_err(|_| no_route(call))?)
        }
        ("DELETE", [id]) if model.operations.delete && model.writes_at_root => {
            let id = id.parse().map_err(|_| no_route(call))?;
            write::delete(site, call, &Target::root(entity), id)
        }
        (_, [id]) if id.parse::<i64>().is_ok() => Err(no_method(call)),
        (_, [parent, segment, rest @ ..]) => {
            let parent = parent.parse().map_err(|_| no_route(call))?;
            let child = entity.child(segment).ok_or_else(|| no_route(call))?;
            of_child(site, call, &Target::child(child, parent), rest)
        }
        _ => Err(no_route(call)),
    }
}

/// What can be asked below a record of another entity.
fn of_child(site: &Site, call: &Call, target: &Target, rest: &[&str]) -> Result<Answer, Refusal> {
    let operations = target.entity.model().operations;
    match (call.method.as_str(), rest) {
        ("GET", ["entityinformation", rest @ ..]) => {
            metadata::answer(site, target.entity, rest).ok_or_else(|| no_route(call))
        }
        ("GET", []) if operations.query => query::children(site, target),
        ("GET", [id]) if operations.query => {
            let id = id.parse().map_err(|_| no_route(call))?;
            query::one(site, target.entity, target.parent, id)
        }
        (method @ ("POST" | "PATCH" | "PUT"), []) => written(site, call, method, target),
        ("DELETE", [id]) if operations.delete => {
            let id = id.parse().map_err(|_| no_route(call))?;
            write::delete(site, call, target, id)
        }
        (_, [] | [_]) => Err(no_method(call)),
        _ => Err(no_route(call)),
    }
}

fn written(site: &Site, call: &Call, method: &str, target: &Target) -> Result<Answer, Refusal> {
    let operations = target.entity.model().operations;
    let is_patched = method == "PATCH";
    if is_patched && target.entity == Entity::Tickets && !site.assumptions.patch_tickets {
        return Err(no_method(call));
    }
    match method {
        "POST" if operations.create => write::create(site, call, target),
        "PATCH" | "PUT" if operations.update => write::update(site, call, target, is_patched),
        _ => Err(no_method(call)),
    }
}

fn get(call: &Call, answer: impl FnOnce() -> Answer) -> Result<Answer, Refusal> {
    if call.method == "GET" {
        Ok(answer())
    } else {
        Err(no_method(call))
    }
}

fn no_route(call: &Call) -> Refusal {
    Refusal::NoRoute(call.path.clone())
}

fn no_method(call: &Call) -> Refusal {
    Refusal::NoMethod(call.method.clone())
}
