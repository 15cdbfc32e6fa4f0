//! From a request to its answer, without HTTP: gate, route, right, then the records.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::{Call, Query};
use crate::connectwise::answer::{self, LATEST_VERSION};
use crate::connectwise::assumptions::CallbackRight;
use crate::connectwise::bundles;
use crate::connectwise::callbacks;
use crate::connectwise::codebase::Codebase;
use crate::connectwise::errors::ApiError;
use crate::connectwise::gate;
use crate::connectwise::list::{self, Ask};
use crate::connectwise::model::Record;
use crate::connectwise::resource::Resource;
use crate::connectwise::resources::bulk::{self, Work};
use crate::connectwise::resources::{self, Place};
use crate::connectwise::rights::{Action, Function, Level, SECURITY_ROLES, TABLE_SETUP};
use crate::connectwise::route::{self, Endpoint, Route, Write};
use crate::connectwise::site::{MEMBER, Site};

/// Answers one request to the simulated site.
pub(crate) fn answer(site: &Site, call: &Call) -> Answer {
    let segments = call.segments();
    if let ["login", "companyinfo", company] = segments.as_slice() {
        return company_info(site, company);
    }
    if let Err(refusal) = gate::limit_rate(site) {
        return refusal;
    }
    let codebase = site.codebase();
    if is_key_page(&codebase, &segments) {
        return callbacks::key_answer(site, call);
    }
    let path = match codebase.endpoint_path(&segments) {
        Ok(path) => path,
        Err(refusal) => return refusal,
    };
    if let Err(refusal) = gate::authenticate(site, call) {
        return refusal;
    }
    let answer = match route::find(path) {
        Some(route) => serve(site, call, &route).unwrap_or_else(ApiError::into_answer),
        None => ApiError::no_route().into_answer(),
    };
    let answer = answer.with_header("api-current-version", LATEST_VERSION.to_owned());
    match pinned_version(call) {
        Some(version) if answer.content_type.starts_with("application/vnd.connectwise") => {
            answer.with_content_type(&format!("application/vnd.connectwise.com+json; version={version}"))
        }
        _ => answer,
    }
}

/// The answer to a request that was let in, by its route and its right.
pub(crate) fn serve(site: &Site, call: &Call, route: &Route) -> Result<Answer, ApiError> {
    match (call.method.as_str(), route) {
        ("POST", Route::Bundles) if site.assumptions.bundles_served => bundles::answer(site, &call.body),
        (_, Route::Bundles) if !site.assumptions.bundles_served => Err(ApiError::no_route()),
        (method @ ("POST" | "PUT" | "DELETE"), Route::Bulk { endpoint }) => {
            let (work, action) = match method {
                "POST" => (Work::Create, Action::Add),
                "PUT" => (Work::Replace, Action::Edit),
                _ => (Work::Delete, Action::Delete),
            };
            let level = require(site, endpoint, action)?;
            bulk::answer(site, endpoint, work, level, &call.body)
        }
        ("GET", Route::MyMember) => my_member(site),
        ("GET", Route::SystemInfo) => Ok(system_info(site)),
        ("GET", Route::RoleSettings { role }) => role_settings(site, call, *role),
        ("GET", Route::Collection { endpoint, parent }) => {
            let ask = ask(site, call, &call.query, endpoint, *parent)?;
            let store = site.store();
            resources::check_parent(site, &store, endpoint, *parent)?;
            list::list(site, &store, &ask)
        }
        ("GET", Route::Count { endpoint, parent }) => {
            let ask = ask(site, call, &call.query, endpoint, *parent)?;
            let store = site.store();
            resources::check_parent(site, &store, endpoint, *parent)?;
            list::count(site, &store, &ask)
        }
        ("POST", Route::Search { endpoint }) => search(site, call, endpoint),
        ("GET", Route::One { endpoint, parent, id }) => {
            let level = require(site, endpoint, Action::Inquire)?;
            let place = Place {
                endpoint,
                parent: *parent,
                id: *id,
            };
            resources::read(site, place, level, call.query.get("fields"))
        }
        ("POST", Route::Collection { endpoint, parent }) if endpoint.writes.contains(&Write::Post) => {
            require(site, endpoint, Action::Add)?;
            resources::create(site, endpoint, *parent, call.query.get("fields"), &call.body)
        }
        (method, Route::One { endpoint, parent, id }) if takes(endpoint, method) => {
            let place = Place {
                endpoint,
                parent: *parent,
                id: *id,
            };
            match method {
                "DELETE" => resources::delete(site, place, require(site, endpoint, Action::Delete)?),
                "PUT" => resources::replace(site, place, require(site, endpoint, Action::Edit)?, &call.body),
                _ => resources::change(site, place, require(site, endpoint, Action::Edit)?, &call.body),
            }
        }
        (method, _) => {
            let message = format!("The requested resource does not support http method '{method}'.");
            Err(ApiError::new(405, "ConnectWiseApi", message))
        }
    }
}

/// Whether single records of a collection can be written with this method.
fn takes(endpoint: &Endpoint, method: &str) -> bool {
    let write = match method {
        "PUT" => Write::Put,
        "PATCH" => Write::Patch,
        "DELETE" => Write::Delete,
        _ => return false,
    };
    endpoint.writes.contains(&write)
}

fn ask<'a>(
    site: &Site,
    call: &'a Call,
    query: &'a Query,
    endpoint: &'static Endpoint,
    parent: Option<i64>,
) -> Result<Ask<'a>, ApiError> {
    let level = require(site, endpoint, Action::Inquire)?;
    Ok(Ask {
        call,
        query,
        endpoint,
        parent,
        level,
    })
}

/// A list whose filter is in the body, for filters too long for an address.
fn search(site: &Site, call: &Call, endpoint: &'static Endpoint) -> Result<Answer, ApiError> {
    let Value::Object(body) = resources::parse(endpoint.resource.model(), &call.body)? else {
        return Err(ApiError::unreadable(&json!("a value"), "FilterValues", ""));
    };
    let known = ["conditions", "orderBy", "childConditions", "customFieldConditions"];
    if let Some(unknown) = body
        .keys()
        .find(|name| !known.iter().any(|known| known.eq_ignore_ascii_case(name)))
    {
        return Err(crate::connectwise::draft::unknown_member(
            &site.assumptions,
            unknown,
            "FilterValues",
        ));
    }
    let mut query = call.query.clone();
    for name in known {
        query.set(name, member(&body, name));
    }
    let ask = ask(site, call, &query, endpoint, None)?;
    list::list(site, &site.store(), &ask)
}

fn member<'a>(body: &'a Record, name: &str) -> Option<&'a str> {
    body.iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .and_then(|(_, value)| value.as_str())
}

/// The level of the right that an endpoint takes, or 403.
fn require(site: &Site, endpoint: &Endpoint, action: Action) -> Result<Level, ApiError> {
    let right = match (endpoint.resource, endpoint.right) {
        (Resource::Callbacks, _) if site.assumptions.callback_right == CallbackRight::Nothing => None,
        (resource, None) if is_of_boards(resource) && site.assumptions.info_boards_need_table_setup => {
            Some(TABLE_SETUP)
        }
        (_, right) => right,
    };
    right.map_or(Ok(Level::All), |function| level(site, function, action))
}

const fn is_of_boards(resource: Resource) -> bool {
    matches!(
        resource,
        Resource::Boards
            | Resource::BoardStatuses
            | Resource::BoardTypes
            | Resource::BoardSubTypes
            | Resource::BoardItems
    )
}

/// The address of the key that deliveries are signed with. It is outside of the API.
fn is_key_page(codebase: &Codebase, segments: &[&str]) -> bool {
    matches!(segments, [name, system, page, index]
        if codebase.routes(name)
            && system.eq_ignore_ascii_case("system")
            && page.eq_ignore_ascii_case("callbackkey")
            && index.eq_ignore_ascii_case("index.rails"))
}

fn level(site: &Site, function: Function, action: Action) -> Result<Level, ApiError> {
    match site.rights().level(function, action) {
        Level::None => Err(ApiError::forbidden()),
        level => Ok(level),
    }
}

/// The member whose keys are used; the vendor describes one object here, not a list.
fn my_member(site: &Site) -> Result<Answer, ApiError> {
    let store = site.store();
    let found = store.with(Resource::Members, "identifier", MEMBER).next();
    let member = found.ok_or_else(|| ApiError::no_record(Resource::Members.model().label, 0))?;
    Ok(answer::json(200, member))
}

fn system_info(site: &Site) -> Answer {
    let body = json!({
        "version": format!("{}.10675", site.codebase().version()),
        "isCloud": true,
        "serverTimeZone": "Eastern Standard Time",
        "licenseBits": [{ "name": "ServiceDesk", "activeFlag": true }, { "name": "Finance", "activeFlag": true }],
        "cloudRegion": "NA",
        "maxWorkFlowRecordsAllowed": 1000,
    });
    answer::json(200, &body)
}

/// The rows of a role, which are the matrix itself and always one page.
fn role_settings(site: &Site, call: &Call, role: i64) -> Result<Answer, ApiError> {
    level(site, SECURITY_ROLES, Action::Inquire)?;
    if site.store().get(Resource::SecurityRoles, role).is_none() {
        return Err(ApiError::no_record(Resource::SecurityRoles.model().label, role));
    }
    let answer = answer::json(200, &site.rights().settings());
    Ok(if list::is_forward_only(call) && site.assumptions.forward_only {
        answer.with_header("Link", String::new())
    } else {
        answer
    })
}

/// Where a company's site is; `null` for a company that nobody knows.
fn company_info(site: &Site, company: &str) -> Answer {
    let codebase = site.codebase();
    let body = if company.eq_ignore_ascii_case(&site.company_id) {
        json!({
            "CompanyName": "Training MSP",
            "Codebase": format!("{}/", codebase.name),
            "VersionCode": codebase.version(),
            "VersionNumber": "v4.6.106750",
            "CompanyID": site.company_id,
            "IsCloud": true,
            "SiteUrl": site.shell.base_url.split_once("://").map(|(_, host)| host),
            "AllowedOrigins": [],
        })
    } else {
        Value::Null
    };
    answer::json(200, &body).with_content_type("application/json; charset=utf-8")
}

/// The model version that the `Accept` header pins.
fn pinned_version(call: &Call) -> Option<&str> {
    let (_, after) = call.header("accept")?.split_once("version=")?;
    after
        .split([';', ',', ' '])
        .next()
        .filter(|version| !version.is_empty())
}
