//! The table of endpoints in a connector's documentation, and what the connector really asked.

use std::collections::BTreeSet;

use crate::bench::Asked;

/// A method and a path with `{…}` in the place of ids.
pub(super) type Route = (String, String);

/// The rows of the table, in its order.
pub(super) fn rows(docs: &str) -> Vec<Route> {
    let (_, after) = docs.split_once("<!-- endpoints -->").expect("the table begins");
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
pub(super) fn difference(docs: &str, asked: &[Asked]) -> Vec<String> {
    let called: BTreeSet<&Route> = asked.iter().map(|asked| &asked.route).collect();
    let table = rows(docs);
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

/// A path with `{id}` in the place of numbers.
pub(super) fn with_ids(segments: &[&str]) -> String {
    let of = |segment: &&str| {
        if segment.parse::<i64>().is_ok() {
            "/{id}".to_owned()
        } else {
            format!("/{segment}")
        }
    };
    segments.iter().map(of).collect()
}

/// A path of the table as simulators name a route.
pub(super) fn pattern(path: &str) -> String {
    let segments = path.trim_start_matches('/').split('/');
    let pattern: Vec<_> = segments
        .map(|segment| if segment.starts_with('{') { "*" } else { segment })
        .collect();
    pattern.join("/")
}
