//! Credentials and settings, checked.

use std::collections::BTreeMap;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::descriptor::{DESCRIPTOR, INTEGRATION_CODE, REQUESTS_PER_HOUR};
use crate::{
    descriptor::{Limits, Pace},
    error::{Error, Result},
    network::NetworkPolicy,
    platform::{Credentials, Platform},
};

/// Where zones are asked for, unless a site is given.
const ANY_ZONE: &str = "https://webservices.autotask.net";

/// What the client works with.
#[derive(Debug)]
pub(super) struct Config {
    /// Scheme, host and port of the server that is asked for the zone, without a path.
    pub(super) site: Url,
    /// The name of the API user.
    pub(super) username: String,
    /// The value of the `UserName` header.
    pub(super) user: HeaderValue,
    /// The value of the `Secret` header.
    pub(super) secret: SecretString,
    /// The value of the `ApiIntegrationCode` header: names this product to the vendor. The MSP sees it in its own list of API
    /// users, so it is not a secret, but it is not shown either.
    pub(super) integration_code: HeaderValue,
    /// Which hosts may be spoken to.
    pub(super) network: NetworkPolicy,
    /// What the PSA can take.
    pub(super) limits: Limits,
}

impl Config {
    pub(super) fn new(credentials: &Credentials, platform: &Platform) -> Result<Self> {
        let field = |name| credentials.required(name).map(|value| value.expose_secret().trim());
        let site = credentials.optional("site").map(|site| site.expose_secret().trim());
        let site = platform
            .network
            .site("site", site.unwrap_or(ANY_ZONE), &DESCRIPTOR.hosts)?;
        let username = field("username")?.to_owned();
        let secret = field("secret")?;
        sendable("secret", secret)?;
        Ok(Self {
            site,
            user: sendable("username", &username)?,
            username,
            secret: SecretString::from(secret.to_owned()),
            integration_code: integration_code(&platform.settings)?,
            network: platform.network.clone(),
            limits: limits(&platform.settings)?,
        })
    }

    /// Takes an address that the PSA itself names, if it is one of the PSA's zones: secrets are sent there.
    pub(super) fn parse_zone(&self, text: &str) -> Result<Url> {
        let invalid = |message: String| Error::invalid("site", message);
        let mut url = Url::parse(text).map_err(|error| invalid(format!("the zone's address is none: {error}")))?;
        self.network
            .check_url(&url, &DESCRIPTOR.hosts)
            .map_err(|refused| invalid(refused.to_string()))?;
        let host = url.host_str().unwrap_or_default();
        // The vendor's domain has servers for people as well: they are not given secrets.
        if DESCRIPTOR.hosts.covers(host) && !self.is_allowed(host) && !is_zone(host) {
            return Err(invalid(format!("`{host}` is no zone of Autotask's API")));
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        url.set_query(None);
        Ok(url)
    }

    /// An address of the PSA's that people open, if it is one that may be shown.
    pub(super) fn parse_page(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        self.network.check_url(&url, &DESCRIPTOR.hosts).ok()?;
        Some(url)
    }

    fn is_allowed(&self, host: &str) -> bool {
        let mut extra = self.network.extra_hosts.iter();
        extra.any(|allowed| allowed.eq_ignore_ascii_case(host))
    }
}

/// Whether a host is a server of the API: `webservices` and a number.
fn is_zone(host: &str) -> bool {
    let number = host
        .strip_prefix("webservices")
        .and_then(|rest| rest.strip_suffix(".autotask.net"));
    number.is_some_and(|number| number.chars().all(|digit| digit.is_ascii_digit()))
}

fn integration_code(settings: &BTreeMap<String, String>) -> Result<HeaderValue> {
    let value = settings.get(INTEGRATION_CODE).map(|value| value.trim());
    let value = value
        .filter(|value| !value.is_empty())
        .and_then(|value| HeaderValue::from_str(value).ok());
    let mut value = value.ok_or_else(|| {
        let message =
            "the operator of this server must set the tracking identifier by which Autotask knows this product";
        Error::invalid(INTEGRATION_CODE, message)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A credential as the value of a header.
fn sendable(name: &str, value: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(value)
        .map_err(|_| Error::invalid(name, format!("`{name}` has a character that cannot be sent")))
}

/// The vendor's limits, or those that the operator sets.
fn limits(settings: &BTreeMap<String, String>) -> Result<Limits> {
    let usual = DESCRIPTOR.limits;
    let kind = DESCRIPTOR
        .operator_setting(REQUESTS_PER_HOUR)
        .map(|setting| setting.kind);
    let (Some(text), Some(kind)) = (settings.get(REQUESTS_PER_HOUR), kind) else {
        return Ok(usual);
    };
    if let Some(rule) = kind.broken_by(text) {
        return Err(Error::invalid(
            REQUESTS_PER_HOUR,
            format!("`{REQUESTS_PER_HOUR}` {rule}"),
        ));
    }
    let pace = kind
        .number(text)
        .map_or(usual.pace, |number| Pace::per_hour(u32::from(number)));
    Ok(Limits { pace, ..usual })
}

#[cfg(test)]
impl Config {
    /// The configuration of a tenant in the vendor's cloud, for tests.
    pub(super) fn testing() -> Self {
        let settings = BTreeMap::from([(INTEGRATION_CODE.to_owned(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0".to_owned())]);
        Self {
            site: Url::parse("https://webservices.autotask.net/").expect("url"),
            username: "api@acme.example".to_owned(),
            user: sendable("username", "api@acme.example").expect("a header"),
            secret: SecretString::from("hush"),
            integration_code: integration_code(&settings).expect("a header"),
            network: NetworkPolicy::default(),
            limits: DESCRIPTOR.limits,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{ErrorKind, SystemClock, SystemEntropy};

    fn config(fields: &[(&str, &str)], network: NetworkPolicy, settings: &[(&str, &str)]) -> Result<Config> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let values = [("username", "api@acme.example"), ("secret", "hush")];
        let values = values.iter().chain(fields).map(own);
        let credentials = Credentials::new(values.map(|(name, value)| (name, SecretString::from(value))));
        let platform = Platform {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            network,
            settings: [(INTEGRATION_CODE, "CODE")].iter().chain(settings).map(own).collect(),
        };
        Config::new(&credentials, &platform)
    }

    #[track_caller]
    fn assert_refuses(outcome: Result<Config>, field: &str) {
        let error = outcome.expect_err(field);
        assert!(
            matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == field),
            "{error}"
        );
        assert!(!error.to_string().contains("hush"));
    }

    #[test]
    fn the_site_is_any_zone_unless_one_is_given() {
        let of = |fields: &[(&str, &str)]| config(fields, NetworkPolicy::default(), &[]);
        assert_eq!(
            of(&[]).expect("valid").site.as_str(),
            "https://webservices.autotask.net/"
        );
        for site in [
            "webservices14.autotask.net",
            " https://webservices14.autotask.net/ATServicesRest/ ",
        ] {
            let site = of(&[("site", site)]).expect(site).site;
            assert_eq!(site.as_str(), "https://webservices14.autotask.net/");
        }
        for site in [
            "http://webservices.autotask.net",
            "evil.example",
            "a@webservices.autotask.net",
            "127.0.0.1:1",
        ] {
            assert_refuses(of(&[("site", site)]), "site");
        }
    }

    #[test]
    fn secrets_go_to_zones_alone() {
        let strict = config(&[], NetworkPolicy::default(), &[]).expect("valid");
        let zone = strict
            .parse_zone("https://webservices14.autotask.net/ATServicesRest")
            .expect("a zone");
        assert_eq!(zone.as_str(), "https://webservices14.autotask.net/ATServicesRest/");
        for foreign in [
            "https://ww14.autotask.net/ATServicesRest/",
            "https://webservices14.autotask.net.evil.example/",
            "https://webservicesx.autotask.net/",
            "http://webservices14.autotask.net/",
            "https://10.0.0.1/",
            "nonsense",
        ] {
            assert!(strict.parse_zone(foreign).is_err(), "{foreign}");
        }
        let open = NetworkPolicy {
            allow_loopback: true,
            extra_hosts: vec!["prerelease.autotask.net".into()],
        };
        let open = config(&[], open, &[]).expect("valid");
        for allowed in [
            "https://prerelease.autotask.net/ATServicesRest/",
            "http://127.0.0.1:8100/ATServicesRest/",
        ] {
            assert_eq!(open.parse_zone(allowed).expect(allowed).as_str(), allowed);
        }
    }

    #[test]
    fn the_operator_sets_the_code_and_the_share() {
        let with = |settings: &[(&str, &str)]| config(&[], NetworkPolicy::default(), settings);
        assert_eq!(with(&[]).expect("valid").limits, DESCRIPTOR.limits);
        let limits = with(&[(REQUESTS_PER_HOUR, " 5000 ")]).expect("valid").limits;
        assert_eq!(limits.pace, Pace::per_hour(5000));
        for wrong in ["0", "10001", "many", ""] {
            assert_refuses(with(&[(REQUESTS_PER_HOUR, wrong)]), REQUESTS_PER_HOUR);
        }
        for wrong in [" ", "a\nb"] {
            assert_refuses(with(&[(INTEGRATION_CODE, wrong)]), INTEGRATION_CODE);
        }
        assert_refuses(
            config(&[("secret", "hush\n.")], NetworkPolicy::default(), &[]),
            "secret",
        );
    }

    #[test]
    fn debug_holds_no_secret() {
        let shown = format!("{:?}", config(&[], NetworkPolicy::default(), &[]).expect("valid"));
        assert!(!shown.contains("hush") && !shown.contains("CODE"), "{shown}");
    }
}
