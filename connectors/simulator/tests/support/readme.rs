//! The README's tables, and the control endpoints that the sources have.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

const README: &str = include_str!("../../README.md");
/// The control endpoints of every site.
const SHARED: &str = include_str!("../../src/control.rs");

/// What stands between `<!-- name -->` and `<!-- /name -->`.
pub(crate) fn section(name: &str) -> &'static str {
    let (_, after) = README.split_once(&format!("<!-- {name} -->\n")).expect("its beginning");
    let (inside, _) = after.split_once(&format!("<!-- /{name} -->")).expect("its end");
    inside
}

/// The cells of a table's rows, without its head, code marks taken off.
pub(crate) fn rows(name: &str) -> Vec<Vec<&'static str>> {
    let rows = section(name).lines().skip(2);
    let cells = |row: &'static str| {
        let inside = row.trim_start_matches('|').trim_end_matches('|');
        inside.split(" |").map(|cell| cell.trim().trim_matches('`')).collect()
    };
    rows.map(cells).collect()
}

/// The rows of the control endpoints of a vendor: those of every site and its own.
pub(crate) fn control(vendor: &str) -> Vec<Vec<&'static str>> {
    let mut all = rows("control");
    all.extend(rows(&format!("control {vendor}")));
    all
}

/// The faults of the README, each as it is sent.
pub(crate) fn faults() -> Vec<&'static str> {
    section("faults").lines().filter(|line| line.starts_with('{')).collect()
}

/// A method with the parts of a path, variable ones as `{}`.
type Endpoint = (String, Vec<String>);

/// The arms of the sources, such as `("DELETE", ["faults", id])`, each as its method and the number and names of its
/// parts.
pub(crate) fn served(vendor: &str) -> BTreeSet<Endpoint> {
    let arms = SHARED.lines().chain(vendor.lines());
    let arms = arms.filter_map(|line| line.trim().strip_prefix("(\""));
    let arms = arms.filter_map(|arm| arm.split_once("\", ["));
    arms.map(|(method, rest)| {
        let (parts, _) = rest.split_once("])").expect("the end of an arm");
        let part = |part: &str| match part.trim().strip_prefix('"') {
            Some(name) => name.trim_end_matches('"').to_owned(),
            None => "{}".to_owned(),
        };
        (method.to_owned(), parts.split(',').map(part).collect())
    })
    .collect()
}

/// The same of the README's tables.
pub(crate) fn described(vendor: &str) -> BTreeSet<Endpoint> {
    let part = |part: &str| if part.starts_with('{') { "{}" } else { part }.to_owned();
    let parts = |path: &str| path.trim_start_matches("/simulator/").split('/').map(part).collect();
    let rows = control(vendor);
    rows.iter().map(|row| (row[0].to_owned(), parts(row[1]))).collect()
}

/// The names of a vendor's assumptions in the README, those that the type knows, and the README's defaults.
pub(crate) fn assumptions<A: DeserializeOwned + std::fmt::Debug>(
    vendor: &str,
) -> (BTreeSet<String>, BTreeSet<String>, A) {
    let rows = rows(&format!("assumptions {vendor}"));
    let listed = rows.iter().map(|row| row[0].to_owned()).collect();
    let refusal = serde_json::from_str::<A>(r#"{"?": 1}"#).expect_err("no such assumption");
    let refusal = refusal.to_string();
    // The refusal names what is known: unknown field `?`, expected one of `a`, `b`, … at line 1.
    let known = refusal.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    let defaults = rows.iter().map(|row| format!("\"{}\": {}", row[0], row[1]));
    let all = format!("{{{}}}", defaults.collect::<Vec<_>>().join(", "));
    (
        listed,
        known,
        serde_json::from_str(&all).expect("the defaults are read"),
    )
}
