//! Which hosts may be spoken to.
//!
//! A PSA's address comes from an administrator's form, and secrets are sent to it. Two gates stand before every request:
//! [`NetworkPolicy::check_url`] looks at the URL, and [`PublicAddresses`] at what its name resolves to, so that a public
//! name cannot lead to the inside of the operator's network.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::{
    descriptor::HostPolicy,
    error::{self, Error},
};

mod address;

pub use address::is_public;

/// Which hosts may be spoken to, besides a connector's own domains. The default is strict.
#[derive(Debug, Clone, Default)]
pub struct NetworkPolicy {
    /// Whether loopback addresses may be spoken to, and without TLS: for the simulated PSA only.
    pub allow_loopback: bool,
    /// Host names that the operator allows besides the connectors' own domains, such as an on-premise server.
    pub extra_hosts: Vec<String>,
}

/// The rule that forbids a request. Says nothing of what was found at an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Secrets travel under TLS only.
    #[error("only https addresses are allowed")]
    NotHttps,
    /// A user name in a URL hides the real host from a reader.
    #[error("an address must not contain a user name or password")]
    UserInfo,
    /// A fragment is never sent, so it can only mislead.
    #[error("an address must not contain a fragment (`#…`)")]
    Fragment,
    /// The URL names no host.
    #[error("the address names no host")]
    NoHost,
    /// The host is neither the PSA's nor one that the operator allows.
    #[error("the host `{host}` is not one of the PSA's, and the operator of this server does not allow it")]
    Host {
        /// The host that was asked for.
        host: String,
    },
    /// Only the operator's own hosts may use another port.
    #[error("only port 443 is allowed")]
    Port,
    /// The host is, or resolves to, an address that is not on the public internet.
    #[error("the host `{host}` does not lead to a public address")]
    NotPublic {
        /// The host that was asked for.
        host: String,
    },
}

impl NetworkPolicy {
    /// Checks everything that a URL itself tells. What its name resolves to is checked by [`PublicAddresses`].
    ///
    /// # Errors
    /// The rule that forbids it.
    pub fn check_url(&self, url: &Url, hosts: &HostPolicy) -> Result<(), Refused> {
        let host = url.host().ok_or(Refused::NoHost)?;
        let loopback = self.allow_loopback && is_loopback(&host);
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => return Err(Refused::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(Refused::Fragment);
        }
        if loopback {
            return Ok(());
        }
        let name = host.to_string();
        let extra = self
            .extra_hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(&name));
        let address = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        // An address in a URL never reaches the resolver, so it is judged here.
        if address.is_some_and(|address| !is_public(address)) {
            return Err(Refused::NotPublic { host: name });
        }
        if !extra && (address.is_some() || !hosts.covers(&name)) {
            return Err(Refused::Host { host: name });
        }
        if !extra && url.port().is_some() {
            return Err(Refused::Port);
        }
        Ok(())
    }

    /// Takes a host as people write it into the credential field called `field`, with or without `https://`, and gives its
    /// address without a path.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) naming the field: it is no address, or one that secrets may not be
    /// sent to.
    pub fn site(&self, field: &str, text: &str, hosts: &HostPolicy) -> error::Result<Url> {
        let absolute = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let invalid = |message: String| Error::invalid(field, message);
        let mut url = Url::parse(&absolute).map_err(|error| invalid(format!("the site is not an address: {error}")))?;
        // Checked before anything is cut off, so that what was entered is judged and not what is left of it.
        self.check_url(&url, hosts)
            .map_err(|refused| invalid(refused.to_string()))?;
        url.set_path("/");
        url.set_query(None);
        Ok(url)
    }
}

impl HostPolicy {
    /// Whether `host` is one of the domains or lies under one.
    pub fn covers(&self, host: &str) -> bool {
        self.domains.iter().any(|domain| {
            host == *domain
                || host
                    .strip_suffix(domain)
                    .is_some_and(|below| below.len() > 1 && below.ends_with('.'))
        })
    }
}

/// A resolver that refuses a name's whole answer when any of its addresses is not public. The addresses that it returns are
/// those that are connected to, so an answer cannot change between check and use.
#[derive(Debug, Clone)]
pub struct PublicAddresses {
    allow_loopback: bool,
}

impl PublicAddresses {
    /// A resolver under `policy`.
    pub fn new(policy: &NetworkPolicy) -> Self {
        Self {
            allow_loopback: policy.allow_loopback,
        }
    }

    fn judge(&self, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let allowed = |ip: IpAddr| is_public(ip) || (self.allow_loopback && ip.is_loopback());
        if found.iter().all(|address| allowed(address.ip())) {
            Ok(found)
        } else {
            Err(Refused::NotPublic { host: host.to_owned() })
        }
    }
}

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move {
            let host = name.as_str();
            // Port 0 is replaced by the URL's port.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            let addresses: Addrs = Box::new(this.judge(host, found)?.into_iter());
            Ok(addresses)
        })
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod attacks;

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    const HOSTS: HostPolicy = HostPolicy {
        domains: &["myconnectwise.net"],
    };

    pub(super) fn refusal(policy: &NetworkPolicy, url: &str) -> Option<Refused> {
        policy.check_url(&Url::parse(url).expect(url), &HOSTS).err()
    }

    #[test]
    fn the_strict_policy_lets_through_the_vendor_alone() {
        let strict = NetworkPolicy::default();
        let host = |host: &str| Some(Refused::Host { host: host.into() });
        let hidden = |host: &str| Some(Refused::NotPublic { host: host.into() });
        let cases = [
            ("https://myconnectwise.net/", None),
            ("https://api-na.myconnectwise.net/x?y=z", None),
            ("https://API-NA.MyConnectWise.net:443/", None),
            ("http://na.myconnectwise.net/", Some(Refused::NotHttps)),
            ("ftp://na.myconnectwise.net/", Some(Refused::NotHttps)),
            ("data:text/plain,x", Some(Refused::NoHost)),
            ("https://user@na.myconnectwise.net/", Some(Refused::UserInfo)),
            ("https://na.myconnectwise.net@evil.example/", Some(Refused::UserInfo)),
            ("https://na.myconnectwise.net/#evil", Some(Refused::Fragment)),
            ("https://na.myconnectwise.net:8443/", Some(Refused::Port)),
            ("https://evilmyconnectwise.net/", host("evilmyconnectwise.net")),
            ("https://.myconnectwise.net/", host(".myconnectwise.net")),
            (
                "https://myconnectwise.net.evil.example/",
                host("myconnectwise.net.evil.example"),
            ),
            ("https://na.myconnectwise.net./", host("na.myconnectwise.net.")),
            ("https://localhost/", host("localhost")),
            ("https://localhost./", host("localhost.")),
            ("https://8.8.8.8/", host("8.8.8.8")),
            ("https://127.0.0.1/", hidden("127.0.0.1")),
            ("https://0x7f000001/", hidden("127.0.0.1")),
            ("https://2130706433/", hidden("127.0.0.1")),
            ("https://169.254.169.254/latest", hidden("169.254.169.254")),
            ("https://[::1]/", hidden("[::1]")),
            ("https://[::ffff:10.0.0.1]/", hidden("[::ffff:a00:1]")),
        ];
        for (url, expected) in cases {
            assert_eq!(refusal(&strict, url), expected, "{url}");
        }
    }

    #[test]
    fn the_operator_may_allow_hosts_and_loopback() {
        let policy = NetworkPolicy {
            allow_loopback: true,
            extra_hosts: vec!["psa.example.com".into(), "10.1.2.3".into()],
        };
        assert_eq!(refusal(&policy, "https://PSA.example.com:8443/"), None);
        assert_eq!(refusal(&policy, "http://127.0.0.1:8099/"), None);
        assert_eq!(refusal(&policy, "http://localhost:8099/"), None);
        assert_eq!(refusal(&policy, "http://[::1]:8099/"), None);
        assert_eq!(refusal(&policy, "http://psa.example.com/"), Some(Refused::NotHttps));
        assert_eq!(
            refusal(&policy, "https://a.psa.example.com/"),
            Some(Refused::Host {
                host: "a.psa.example.com".into()
            })
        );
        assert_eq!(
            refusal(&policy, "https://10.1.2.3/"),
            Some(Refused::NotPublic {
                host: "10.1.2.3".into()
            })
        );
        assert_eq!(refusal(&policy, "http://user@127.0.0.1/"), Some(Refused::UserInfo));
    }

    #[test]
    fn one_hidden_address_spoils_the_whole_answer() {
        let answer = |list: &[&str]| {
            list.iter()
                .map(|a| SocketAddr::from_str(a).expect(a))
                .collect::<Vec<_>>()
        };
        let strict = PublicAddresses::new(&NetworkPolicy::default());
        let refused = Err(Refused::NotPublic { host: "h".into() });
        assert!(strict.judge("h", answer(&["8.8.8.8:0", "[2606:4700::1111]:0"])).is_ok());
        assert_eq!(strict.judge("h", answer(&["8.8.8.8:0", "10.0.0.1:0"])), refused);
        assert_eq!(strict.judge("h", answer(&["127.0.0.1:0"])), refused);
        let open = PublicAddresses::new(&NetworkPolicy {
            allow_loopback: true,
            extra_hosts: Vec::new(),
        });
        assert!(open.judge("h", answer(&["127.0.0.1:0", "[::1]:0"])).is_ok());
        assert_eq!(open.judge("h", answer(&["127.0.0.1:0", "192.168.0.1:0"])), refused);
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused() {
        let strict = PublicAddresses::new(&NetworkPolicy::default());
        let error = strict
            .resolve(Name::from_str("localhost").expect("name"))
            .await
            .err()
            .expect("loopback is refused");
        assert_eq!(
            error.downcast_ref::<Refused>(),
            Some(&Refused::NotPublic {
                host: "localhost".into()
            })
        );
    }
}
