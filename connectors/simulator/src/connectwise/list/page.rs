//! Pages: by number with four link relations, or forward-only by the last id.

use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::Ask;
use crate::connectwise::assumptions::{BadPage, OverLimit};
use crate::connectwise::errors::ApiError;
use crate::connectwise::model::Record;
use crate::connectwise::site::Site;

const DEFAULT_SIZE: usize = 25;
const MOST: usize = 1000;

/// Keeps page `page` and answers its `Link` value, `None` when there is but one page.
pub(super) fn navigable(site: &Site, ask: &Ask<'_>, records: &mut Vec<&Record>) -> Result<Option<String>, ApiError> {
    let size = size(site, ask)?;
    let page = positive(site, ask, "page")?.unwrap_or(1);
    let last = records.len().div_ceil(size).max(1);
    let start = page.saturating_sub(1).saturating_mul(size).min(records.len());
    records.drain(..start);
    records.truncate(size);

    let link = |page: usize, rel: &str| {
        let numbers = [("pageSize", size.to_string()), ("page", page.to_string())];
        link(site, ask, &numbers, rel)
    };
    let mut links = Vec::new();
    if page < last {
        links.push(link(page + 1, "next"));
        links.push(link(last, "last"));
    }
    if page > 1 {
        links.push(link(1, "first"));
        links.push(link((page - 1).min(last), "prev"));
    }
    Ok((!links.is_empty()).then(|| links.join(", ")))
}

/// Keeps the records after `pageId` and answers the `Link` value, which is empty on the last page.
pub(super) fn forward(site: &Site, ask: &Ask<'_>, records: &mut Vec<&Record>) -> Result<String, ApiError> {
    let size = size(site, ask)?;
    let after: i64 = ask
        .query
        .get("pageId")
        .and_then(|id| id.trim().parse().ok())
        .unwrap_or(0);
    records.retain(|record| id(record) > after);
    let more = records.len() > size;
    records.truncate(size);
    let last = records.last().map_or(after, |record| id(record));
    let numbers = [("pageSize", size.to_string()), ("pageId", last.to_string())];
    Ok(if more {
        link(site, ask, &numbers, "next")
    } else {
        String::new()
    })
}

fn link(site: &Site, ask: &Ask<'_>, numbers: &[(&str, String)], rel: &str) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in ask.query.without(&["page", "pageSize", "pageId"]) {
        query.append_pair(name, value);
    }
    for (name, value) in numbers {
        query.append_pair(name, value);
    }
    format!(
        "<{}{}?{}>; rel=\"{rel}\"",
        site.shell.base_url,
        ask.call.path,
        query.finish()
    )
}

fn id(record: &Record) -> i64 {
    record.get("id").and_then(Value::as_i64).unwrap_or_default()
}

fn size(site: &Site, ask: &Ask<'_>) -> Result<usize, ApiError> {
    let size = positive(site, ask, "pageSize")?.unwrap_or(DEFAULT_SIZE);
    match site.assumptions.page_size_over_limit {
        OverLimit::Refuse if size > MOST => Err(refused("pageSize")),
        OverLimit::Refuse | OverLimit::Clamp => Ok(size.min(MOST)),
    }
}

fn positive(site: &Site, ask: &Ask<'_>, name: &str) -> Result<Option<usize>, ApiError> {
    let Some(text) = ask.query.get(name) else {
        return Ok(None);
    };
    match text.trim().parse() {
        Ok(number) if number > 0 => Ok(Some(number)),
        _ if site.assumptions.bad_page == BadPage::Refuse => Err(refused(name)),
        _ => Ok(None),
    }
}

fn refused(name: &str) -> ApiError {
    ApiError::with_null_errors(400, "ConnectWiseApi", format!("The value of {name} is not valid."))
}
