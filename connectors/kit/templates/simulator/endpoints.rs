//! The API: `/v1/{account}/…`.

use serde_json::{Value, json};

use super::site::{Site, State};
use crate::answer::Answer;
use crate::call::Call;

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
        ("GET", ["companies"]) => companies(&state),
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

fn companies(state: &State) -> Result<Value, Answer> {
    let companies = state.companies.iter();
    let companies = companies.map(|(number, name)| json!({ "id": id(*number), "name": name }));
    Ok(json!({ "companies": companies.collect::<Vec<_>>() }))
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
