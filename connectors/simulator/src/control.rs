//! The control endpoints under `/simulator/` that every site has: faults, the clock, the journal. No credentials.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::faults::FaultRule;
use crate::journal::LoggedRequest;
use crate::shell::Shell;
use crate::vendor::Vendor;

/// Answers a request below `/simulator/`.
pub(crate) fn answer<V: Vendor>(site: &V, call: &Call, rest: &[&str]) -> Answer {
    respond(site, call, rest).unwrap_or_else(|refusal| refusal)
}

fn respond<V: Vendor>(site: &V, call: &Call, rest: &[&str]) -> Result<Answer, Answer> {
    let shell = site.shell();
    match (call.method.as_str(), rest) {
        ("POST", ["faults"]) => {
            let rule: FaultRule = read(call)?;
            Ok(Answer::json(200, &json!({ "id": shell.faults().arm(rule) })))
        }
        ("DELETE", ["faults"]) => {
            shell.faults().clear();
            Ok(Answer::empty(204))
        }
        ("DELETE", ["faults", id]) => {
            let removed = id.parse().is_ok_and(|id| shell.faults().disarm(id));
            Ok(Answer::empty(if removed { 204 } else { 404 }))
        }
        ("PUT", ["clock"]) => {
            let Skew { offset_seconds } = read(call)?;
            shell.set_clock_offset(offset_seconds);
            Ok(Answer::empty(204))
        }
        ("GET", ["requests"]) => Ok(Answer::json(200, &logged(shell, call))),
        ("DELETE", ["requests"]) => {
            shell.journal().clear();
            Ok(Answer::empty(204))
        }
        _ => site.control(call, rest),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Skew {
    offset_seconds: i32,
}

/// The journal, narrowed by `method`, `pathContains` and `status`.
fn logged(shell: &Shell, call: &Call) -> Vec<LoggedRequest> {
    let method = call.query.get("method").map(str::to_ascii_uppercase);
    let part = call.query.get("pathContains").map(str::to_lowercase);
    let status = call.query.get("status");
    let journal = shell.journal();
    let wanted = journal.entries().filter(|entry| {
        method.as_ref().is_none_or(|method| *method == entry.method)
            && part
                .as_ref()
                .is_none_or(|part| entry.path.to_lowercase().contains(part))
            && status.is_none_or(|status| entry.status.is_some_and(|known| known.to_string() == status))
    });
    wanted.cloned().collect()
}

/// The body of a control request, or the refusal that says why it cannot be read.
pub(crate) fn read<T: DeserializeOwned>(call: &Call) -> Result<T, Answer> {
    serde_json::from_slice(&call.body).map_err(|error| Answer::text(400, &error.to_string()))
}
