//! Finding the zone that holds a tenant: the server of its API.

use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use super::{
    complaint::Complaint,
    config::Config,
    error::{Context, translate, unreadable},
};
use crate::{
    error::{Error, ErrorKind, Result},
    transport::{Request, Transport},
};

/// The version of the API, below the zone's own address.
const VERSION: &str = "V1.0/";

/// Where the API of a tenant is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    /// The address that paths are appended to; ends with a slash.
    pub(super) url: Url,
    /// What the vendor calls the zone.
    pub(super) name: Option<String>,
    /// The address that people open; tickets are shown below it.
    pub(super) pages: Option<Url>,
}

impl Zone {
    /// The page on which a person sees a ticket.
    pub(super) fn ticket_page(&self, id: i64) -> Option<String> {
        let mut page = self
            .pages
            .as_ref()?
            .join("Autotask/AutotaskExtend/ExecuteCommand.aspx")
            .ok()?;
        page.query_pairs_mut()
            .append_pair("Code", "OpenTicketDetail")
            .append_pair("TicketID", &id.to_string());
        Some(page.into())
    }
}

/// The answer to `GET zoneInformation`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ZoneInformation {
    zone_name: Option<String>,
    url: Option<String>,
    web_url: Option<String>,
}

/// Asks for the zone of the API user. Sends no secret: the host is not known to be right yet.
pub(super) async fn discover(config: &Config, transport: &dyn Transport, context: Context) -> Result<Zone> {
    let mut url = config.site.clone();
    url.set_path("/atservicesrest/v1.0/zoneInformation");
    url.query_pairs_mut().append_pair("user", &config.username);
    let outcome = transport.send(Request::get(context.operation, url)).await;
    if let Ok(response) = &outcome {
        match response.status {
            // The vendor answers so to a user that no zone has.
            StatusCode::INTERNAL_SERVER_ERROR if Complaint::of(response).says("Zone information could not") => {
                return Err(unknown_user(config));
            }
            StatusCode::NOT_FOUND => return Err(no_autotask(config)),
            status if status.is_redirection() => return Err(no_autotask(config)),
            _ => {}
        }
    }
    let response = translate(context, outcome)?;
    let information: ZoneInformation = response.json().map_err(|error| unreadable(context, error))?;
    let Some(address) = information.url.filter(|url| !url.trim().is_empty()) else {
        return Err(unknown_user(config));
    };
    let zone = config.parse_zone(address.trim())?;
    let url = zone
        .join(VERSION)
        .map_err(|error| Error::new(ErrorKind::Protocol, "the zone's address is none").with_source(error))?;
    Ok(Zone {
        url,
        name: information.zone_name,
        pages: information.web_url.and_then(|pages| config.parse_page(pages.trim())),
    })
}

fn unknown_user(config: &Config) -> Error {
    let message = format!("Autotask has no API user `{}`", config.username);
    Error::invalid("username", message)
}

fn no_autotask(config: &Config) -> Error {
    let host = config.site.host_str().unwrap_or_default();
    Error::invalid("site", format!("`{host}` does not answer as Autotask PSA"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{
        Effect,
        scripted::{Scripted, answer},
    };

    async fn find(status: u16, body: &str) -> Result<Zone> {
        let transport = Scripted::new([Ok(answer(status, body))]);
        let context = Context {
            operation: "test",
            right: None,
            effect: Effect::Read,
            now: chrono::DateTime::UNIX_EPOCH,
        };
        let found = discover(&Config::testing(), transport.as_ref(), context).await;
        let sent = transport.requests().remove(0);
        let expected = "https://webservices.autotask.net/atservicesrest/v1.0/zoneInformation?user=api%40acme.example";
        assert_eq!(sent.url.as_str(), expected);
        assert!(sent.headers.is_empty(), "secrets were sent before the zone was known");
        found
    }

    #[tokio::test]
    async fn a_zone_is_found() {
        let body = r#"{"zoneName":"America West","url":"https://webservices14.autotask.net/ATServicesRest/",
            "webUrl":"https://ww14.autotask.net/","ci":1}"#;
        let zone = find(200, body).await.expect("a zone");
        assert_eq!(
            zone.url.as_str(),
            "https://webservices14.autotask.net/ATServicesRest/V1.0/"
        );
        assert_eq!(zone.pages.as_ref().map(Url::as_str), Some("https://ww14.autotask.net/"));
        let page =
            "https://ww14.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=7";
        assert_eq!(zone.ticket_page(7).as_deref(), Some(page));
    }

    #[tokio::test]
    async fn the_wrong_field_is_named() {
        let unknown = r#"{"errors":["Zone information could not be determined"]}"#;
        let foreign = r#"{"url":"https://webservices14.autotask.net.evil.example/"}"#;
        for (status, body, field) in [
            (500, unknown, "username"),
            (200, "{}", "username"),
            (200, foreign, "site"),
            (404, "", "site"),
            (302, "", "site"),
        ] {
            let error = find(status, body).await.expect_err(body);
            assert!(
                matches!(error.kind(), ErrorKind::Invalid { fields } if fields[0].field == field),
                "{status} {body}: {error:?}"
            );
        }
        let broken = find(503, "").await.expect_err("it does not work");
        assert_eq!(broken.kind(), &ErrorKind::Unavailable);
    }
}
