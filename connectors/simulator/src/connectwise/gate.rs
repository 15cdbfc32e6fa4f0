//! What stands before every endpoint: the credentials and the rate limit.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use crate::answer::Answer;
use crate::call::Call;
use crate::connectwise::answer;
use crate::connectwise::assumptions::{BadCredentials, WrongCompany};
use crate::connectwise::codebase::cannot_route;
use crate::connectwise::errors::ApiError;
use crate::connectwise::site::Site;

/// Seconds that the server asks to wait.
const COOL_DOWN: u32 = 30;

/// Checks `Authorization` and `clientId`.
pub(crate) fn authenticate(site: &Site, call: &Call) -> Result<(), Answer> {
    let Some((company, public, private)) = call.header("authorization").and_then(credentials) else {
        return Err(bad_credentials(site, "Invalid credentials"));
    };
    if company != site.company_id {
        return Err(match site.assumptions.wrong_company {
            WrongCompany::CannotRoute => cannot_route(),
            WrongCompany::BadCredentials => bad_credentials(site, "Invalid credentials"),
        });
    }
    let keys = site.keys();
    if !keys.enabled {
        return Err(bad_credentials(site, "Invalid credentials"));
    }
    if public != keys.public || private != keys.private {
        return Err(bad_credentials(site, "Incorrect public/private key"));
    }
    let client_id = call.header("clientid").unwrap_or_default();
    let accepted = site
        .client_id
        .as_ref()
        .map_or_else(|| is_guid(client_id), |only| only.eq_ignore_ascii_case(client_id));
    if accepted {
        Ok(())
    } else {
        Err(bad_credentials(site, "A valid clientId is required."))
    }
}

/// The refusal when a minute's requests are used up.
pub(crate) fn limit_rate(site: &Site) -> Result<(), Answer> {
    let Some(most) = site.assumptions.requests_per_minute else {
        return Ok(());
    };
    if site.rate().admits(site.shell.now(), most) {
        Ok(())
    } else {
        Err(too_many_requests(Some(COOL_DOWN)))
    }
}

/// The 429, whose body names its code `error`.
pub(crate) fn too_many_requests(retry_after: Option<u32>) -> Answer {
    let seconds = retry_after.unwrap_or(COOL_DOWN);
    let message = format!("Too many requests. Please try again in {seconds} seconds.");
    let answer = answer::json(
        429,
        &serde_json::json!({ "error": "ConnectWiseAPI", "message": message }),
    );
    match retry_after {
        Some(seconds) => answer.with_header("Retry-After", seconds.to_string()),
        None => answer,
    }
}

/// Requests counted per started minute.
#[derive(Debug, Default)]
pub(crate) struct RateWindow {
    since: Option<DateTime<Utc>>,
    count: u32,
}

impl RateWindow {
    fn admits(&mut self, now: DateTime<Utc>, most: u32) -> bool {
        if self
            .since
            .is_none_or(|since| now - since >= TimeDelta::minutes(1) || now < since)
        {
            self.since = Some(now);
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.count <= most
    }
}

fn bad_credentials(site: &Site, message: &str) -> Answer {
    match site.assumptions.bad_credentials {
        BadCredentials::Unauthorized => ApiError::with_null_errors(401, "Unauthorized", message).into_answer(),
        BadCredentials::UserNotAuthenticated => {
            ApiError::with_null_errors(401, "ConnectWiseApi", "UserNotAuthenticated").into_answer()
        }
        BadCredentials::NotFound => ApiError::no_route().into_answer(),
    }
}

/// `company+public:private` of a Basic header.
fn credentials(header: &str) -> Option<(String, String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, private) = decoded.split_once(':')?;
    let (company, public) = user.split_once('+')?;
    Some((company.to_owned(), public.to_owned(), private.to_owned()))
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_starts_anew_after_a_minute() {
        let start = DateTime::UNIX_EPOCH;
        let mut window = RateWindow::default();
        assert!(window.admits(start, 2) && window.admits(start, 2));
        assert!(!window.admits(start + TimeDelta::seconds(59), 2));
        assert!(window.admits(start + TimeDelta::seconds(60), 2));
    }
}
