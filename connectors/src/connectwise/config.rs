//! Credentials and settings, checked.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::descriptor::{CLIENT_ID, CONCURRENCY, DESCRIPTOR, REQUESTS_PER_MINUTE};
use crate::{
    descriptor::{Limits, Pace},
    error::{Error, Result},
    network::NetworkPolicy,
    platform::{Credentials, Platform},
};

/// What the client works with.
#[derive(Debug)]
pub(super) struct Config {
    /// Scheme, host and port of the site, without a path.
    pub(super) site: Url,
    /// The company that people log in to.
    pub(super) company: String,
    /// The API member's own name, when it is known.
    pub(super) member: Option<String>,
    /// The value of the `Authorization` header.
    pub(super) authorization: SecretString,
    /// The value of the `clientId` header: names this product to the vendor, is not a secret.
    pub(super) client_id: HeaderValue,
    /// Which hosts may be spoken to.
    pub(super) network: NetworkPolicy,
    /// What the PSA can take.
    pub(super) limits: Limits,
}

impl Config {
    pub(super) fn new(credentials: &Credentials, platform: &Platform) -> Result<Self> {
        let field = |name| credentials.required(name).map(|value| value.expose_secret().trim());
        let site = platform.network.site("site", field("site")?, &DESCRIPTOR.hosts)?;
        let company = field("company_id")?.to_owned();
        let (public_key, private_key) = (field("public_key")?, field("private_key")?);
        let member = credentials.optional("member_id");
        let member = member.map(|member| member.expose_secret().trim().to_owned());
        let encoded = STANDARD.encode(format!("{company}+{public_key}:{private_key}"));
        let authorization = SecretString::from(format!("Basic {encoded}"));
        let client_id = platform
            .settings
            .get(CLIENT_ID)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty());
        let client_id = client_id
            .and_then(|value| HeaderValue::from_str(value).ok())
            .ok_or_else(|| {
                let message = "the operator of this server must set the ConnectWise client id: \
                           create one at https://developer.connectwise.com/ClientID";
                Error::invalid(CLIENT_ID, message)
            })?;
        Ok(Self {
            site,
            company,
            member,
            authorization,
            client_id,
            network: platform.network.clone(),
            limits: limits(&platform.settings)?,
        })
    }

    /// Takes a host as people write it, in the scheme of the site when it names none, and checks it.
    pub(super) fn parse_host(&self, text: &str) -> Result<Url> {
        let absolute = if text.contains("://") {
            text.to_owned()
        } else {
            format!("{}://{text}", self.site.scheme())
        };
        self.network.site("site", &absolute, &DESCRIPTOR.hosts)
    }

    /// The site's own host and its form with or without `api-`: the hosts that this company's API can be at.
    pub(super) fn is_own_host(&self, candidate: &Url) -> bool {
        let (Some(site), Some(host)) = (self.site.host_str(), candidate.host_str()) else {
            return false;
        };
        let plain = |host: &str| host.strip_prefix(API_PREFIX).unwrap_or(host).to_owned();
        plain(site) == plain(host) && self.site.port_or_known_default() == candidate.port_or_known_default()
    }

    /// Where the API is when the PSA does not say: `api-` and the site in the vendor's cloud, the site itself elsewhere.
    pub(super) fn default_api_host(&self) -> Result<Url> {
        match self.site.host_str() {
            Some(host) if DESCRIPTOR.hosts.covers(host) && !host.starts_with(API_PREFIX) => {
                self.parse_host(&format!("{API_PREFIX}{host}"))
            }
            _ => Ok(self.site.clone()),
        }
    }

    /// The page on which a person sees a ticket. It is on the host that people log in to.
    pub(super) fn ticket_page(&self, id: i64) -> String {
        let mut page = self.site.clone();
        let host = self
            .site
            .host_str()
            .map(|host| host.strip_prefix(API_PREFIX).unwrap_or(host).to_owned());
        // A host that was parsed before cannot be refused now; if it were, the link would lead to the API's host.
        if page.set_host(host.as_deref()).is_err() {
            tracing::debug!("the ticket page keeps the host of the API");
        }
        page.set_path("/v4_6_release/services/system_io/Service/fv_sr100_request.rails");
        page.query_pairs_mut()
            .append_pair("service_recid", &id.to_string())
            .append_pair("companyName", &self.company);
        page.into()
    }
}

const API_PREFIX: &str = "api-";

/// The vendor's limits, or those that the operator sets.
fn limits(settings: &BTreeMap<String, String>) -> Result<Limits> {
    let number = |name: &str| {
        let setting = DESCRIPTOR.operator_setting(name).map(|setting| setting.kind);
        let (Some(text), Some(kind)) = (settings.get(name), setting) else {
            return Ok(None);
        };
        match kind.broken_by(text) {
            None => Ok(kind.number(text)),
            Some(rule) => Err(Error::invalid(name, format!("`{name}` {rule}"))),
        }
    };
    let usual = DESCRIPTOR.limits;
    Ok(Limits {
        pace: number(REQUESTS_PER_MINUTE)?.map_or(usual.pace, |number| Pace::per_minute(u32::from(number))),
        concurrency: number(CONCURRENCY)?.map_or(usual.concurrency, usize::from),
        ..usual
    })
}

#[cfg(test)]
impl Config {
    /// The configuration of a company at the vendor's site, for tests.
    pub(super) fn testing() -> Self {
        Self {
            site: Url::parse("https://na.myconnectwise.net/").expect("url"),
            company: "acme".to_owned(),
            authorization: SecretString::from("Basic eA=="),
            client_id: HeaderValue::from_static("11111111-2222-3333-4444-555555555555"),
            member: None,
            network: NetworkPolicy::default(),
            limits: DESCRIPTOR.limits,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use super::*;
    use crate::{ErrorKind, SystemClock, SystemEntropy};

    fn config(site: &str, network: NetworkPolicy, settings: &[(&str, &str)]) -> Result<Config> {
        let values = [
            ("site", site),
            ("company_id", "acme"),
            ("public_key", "pub"),
            ("private_key", "hush"),
        ];
        let credentials =
            Credentials::new(values.map(|(name, value)| (name.to_owned(), SecretString::from(value.to_owned()))));
        let settings: BTreeMap<_, _> = settings
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let platform = Platform {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            network,
            settings,
        };
        Config::new(&credentials, &platform)
    }

    fn strict(site: &str) -> Result<Config> {
        config(
            site,
            NetworkPolicy::default(),
            &[(CLIENT_ID, "11111111-2222-3333-4444-555555555555")],
        )
    }

    #[test]
    fn a_site_is_taken_as_people_write_it() {
        for site in [
            "na.myconnectwise.net",
            " https://na.myconnectwise.net/ ",
            "NA.myconnectwise.net//",
            "https://na.myconnectwise.net/v4_6_release/ConnectWise.aspx?locale=en_US",
        ] {
            assert_eq!(
                strict(site).expect(site).site.as_str(),
                "https://na.myconnectwise.net/",
                "{site}"
            );
        }
        for site in [
            "http://na.myconnectwise.net",
            "evil.example",
            "a@na.myconnectwise.net",
            "127.0.0.1:1",
            "::",
            "a b",
        ] {
            let error = strict(site).expect_err(site);
            let ErrorKind::Invalid { fields } = error.kind() else {
                panic!("{site}: {error}")
            };
            assert_eq!(fields[0].field, "site");
        }
    }

    #[test]
    fn loopback_needs_permission() {
        let open = NetworkPolicy {
            allow_loopback: true,
            extra_hosts: Vec::new(),
        };
        let site = config("http://127.0.0.1:8099/", open, &[(CLIENT_ID, "x")]).expect("allowed");
        assert_eq!(site.site.as_str(), "http://127.0.0.1:8099/");
        assert_eq!(
            site.default_api_host().expect("the same").as_str(),
            "http://127.0.0.1:8099/"
        );
        assert_eq!(
            site.parse_host("127.0.0.1:8099").expect("allowed").as_str(),
            "http://127.0.0.1:8099/"
        );
        assert!(
            !site.is_own_host(&Url::parse("http://127.0.0.1:9999/").expect("url")),
            "another port is another server"
        );
    }

    #[test]
    fn the_api_is_at_the_site_or_its_api_form() {
        let config = strict("na.myconnectwise.net").expect("valid");
        assert_eq!(
            config.default_api_host().expect("a host").as_str(),
            "https://api-na.myconnectwise.net/"
        );
        let own = |host: &str| config.is_own_host(&Url::parse(host).expect(host));
        assert!(own("https://api-na.myconnectwise.net/") && own("https://na.myconnectwise.net/"));
        assert!(!own("https://api-eu.myconnectwise.net/"));
        let api = strict("api-na.myconnectwise.net").expect("valid");
        assert_eq!(
            api.default_api_host().expect("a host").as_str(),
            "https://api-na.myconnectwise.net/"
        );
        let page = "https://na.myconnectwise.net/v4_6_release/services/system_io/Service/fv_sr100_request.rails\
                    ?service_recid=7&companyName=acme";
        assert_eq!(api.ticket_page(7), page);
    }

    #[test]
    fn without_a_client_id_the_operator_is_asked() {
        let error = config("na.myconnectwise.net", NetworkPolicy::default(), &[(CLIENT_ID, " ")]).expect_err("blank");
        assert!(
            matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == CLIENT_ID),
            "{error}"
        );
    }

    #[test]
    fn the_operator_may_set_the_limits() {
        let with = |settings: &[(&str, &str)]| {
            let id = [(CLIENT_ID, "x")];
            let settings: Vec<_> = id.iter().chain(settings).copied().collect();
            config("na.myconnectwise.net", NetworkPolicy::default(), &settings)
        };
        assert_eq!(with(&[]).expect("valid").limits, DESCRIPTOR.limits);
        let limits = with(&[(REQUESTS_PER_MINUTE, "60000"), (CONCURRENCY, " 8 ")])
            .expect("valid")
            .limits;
        assert_eq!((limits.pace.requests, limits.concurrency), (60_000, 8));
        for wrong in ["0", "-1", "many", "65", ""] {
            let error = with(&[(CONCURRENCY, wrong)]).expect_err(wrong);
            assert!(
                matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == CONCURRENCY),
                "{error}"
            );
        }
    }

    #[test]
    fn debug_holds_no_secret() {
        let config = strict("na.myconnectwise.net").expect("valid");
        assert_eq!(config.authorization.expose_secret(), "Basic YWNtZStwdWI6aHVzaA==");
        let shown = format!("{config:?}");
        assert!(!shown.contains("hush") && !shown.contains("YWNt"), "{shown}");
    }
}
