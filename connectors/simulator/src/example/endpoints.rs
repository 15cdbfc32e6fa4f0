//! The API: `/v1/{account}/…`.

use serde_json::{Value, json};

use super::site::{Site, State};
use crate::answer::Answer;
use crate::call::{Call, Query};

/// The largest page.
const LARGEST_PAGE: usize = 100;

/// Answers a request.
pub(crate) fn answer(site: &Site, call: &Call) -> Answer {
    match respond(site, call) {
        Ok(body) => Answer::json(200, &body),
        Err(refusal) => refusal,
    }
}

fn respond(site: &Site, call: &Call) -> Result<Value, Answer> {
    let segments = call.segments();
    let ["v1", account, rest @ ..] = segments.as_slice() else {
        return Err(refused(404, "not_found", "There is no such address."));
    };
    if *account != site.account {
        return Err(refused(404, "unknown_account", "There is no such account."));
    }
    let state = site.state();
    if !state.key_is_enabled || call.header("x-api-key") != Some(&state.key) {
        return Err(refused(401, "bad_key", "The key is not valid."));
    }
    match (call.method.as_str(), rest) {
        ("GET", ["me"]) => Ok(me(&state)),
        ("GET", ["companies"]) if !state.may_read_companies => {
            Err(refused(403, "forbidden", "The key may not read companies."))
        }
        ("GET", ["companies"]) => companies(&state, &call.query),
        _ => Err(refused(404, "not_found", "There is no such address.")),
    }
}

fn me(state: &State) -> Value {
    let rights: &[&str] = if state.may_read_companies {
        &["companies.read"]
    } else {
        &[]
    };
    json!({ "account": "Training Services", "rights": rights })
}

/// A page in the order of ids: up to `limit` of them, after what `cursor` names, with that `id` alone.
fn companies(state: &State, query: &Query) -> Result<Value, Answer> {
    let invalid = |code: &str, message: &str| refused(422, code, message);
    let limit = query.get("limit").map_or(Ok(LARGEST_PAGE), str::parse);
    let limit = limit.ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
    let limit = limit.ok_or_else(|| invalid("bad_limit", "The limit is a number from 1 to 100."))?;
    let after = query.get("cursor").map_or(Some(0), read_cursor);
    let after = after.ok_or_else(|| invalid("bad_cursor", "The cursor is none of ours."))?;
    let only = query.get("id");
    let found = state.companies.range(after.saturating_add(1)..);
    let mut found = found.filter(|(number, _)| only.is_none_or(|only| id(**number) == only));
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let last = page.last().map(|(number, _)| **number);
    let next = found.next().and(last).map(cursor);
    let page = page
        .into_iter()
        .map(|(number, name)| json!({ "id": id(*number), "name": name }));
    Ok(json!({ "companies": page.collect::<Vec<_>>(), "next": next }))
}

/// Where a list goes on, for nobody to read: the number of the last company, turned around.
fn cursor(last: u32) -> String {
    format!("{:08x}", last.reverse_bits())
}

fn read_cursor(cursor: &str) -> Option<u32> {
    let is_ours = cursor.len() == 8;
    u32::from_str_radix(cursor, 16)
        .ok()
        .filter(|_| is_ours)
        .map(u32::reverse_bits)
}

/// The id of the company with a number.
pub(crate) fn id(number: u32) -> String {
    format!("c-{number}")
}

/// The number in an id.
pub(crate) fn number(id: &str) -> Option<u32> {
    id.strip_prefix("c-")?.parse().ok()
}

fn refused(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "error": { "code": code, "message": message } }))
}
