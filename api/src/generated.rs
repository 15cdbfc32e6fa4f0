//! The files that are made from the code: each is compared with what it should be, and the difference is shown.

use std::path::Path;

use crate::{config::reference, failure::catalogue, graphql, tickets::decide};

/// Compares a file of the repository with what it should be, given what it is; `UPDATE_GENERATED=1` writes it.
fn is_up_to_date(path: &str, expected: impl FnOnce(&str) -> String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    let expected = expected(&found);
    #[expect(clippy::disallowed_methods, reason = "the switch of a test, not configuration")]
    let update = std::env::var_os("UPDATE_GENERATED").is_some();
    if update && found != expected {
        std::fs::write(&file, &expected).unwrap();
    } else if found != expected {
        let diff = similar::TextDiff::from_lines(&found, &expected);
        let diff = diff.unified_diff().header("found", "expected").to_string();
        panic!("{path} is stale; run `UPDATE_GENERATED=1 cargo test -p psa-bridge generated`\n{diff}");
    }
}

#[test]
fn schema_is_up_to_date() {
    is_up_to_date("schema.graphql", |_| graphql::sdl());
}

#[test]
fn decision_table_is_up_to_date() {
    is_up_to_date("api/src/tickets/decide/table.md", |_| decide::table::markdown());
}

#[test]
fn env_example_is_up_to_date() {
    is_up_to_date(".env.example", |_| reference::env_example());
}

#[test]
fn readme_configuration_is_up_to_date() {
    is_up_to_date("README.md", |readme| {
        let readme = reference::between_markers(readme, "configuration", &reference::markdown_table())
            .expect("README.md has the markers of `configuration`");
        reference::between_markers(&readme, "connector-settings", &reference::connector_settings_table())
            .expect("README.md has the markers of `connector-settings`")
    });
}

#[test]
fn api_documentation_is_up_to_date() {
    is_up_to_date("docs/api.md", |found| {
        let tables = [
            ("user-errors", catalogue::user_errors()),
            ("request-errors", catalogue::request_errors()),
            ("limits", reference::limits_table()),
        ];
        tables.into_iter().fold(found.to_owned(), |text, (name, table)| {
            let replaced = reference::between_markers(&text, name, &table);
            replaced.unwrap_or_else(|| panic!("docs/api.md has the markers of `{name}`"))
        })
    });
}
