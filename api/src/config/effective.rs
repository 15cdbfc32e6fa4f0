//! The configuration that is in force, as text for the operator, with secrets hidden.

use serde_json::Value;

use super::{Config, reference};

/// Every variable with the value in force, one a line; those without a value are commented out.
///
/// # Errors
/// The configuration cannot be serialised.
pub fn print(config: &Config) -> Result<String, serde_json::Error> {
    let values = serde_json::to_value(config)?;
    let mut text = String::new();
    for variable in reference::variables() {
        let pointer = format!("/{}", variable.path.replace('.', "/"));
        let line = match values.pointer(&pointer).map(plain) {
            Some(Some(value)) => format!("{}={value}\n", variable.env),
            _ => format!("# {} is not set\n", variable.env),
        };
        text.push_str(&line);
    }
    Ok(text)
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(plain).collect::<Vec<_>>().join(",")),
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(name, value)| format!("{name}={}", plain(value).unwrap_or_default()));
            Some(entries.collect::<Vec<_>>().join(","))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_and_secrets_are_not() {
        let mut config = Config::defaults().unwrap();
        config.auth.secret = Some("canary".into());
        config.database.url = "postgres://psa:canary@localhost/psa".into();
        config
            .connectors
            .settings
            .insert("connectwise.client_id".to_owned(), "abc".to_owned());
        let text = print(&config).unwrap();
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("PSA_AUTH_SECRET=(hidden)\n"), "{text}");
        assert!(text.contains("# PSA_VAULT_KEYS is not set\n"), "{text}");
        assert!(text.contains("PSA_SERVER_LISTEN=127.0.0.1:8080\n"), "{text}");
        assert!(
            text.contains("PSA_CONNECTORS_SETTINGS=connectwise.client_id=abc\n"),
            "{text}"
        );
        assert!(
            text.contains("PSA_DATABASE_URL=postgres://psa:hidden@localhost/psa\n"),
            "{text}"
        );
    }
}
