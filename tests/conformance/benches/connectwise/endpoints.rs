//! The table of endpoints in the connector's documentation, and what the connector really asked.

use std::collections::BTreeSet;

use psa_simulator::LoggedRequest;

use crate::bench::Asked;

const DOCS: &str = include_str!("../../../../connectors/src/connectwise/docs.md");

/// A method and a path with `{…}` in the place of ids.
pub(super) type Route = (String, String);

/// The rows of the table, in its order.
pub(super) fn table() -> Vec<Route> {
    let (_, after) = DOCS.split_once("<!-- endpoints -->").expect("the table begins");
    let (table, _) = after.split_once("<!-- /endpoints -->").expect("the table ends");
    table.lines().filter_map(row).collect()
}

/// Reads `| GET | `/path` | what for | right |`; head and rule of the table are no rows.
fn row(line: &str) -> Option<Route> {
    let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
    let [method, path, what_for, right] = cells.as_slice() else {
        return None;
    };
    let path = path.strip_prefix('`')?.strip_suffix('`')?;
    assert!(
        !what_for.is_empty() && !right.is_empty(),
        "a row with an empty cell: {line}"
    );
    Some(((*method).to_owned(), path.to_owned()))
}

/// What the table lacks and what it has too much, in its order.
pub(super) fn difference(asked: &[Asked]) -> Vec<String> {
    let called: BTreeSet<&Route> = asked.iter().map(|asked| &asked.route).collect();
    let table = table();
    let show = |sign: char, (method, path): &Route| format!("{sign} | {method} | `{path}` |");
    let missing = called.iter().filter(|route| !table.contains(*route));
    let mut lines: Vec<_> = missing.map(|route| show('+', route)).collect();
    lines.extend(
        table
            .iter()
            .filter(|route| !called.contains(route))
            .map(|route| show('-', route)),
    );
    let mut seen = BTreeSet::new();
    lines.extend(
        table
            .iter()
            .filter(|route| !seen.insert(*route))
            .map(|route| show('=', route)),
    );
    if !lines.is_empty() {
        let legend = "rows of docs.md: + is called and missing, - is there and not called, = is there twice";
        lines.insert(0, legend.to_owned());
    }
    lines
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
    let of = |segment: &&str| {
        if segment.parse::<i64>().is_ok() {
            "/{id}".to_owned()
        } else {
            format!("/{segment}")
        }
    };
    segments.iter().map(of).collect()
}
