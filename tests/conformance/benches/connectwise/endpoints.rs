//! What the connector asked of the simulated site, as its documentation calls it.

use psa_simulator::LoggedRequest;

use crate::{
    bench::Asked,
    benches::table::{self, Route, with_ids},
};

const DOCS: &str = include_str!("../../../../connectors/src/connectwise/docs.md");

/// The routes of the documentation.
pub(super) fn table() -> Vec<Route> {
    table::rows(DOCS)
}

/// What the documentation lacks and what it has too much.
pub(super) fn difference(asked: &[Asked]) -> Vec<String> {
    table::difference(DOCS, asked)
}

/// What a request was.
pub(super) fn asked(request: &LoggedRequest) -> Asked {
    let path = template(&request.path);
    Asked {
        writes: is_write(&request.method, &path),
        // A reset request has no status; the others are answers that this simulator gives only when it is told to.
        faulty: request.status.is_none_or(|status| matches!(status, 429 | 502 | 503)),
        route: (request.method.clone(), path),
    }
}

/// Whether a request can change something. A bundle only reads.
pub(super) fn is_write(method: &str, path: &str) -> bool {
    method != "GET" && path != "/system/bundles"
}

/// The path without its codebase and with `{id}` in the place of numbers.
fn template(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let segments = match segments.as_slice() {
        ["login", "companyinfo", _] => vec!["login", "companyinfo", "{company}"],
        [_, "apis", "3.0", rest @ ..] => rest.to_vec(),
        [_, "system", "callbackkey", ..] => segments.iter().skip(1).copied().collect(),
        all => all.to_vec(),
    };
    with_ids(&segments)
}
