//! The addresses of endpoints, as pure functions.

use psa_entities::ids::IntegrationId;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::config::ServerConfig;

/// The path below which endpoints are. What follows it in an address is nobody's business.
pub const PATH: &str = "webhooks";

/// The address of this server that PSAs can be told: https, or http on this machine alone.
pub fn of_server(config: &ServerConfig) -> Option<&Url> {
    config.public_url.as_ref().filter(|url| match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    })
}

/// The address of an integration's endpoint.
pub fn of_endpoint(base: &Url, integration: IntegrationId, token: &SecretString) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    // An address that begins with http has a path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty()
            .push(PATH)
            .push(&integration.to_string())
            .push(token.expose_secret());
    }
    url
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::config::Config;

    #[test]
    fn only_what_psas_can_reach_safely_is_told_to_them() {
        for (url, told) in [
            ("https://psa.example.com/", true),
            ("http://psa.example.com/", false),
            ("http://127.0.0.1:8080/", true),
            ("http://[::1]:8080/", true),
            ("http://localhost/", true),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.7/", false),
        ] {
            let mut config = Config::defaults().unwrap();
            config.server.public_url = Some(url.parse().unwrap());
            assert_eq!(of_server(&config.server).is_some(), told, "{url}");
        }
        assert_eq!(of_server(&Config::defaults().unwrap().server), None);
    }

    #[test]
    fn an_endpoint_lies_below_the_address_of_the_server() {
        let integration = IntegrationId::at(DateTime::UNIX_EPOCH);
        for (base, expected) in [
            ("https://h.example", "https://h.example/webhooks"),
            ("https://h.example/", "https://h.example/webhooks"),
            ("https://h.example/psa", "https://h.example/psa/webhooks"),
            ("https://h.example/psa/?a=b#c", "https://h.example/psa/webhooks"),
        ] {
            let url = of_endpoint(&base.parse().unwrap(), integration, &"t".into());
            assert_eq!(url.as_str(), format!("{expected}/{integration}/t"));
        }
    }
}
