//! The PSAs that may be spoken to.

use std::collections::BTreeMap;

use confique::Config as Layered;
use psa_connectors::{Registry, descriptor::OperatorSetting};
use serde::Serialize;

use super::{error::ConfigError, list};

/// The PSAs that may be spoken to.
#[derive(Debug, Clone, Layered, Serialize)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct ConnectorsConfig {
    /// Settings of connectors as `<connector>.<name>=<value>`, separated by commas, such as
    /// `connectwise.client_id=0a1b2c3d-…`.
    #[config(env = "PSA_CONNECTORS_SETTINGS", parse_env = settings, default = {})]
    pub settings: BTreeMap<String, String>,

    /// Whether loopback addresses may be spoken to, and without TLS: for the simulated PSA only.
    #[config(env = "PSA_CONNECTORS_ALLOW_LOOPBACK", default = false)]
    pub allow_loopback: bool,

    /// Host names that are allowed besides the connectors' own domains, separated by commas, such as that of a PSA on
    /// the provider's own premises.
    #[config(env = "PSA_CONNECTORS_EXTRA_HOSTS", parse_env = list::texts, default = [])]
    pub extra_hosts: Vec<String>,
}

impl ConnectorsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.settings
            .iter()
            .try_for_each(|(name, value)| check_setting(name, value))?;
        match self.extra_hosts.iter().find(|host| url::Host::parse(host).is_err()) {
            Some(host) => Err(ConfigError::value(
                "PSA_CONNECTORS_EXTRA_HOSTS",
                format!("must list host names without scheme, port and path (`{host}` is none)"),
                "psa.example.com",
            )),
            None => Ok(()),
        }
    }
}

/// Every setting that a built-in connector knows.
pub(super) fn known_settings() -> impl Iterator<Item = &'static OperatorSetting> {
    let descriptors: Vec<_> = Registry::builtin().descriptors().collect();
    descriptors
        .into_iter()
        .flat_map(|descriptor| descriptor.operator_settings)
}

/// A setting with another name would do nothing, and nobody would notice.
fn check_setting(name: &str, value: &str) -> Result<(), ConfigError> {
    let wrong = |rule: String, setting: &OperatorSetting| {
        let example = format!("{}={}", setting.name, setting.example);
        Err(ConfigError::value("PSA_CONNECTORS_SETTINGS", rule, example))
    };
    match known_settings().find(|setting| setting.name == name) {
        Some(setting) => match setting.kind.broken_by(value) {
            Some(rule) => wrong(format!("sets {name}, which {rule}"), setting),
            None => Ok(()),
        },
        None => {
            let names: Vec<_> = known_settings().map(|setting| setting.name).collect();
            let rule = format!("sets {name}, which no connector knows; there are {}", names.join(", "));
            known_settings().next().map_or(Ok(()), |setting| wrong(rule, setting))
        }
    }
}

/// A connector setting that is no `name=value`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "settings are written as `<connector>.<name>=<value>`, separated by commas, for example connectwise.client_id=0a1b2c3d"
)]
struct NoSetting;

fn settings(text: &str) -> Result<BTreeMap<String, String>, NoSetting> {
    list::entries(text)
        .map(|entry| match entry.split_once('=') {
            Some((name, value)) if name.contains('.') => Ok((name.trim().to_owned(), value.trim().to_owned())),
            _ => Err(NoSetting),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_the_environment() {
        let map = settings("connectwise.client_id = a=b , autotask.code=x").unwrap();
        assert_eq!(map.get("connectwise.client_id").unwrap(), "a=b");
        assert_eq!(map.get("autotask.code").unwrap(), "x");
        assert_eq!(settings("client_id=x"), Err(NoSetting));
        assert_eq!(settings("connectwise.client_id"), Err(NoSetting));
    }

    #[test]
    fn a_setting_that_does_nothing_or_cannot_be_read_is_named() {
        let refusal = |name: &str, value: &str| {
            let config = ConnectorsConfig {
                settings: [(name.to_owned(), value.to_owned())].into(),
                allow_loopback: false,
                extra_hosts: Vec::new(),
            };
            config.check().map_err(|error| error.to_string())
        };
        assert_eq!(refusal("connectwise.client_id", "x"), Ok(()));
        assert_eq!(refusal("connectwise.requests_per_minute", "60000"), Ok(()));
        let unknown = refusal("connectwise.request_per_minute", "1").unwrap_err();
        assert!(
            unknown
                .starts_with("PSA_CONNECTORS_SETTINGS sets connectwise.request_per_minute, which no connector knows")
                && unknown.contains("connectwise.requests_per_minute"),
            "{unknown}"
        );
        assert_eq!(
            refusal("connectwise.concurrency", "many").unwrap_err(),
            "PSA_CONNECTORS_SETTINGS sets connectwise.concurrency, which must be a whole number from 1 to 64 (it is `many`), \
             for example PSA_CONNECTORS_SETTINGS=connectwise.concurrency=8"
        );
        assert!(
            refusal("connectwise.client_id", " ")
                .unwrap_err()
                .contains("must not be blank")
        );
    }

    #[test]
    fn a_host_is_no_url() {
        let config = ConnectorsConfig {
            settings: BTreeMap::new(),
            allow_loopback: false,
            extra_hosts: vec!["https://psa.example.com/x".to_owned()],
        };
        assert!(
            config
                .check()
                .unwrap_err()
                .to_string()
                .starts_with("PSA_CONNECTORS_EXTRA_HOSTS must list host names")
        );
    }
}
