//! Credentials, checked.

use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use url::Url;

use super::descriptor::DESCRIPTOR;
use crate::{
    error::{Error, Result},
    platform::{Credentials, Platform},
};

/// What the client works with.
#[derive(Debug)]
pub(super) struct Config {
    /// Scheme, host and port of the site, without a path.
    pub(super) site: Url,
    /// The account's name: a part of every path.
    pub(super) account: String,
    /// The key, marked as a secret.
    pub(super) key: HeaderValue,
}

impl Config {
    pub(super) fn new(credentials: &Credentials, platform: &Platform) -> Result<Self> {
        let field = |name| credentials.required(name).map(|value| value.expose_secret().trim());
        let account = field("account")?;
        if !account.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(Error::invalid(
                "account",
                "`account` has letters, digits and dashes only",
            ));
        }
        Ok(Self {
            site: platform.network.site("site", field("site")?, &DESCRIPTOR.hosts)?,
            account: account.to_owned(),
            key: credentials.header("key")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use secrecy::SecretString;

    use super::*;
    use crate::{ErrorKind, SystemClock, SystemEntropy, network::NetworkPolicy};

    fn config(replaced: &[(&str, &str)]) -> Result<Config> {
        let host = format!("acme.{}", DESCRIPTOR.hosts.domains[0]);
        let mut values = BTreeMap::from([("site", host.as_str()), ("account", "acme"), ("key", "hush-hush")]);
        values.extend(replaced.iter().copied());
        let values = values.into_iter();
        let values = values.map(|(name, value)| (name.to_owned(), SecretString::from(value.to_owned())));
        let platform = Platform {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            network: NetworkPolicy::default(),
            settings: BTreeMap::new(),
        };
        Config::new(&Credentials::new(values), &platform)
    }

    #[test]
    fn what_cannot_be_right_is_refused_by_its_field() {
        assert!(config(&[("site", "evil.example")]).is_err());
        for (field, value) in [
            ("site", "http://evil.example"),
            ("site", "127.0.0.1:80"),
            ("account", "acme/../other"),
            ("account", ""),
            ("key", "two\nlines"),
        ] {
            let error = config(&[(field, value)]).expect_err(value);
            let named = matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == field);
            assert!(named, "{value}: {error}");
        }
    }

    #[test]
    fn debug_holds_no_secret() {
        let shown = format!("{:?}", config(&[]).expect("valid"));
        assert!(!shown.contains("hush"), "{shown}");
    }
}
