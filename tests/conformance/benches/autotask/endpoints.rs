//! What the connector asked of the simulated tenant, as its documentation calls it.

use psa_simulator::LoggedRequest;

use crate::{
    bench::Asked,
    benches::table::{self, Route, with_ids},
};

const DOCS: &str = include_str!("../../../../connectors/src/autotask/docs.md");

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

/// Whether a request can change something. Queries are posted and only read.
pub(super) fn is_write(method: &str, path: &str) -> bool {
    method != "GET" && !path.ends_with("/query")
}

/// The path below the version, with `{id}` in the place of numbers.
fn template(path: &str) -> String {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let below = segments
        .skip_while(|segment| !segment.eq_ignore_ascii_case("v1.0"))
        .skip(1);
    with_ids(&below.collect::<Vec<_>>())
}
