//! Finding the API of a login company.

use serde::Deserialize;
use url::Url;

use super::{
    config::Config,
    error::{Context, translate, unreadable},
};
use crate::{
    error::{Error, ErrorKind, Result},
    transport::{Request, Transport},
};

/// The path under which every ConnectWise answers, whatever its release.
const ALIAS: &str = "v4_6_release/apis/3.0/";

/// Where the API of a company is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    /// The address that paths are appended to; ends with a slash.
    pub(super) url: Url,
    /// The same under the name of the release that runs there, when the PSA names one.
    pub(super) release: Option<Url>,
    /// The name of the company.
    pub(super) company_name: Option<String>,
}

/// The answer to `GET /login/companyinfo/{company}`; its keys are in PascalCase.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompanyInfo {
    company_name: Option<String>,
    codebase: Option<String>,
    site_url: Option<String>,
}

/// Asks the site for the company. Sends no keys: the host is not known to be right yet.
pub(super) async fn discover(config: &Config, transport: &dyn Transport, context: Context) -> Result<Base> {
    let mut url = config.site.clone();
    // Fails for addresses without a host only, which a site never is.
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(["login", "companyinfo", &config.company]);
    }
    let outcome = transport.send(Request::get(context.operation, url)).await;
    if let Ok(response) = &outcome {
        let status = response.status.as_u16();
        let is_json = response.json::<serde_json::Value>().is_ok();
        match status {
            404 if is_json || response.body.is_empty() => return Err(unknown_company(config)),
            300..=399 | 404 => return Err(no_connectwise(config)),
            200 if !is_json => return Err(no_connectwise(config)),
            _ => {}
        }
    }
    let response = translate(context, outcome)?;
    match response.json::<Option<CompanyInfo>>() {
        Ok(None) => Err(unknown_company(config)),
        Ok(Some(info)) => base(config, info),
        Err(error) => Err(unreadable(context, error)),
    }
}

fn base(config: &Config, info: CompanyInfo) -> Result<Base> {
    let host = match info.site_url.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
        Some(site_url) => {
            let host = config.parse_host(site_url)?;
            if !config.is_own_host(&host) {
                let named = host.host_str().unwrap_or_default();
                return Err(Error::invalid(
                    "site",
                    format!("this company's API is at `{named}`: enter that site"),
                ));
            }
            host
        }
        None => config.default_api_host()?,
    };
    let join = |path: &str| {
        host.join(path)
            .map_err(|error| Error::new(ErrorKind::Protocol, "the codebase is no path").with_source(error))
    };
    let release = match info.codebase.as_deref().map(|codebase| codebase.trim_matches('/')) {
        // What a release is called: anything else could lead out of the host or the API.
        Some(name) if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            Some(join(&format!("{name}/apis/3.0/"))?)
        }
        _ => None,
    };
    Ok(Base {
        url: join(ALIAS)?,
        release,
        company_name: info.company_name,
    })
}

fn unknown_company(config: &Config) -> Error {
    Error::invalid(
        "company_id",
        format!("there is no company `{}` at this site", config.company),
    )
}

fn no_connectwise(config: &Config) -> Error {
    let host = config.site.host_str().unwrap_or_default();
    Error::invalid("site", format!("`{host}` does not answer as ConnectWise PSA"))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::transport::{
        Effect,
        scripted::{Scripted, answer},
    };

    async fn discovered(status: u16, body: &str) -> Result<Base> {
        let server = Scripted::new([Ok(answer(status, body))]);
        let context = Context {
            operation: "test",
            right: None,
            effect: Effect::Read,
            now: DateTime::UNIX_EPOCH,
        };
        discover(&Config::testing(), server.as_ref(), context).await
    }

    #[tokio::test]
    async fn every_answer_leads_somewhere_or_names_the_field() {
        let api = "https://api-na.myconnectwise.net/";
        let found = [
            (
                r#"{"CompanyName":"Acme","Codebase":"v2025_1/","SiteUrl":"api-na.myconnectwise.net","IsCloud":true}"#,
                true,
            ),
            (
                r#"{"CompanyName":"Acme","Codebase":"v2025_1/","SiteUrl":"https://api-na.myconnectwise.net","IsCloud":"True"}"#,
                true,
            ),
            (r#"{"CompanyName":"Acme","Codebase":"v2025_1/"}"#, true),
            (r#"{"Codebase":"../evil/","SiteUrl":""}"#, false),
        ];
        for (body, has_release) in found {
            let base = discovered(200, body).await.expect(body);
            assert_eq!(base.url.as_str(), format!("{api}v4_6_release/apis/3.0/"), "{body}");
            let release = has_release.then(|| format!("{api}v2025_1/apis/3.0/"));
            assert_eq!(base.release.map(String::from), release, "{body}");
        }
        let html = "<!DOCTYPE html><html></html>";
        let lost = [
            (200, "null", "company_id"),
            (404, r#"{"code":"NotFound"}"#, "company_id"),
            (404, "", "company_id"),
            (404, html, "site"),
            (200, html, "site"),
            (200, "", "site"),
            (302, "", "site"),
            (200, r#"{"SiteUrl":"api-eu.myconnectwise.net"}"#, "site"),
            (200, r#"{"SiteUrl":"evil.example"}"#, "site"),
            (200, r#"{"SiteUrl":"http://api-na.myconnectwise.net"}"#, "site"),
            (200, r#"{"SiteUrl":"169.254.169.254"}"#, "site"),
        ];
        for (status, body, field) in lost {
            let error = discovered(status, body).await.expect_err(body);
            let ErrorKind::Invalid { fields } = error.kind() else {
                panic!("{status} {body}: {error}")
            };
            assert_eq!(fields[0].field, field, "{status} {body}");
        }
        let busy = discovered(503, "").await.expect_err("busy");
        assert_eq!(busy.kind(), &ErrorKind::Unavailable);
    }
}
