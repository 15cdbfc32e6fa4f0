//! The reference of the configuration, made from the descriptions of its fields: `.env.example` and the README's table.

use std::fmt::Write;

use confique::{
    Config as _,
    meta::{Expr, FieldKind, LeafKind, Meta},
};

use super::Config;

/// One value that the operator can set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The section and field: `server.listen`.
    pub path: String,
    /// The name of the environment variable.
    pub env: &'static str,
    /// What it means.
    pub doc: String,
    /// Its default as it would be written in the environment; absent when there is none.
    pub default: Option<String>,
}

/// Every value that the operator can set, in the order of the sections.
pub fn variables() -> Vec<Variable> {
    let mut variables = Vec::new();
    collect(&Config::META, "", &mut variables);
    variables
}

/// The text of `.env.example`: every variable, described and commented out.
pub fn env_example() -> String {
    let mut text = String::from(
        "# The environment of PSA Bridge: every variable with its default.\n\
         # The same values can stand in psa-bridge.toml, as `field = value` below `[section]`; the environment wins.\n",
    );
    for variable in variables() {
        text.push('\n');
        for line in variable.doc.lines() {
            text.push_str("# ");
            text.push_str(line);
            text.push('\n');
        }
        let default = variable.default.unwrap_or_default();
        text.push_str(&format!("#{}={default}\n", variable.env));
    }
    text
}

/// The table of the README, between its `configuration` markers.
pub fn markdown_table() -> String {
    table(|_| true)
}

/// The table of what limits a request, as the documentation of the API shows it.
pub fn limits_table() -> String {
    table(|variable| {
        let of_server = ["server.request_timeout_seconds", "server.max_body_bytes"];
        variable.path.starts_with("limits.") || of_server.contains(&variable.path.as_str())
    })
}

fn table(shown: impl Fn(&Variable) -> bool) -> String {
    let mut text = String::from("| variable | default | meaning |\n|---|---|---|\n");
    for variable in variables().into_iter().filter(shown) {
        let default = match variable.default.as_deref() {
            None | Some("") => String::from("none"),
            Some(default) => format!("`{default}`"),
        };
        let doc = variable.doc.replace('\n', " ").replace('|', "\\|");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{}` | {default} | {doc} |", variable.env);
    }
    text
}

/// The table of the README with the settings of connectors, between its `connector-settings` markers.
pub fn connector_settings_table() -> String {
    let mut text = String::from("| setting | required | meaning |\n|---|---|---|\n");
    for setting in super::connectors::known_settings() {
        let required = if setting.required { "yes" } else { "no" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{}` | {required} | {} |", setting.name, setting.help);
    }
    text
}

/// `document` with what stands between the markers `<!-- name -->` and `<!-- /name -->` replaced by `content`; nothing
/// when a marker is missing.
pub fn between_markers(document: &str, name: &str, content: &str) -> Option<String> {
    let (head, rest) = document.split_once(&format!("<!-- {name} -->"))?;
    let (_, tail) = rest.split_once(&format!("<!-- /{name} -->"))?;
    Some(format!(
        "{head}<!-- {name} -->\n\n{}\n\n<!-- /{name} -->{tail}",
        content.trim_end()
    ))
}

fn collect(meta: &Meta, section: &str, variables: &mut Vec<Variable>) {
    for field in meta.fields {
        let path = if section.is_empty() {
            field.name.to_owned()
        } else {
            format!("{section}.{}", field.name)
        };
        match field.kind {
            FieldKind::Nested { meta } => collect(meta, &path, variables),
            FieldKind::Leaf { env: None, .. } => {}
            FieldKind::Leaf { env: Some(env), kind } => {
                let default = match kind {
                    LeafKind::Required { default } => default.as_ref().map(plain),
                    LeafKind::Optional => None,
                };
                let doc = field.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n");
                variables.push(Variable {
                    path,
                    env,
                    doc,
                    default,
                });
            }
        }
    }
}

/// A default as it is written in the environment.
fn plain(default: &Expr) -> String {
    match default {
        Expr::Str(text) => (*text).to_owned(),
        Expr::Integer(number) => number.to_string(),
        Expr::Float(number) => number.to_string(),
        Expr::Bool(value) => value.to_string(),
        Expr::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_variable_named_after_it_and_a_description() {
        let variables = variables();
        assert!(variables.len() > 30, "{}", variables.len());
        for variable in variables {
            assert_eq!(
                variable.env,
                format!("PSA_{}", variable.path.to_uppercase().replace('.', "_"))
            );
            assert!(variable.doc.ends_with('.'), "{} is not described", variable.path);
        }
    }

    #[test]
    fn content_between_markers_is_replaced() {
        let document = "a\n<!-- configuration -->\nold\n<!-- /configuration -->\nb\n";
        assert_eq!(
            between_markers(document, "configuration", "new\n").unwrap(),
            "a\n<!-- configuration -->\n\nnew\n\n<!-- /configuration -->\nb\n"
        );
        assert_eq!(between_markers("nothing", "configuration", "new"), None);
    }

    #[test]
    fn the_table_has_a_row_for_every_variable() {
        let table = markdown_table();
        assert_eq!(table.lines().count(), variables().len() + 2);
        assert!(
            table.contains("| `PSA_SERVER_LISTEN` | `127.0.0.1:8080` | Address and port to listen on. |"),
            "{table}"
        );
    }
}
